#include "cli/export_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/trained_model.h"
#include "core/error.h"
#include "io/onnx_file.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;

fs::path output_of(const Arguments& arguments) {
  if (!arguments.given("output")) {
    throw usage_error("strata export expects --output FILE.onnx");
  }
  fs::path output = arguments.text("output");
  if (output.extension() != ".onnx") {
    throw usage_error("--output: expected a file whose name ends in .onnx, found '{}'", output.string());
  }
  check_writable("output", output);
  return output;
}

nlohmann::ordered_json export_json(const fs::path& output, std::size_t bytes, const ModelSpec& spec) {
  return {{"output", output.string()},           {"bytes", bytes},          {"opset", kOnnxOpset},
          {"ir_version", kOnnxIrVersion},        {"features", spec.inputs}, {"classes", spec.classes},
          {"parameters", spec.parameter_count()}};
}

std::string export_text(const fs::path& output, std::size_t bytes, const ModelSpec& spec) {
  return fmt::format("exported  {}, {} kB: opset {}, {} float (rows, {}) to {} (rows, {}) and {} (rows)\n",
                     output.string(), (bytes + 999) / 1000, kOnnxOpset, kOnnxInput, spec.inputs, kOnnxProbabilities,
                     spec.classes, kOnnxClass);
}

}  // namespace

Outcome run_export(const std::vector<std::string>& words) {
  const Command command = export_command();
  const Arguments arguments = parse_arguments(command, words);
  if (print_if_asked(command, arguments)) {
    return Outcome::done;
  }
  const fs::path output = output_of(arguments);
  const ModelFile model = trained_model(command, arguments).model;
  const std::size_t bytes = write_onnx(output, model);
  if (arguments.given("json")) {
    write_json_line(export_json(output, bytes, model.spec));
  } else if (!arguments.given("quiet")) {
    write_stdout(export_text(output, bytes, model.spec));
  }
  return Outcome::done;
}

}  // namespace strata::cli
