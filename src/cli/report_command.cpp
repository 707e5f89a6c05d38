#include "cli/report_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/compute_options.h"
#include "cli/help.h"
#include "cli/output.h"
#include "core/error.h"
#include "report/report.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_of(const Arguments& arguments) {
  if (arguments.operands().empty()) {
    throw usage_error("strata report expects the folder of a run, a sweep or a learning-rate test, or several of runs");
  }
  return {arguments.operands().begin(), arguments.operands().end()};
}

fs::path output_of(const Arguments& arguments, const std::vector<fs::path>& folders) {
  if (arguments.given("output")) {
    return arguments.text("output");
  }
  return folders.size() == 1 ? folders.front() / "report.html" : fs::path("report.html");
}

}  // namespace

Outcome run_report(const std::vector<std::string>& words) {
  const Command command = report_command();
  const Arguments arguments = parse_arguments(command, words);
  if (print_if_asked(command, arguments)) {
    return Outcome::done;
  }
  const std::vector<fs::path> folders = folders_of(arguments);
  const fs::path output = output_of(arguments, folders);
  const int threads = thread_count(arguments);
  if (arguments.given("output")) {
    check_writable("output", output);
  }
  const std::size_t bytes = write_report(folders, output, nullptr, threads);
  if (arguments.given("json")) {
    write_json_line({{"output", output.string()}, {"bytes", bytes}});
  } else {
    write_stdout(fmt::format("report  {}, {} kB\n", output.string(), (bytes + 999) / 1000));
  }
  return Outcome::done;
}

}  // namespace strata::cli
