// The commands: each runs the words that follow its name on a command line. Throws Error.
#pragma once

#include <string>
#include <vector>

#include "cli/shell/outcome.h"
#include "dist/communicator.h"

namespace strata::cli {

// As one of `ranks`; throws SharedFailure once all ranks know of it.

Outcome run_train(const std::vector<std::string>& words, Communicator& ranks);
Outcome run_sweep(const std::vector<std::string>& words, Communicator& ranks);

Outcome run_find_lr(const std::vector<std::string>& words);
Outcome run_evaluate(const std::vector<std::string>& words);
Outcome run_predict(const std::vector<std::string>& words);
Outcome run_info(const std::vector<std::string>& words);
Outcome run_export(const std::vector<std::string>& words);
Outcome run_bench(const std::vector<std::string>& words);
Outcome run_report(const std::vector<std::string>& words);
Outcome run_watch(const std::vector<std::string>& words);
Outcome run_diagnose(const std::vector<std::string>& words);
Outcome run_check(const std::vector<std::string>& words);
Outcome run_completion(const std::vector<std::string>& words);

/// `strata complete`, which the scripts of completion ask and no user need know. `words` are those after `strata` as
/// far as they are typed.
Outcome run_complete(const std::vector<std::string>& words);

}  // namespace strata::cli
