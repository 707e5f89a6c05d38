// strata diagnose: what diagnose/diagnose.h finds in a run's folder, in words or as JSON.
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/options/option_values.h"
#include "cli/shell/streams.h"
#include "cli/text/diagnosis_text.h"
#include "core/error.h"
#include "report/report.h"

namespace strata::cli {

Outcome run_diagnose(const CommandLine& line) {
  const Arguments& arguments = line.arguments;
  if (arguments.operands().size() != 1) {
    throw usage_error("strata diagnose expects one RUN, the folder of a run; found {}", arguments.operands().size());
  }
  const nlohmann::ordered_json diagnosis = run_diagnosis(arguments.operands().front(), thread_count(arguments));
  if (arguments.given("json")) {
    write_json_line(with_options(diagnosis));
  } else {
    write_stdout(diagnosis_text(diagnosis));
  }
  return Outcome::done;
}

}  // namespace strata::cli
