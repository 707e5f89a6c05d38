#include "cli/checkpoint_options.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>

#include "cli/options.h"
#include "cli/parse_value.h"
#include "cli/repeat_command.h"
#include "core/error.h"
#include "core/number.h"

namespace strata::cli {

CheckpointPlan checkpoint_plan(const Arguments& arguments) {
  CheckpointPlan plan;
  const bool periodic = arguments.given("checkpoint-every");
  if (periodic && !arguments.given("run-dir")) {
    throw usage_error("--checkpoint-every does not apply: checkpoints lie in a run's folder; give --run-dir DIR");
  }
  if (arguments.given("keep") && !periodic) {
    throw usage_error("--keep does not apply: without --checkpoint-every only the run's end is kept");
  }
  plan.every_epoch = arguments.text("checkpoint-every") == "epoch";
  if (periodic && !plan.every_epoch) {
    const std::string& text = arguments.text("checkpoint-every");
    plan.every_steps = parse_number<std::uint64_t>(text);
    if (!plan.every_steps || *plan.every_steps == 0) {
      throw usage_error("--checkpoint-every: expected a number of steps, from 1, or epoch, found '{}'", text);
    }
  }
  plan.keep = parse_whole("keep", arguments.text("keep"), 1, std::numeric_limits<std::size_t>::max());
  return plan;
}

std::vector<std::string> lasting_words(const Arguments& arguments, int threads) {
  std::vector<Option> lasting = train_command().options;
  std::erase_if(lasting, [](const Option& option) { return !option.lasts || option.name == "threads"; });
  std::vector<std::string> words = words_given(lasting, arguments);
  words.insert(words.end(), {"--threads", fmt::format("{}", threads)});
  return words;
}

}  // namespace strata::cli
