// strata report: folders of runs, sweeps and range tests as one page.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/commands/commands.h"
#include "cli/options/arguments.h"
#include "cli/options/option_values.h"
#include "cli/shell/streams.h"
#include "core/error.h"
#include "io/input_files.h"
#include "report/json_files.h"
#include "report/report.h"
#include "settings/run_config.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders_of(const Arguments& arguments) {
  if (arguments.operands().empty()) {
    throw usage_error("strata report expects the folder of a run, a sweep or a learning-rate test, or several of runs");
  }
  return {arguments.operands().begin(), arguments.operands().end()};
}

/// What reading the folders opens, the data of their runs included.
InputFiles files_read(const std::vector<fs::path>& folders) {
  InputFiles files;
  for (const fs::path& folder : folders) {
    files.add_run_folder(folder);
    try {
      if (const auto data = run_config(read_json_object(folder / "config.json")).data) {
        files.add_data(*data);
      }
    } catch (const Error&) {  // the report tells it, if it needs the file
    }
  }
  return files;
}

fs::path output_of(const Arguments& arguments, const std::vector<fs::path>& folders) {
  if (arguments.given("output")) {
    fs::path output = arguments.text("output");
    constexpr std::array<std::string_view, 5> kOfPages{"", ".html", ".htm", ".HTML", ".HTM"};
    if (std::ranges::find(kOfPages, output.extension().string()) == kOfPages.end()) {
      throw usage_error("--output: {} would hold an HTML page; give a name that ends in .html", output.string());
    }
    return output;
  }
  return folders.size() == 1 ? folders.front() / "report.html" : fs::path("report.html");
}

}  // namespace

Outcome run_report(const CommandLine& line) {
  const Arguments& arguments = line.arguments;
  const std::vector<fs::path> folders = folders_of(arguments);
  const fs::path output = output_of(arguments, folders);
  const int threads = thread_count(arguments);
  const InputFiles inputs = files_read(folders);
  check_stdout(inputs);
  if (arguments.given("output")) {
    check_output("output", output, inputs);
  }
  const std::size_t bytes = write_report(folders, output, nullptr, threads).bytes;
  if (arguments.given("json")) {
    write_json_line({{"output", output.string()}, {"bytes", bytes}});
  } else {
    write_stdout(fmt::format("report  {}, {} kB\n", output.string(), (bytes + 999) / 1000));
  }
  return Outcome::done;
}

}  // namespace strata::cli
