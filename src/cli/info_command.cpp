#include "cli/info_command.h"

#include "cli/compute_options.h"
#include "cli/data_info.h"
#include "cli/data_request.h"
#include "cli/help.h"
#include "cli/model_info.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/system_info.h"
#include "cli/trained_model.h"
#include "core/error.h"
#include "kernels/instruction_set.h"

namespace strata::cli {

namespace {

void print(const Arguments& arguments, const nlohmann::ordered_json& json,
           std::string (*text)(const nlohmann::ordered_json&)) {
  if (arguments.given("json")) {
    write_json_line(json);
  } else {
    write_stdout(text(json));
  }
}

void check_subject(const Arguments& arguments) {
  const std::size_t subjects =
      arguments.operands().size() + (arguments.given("data") ? 1 : 0) + (arguments.given("system") ? 1 : 0);
  if (subjects != 1) {
    throw usage_error("strata info expects one of MODEL, --data PATH and --system; found {} of them", subjects);
  }
  if (arguments.given("isa") && !arguments.given("system")) {
    throw usage_error("--isa does not apply: nothing is computed; it is an option of --system");
  }
}

/// The companions of --data without it.
void check_data_options(const Arguments& arguments) {
  for (const std::string_view option : kDataOptions) {
    if (arguments.given(option) && !arguments.given("data")) {
      throw usage_error("--{} does not apply without --data", option);
    }
  }
}

void info(const Command& command, const Arguments& arguments) {
  check_subject(arguments);
  check_data_options(arguments);
  if (arguments.given("system")) {
    const std::vector<std::string> available = kernels::instruction_sets();
    apply_instruction_set(arguments);
    print(arguments, system_info(available, thread_count(arguments)), system_info_text);
  } else if (arguments.given("data")) {
    DataRequest request = data_request(arguments);
    request.threads = thread_count(arguments);
    print(arguments, data_info(request.data.string(), load_data(request)), data_info_text);
  } else {
    print(arguments, model_info(trained_model(command, arguments)), model_info_text);
  }
}

}  // namespace

Outcome run_info(const std::vector<std::string>& words) {
  const Command command = info_command();
  const Arguments arguments = parse_arguments(command, words);
  if (!print_if_asked(command, arguments)) {
    info(command, arguments);
  }
  return Outcome::done;
}

}  // namespace strata::cli
