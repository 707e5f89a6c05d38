#include "cli/report_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/parse_value.h"
#include "core/error.h"
#include "core/threads.h"
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

int threads_of(const Arguments& arguments) {
  constexpr std::uint64_t kMostThreads = 1024;
  return arguments.given("threads")
             ? static_cast<int>(parse_whole("threads", arguments.text("threads"), 1, kMostThreads))
             : available_threads();
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
  const int threads = threads_of(arguments);
  if (arguments.given("output")) {
    check_writable("output", output);
  }
  const std::size_t bytes = write_report(folders, output, nullptr, threads);
  if (arguments.given("json")) {
    const nlohmann::ordered_json json{{"output", output.string()}, {"bytes", bytes}};
    write_stdout(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
  } else {
    write_stdout(fmt::format("report  {}, {} kB\n", output.string(), (bytes + 999) / 1000));
  }
  return Outcome::done;
}

}  // namespace strata::cli
