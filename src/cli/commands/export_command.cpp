// strata export: a model as an ONNX file.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/options/arguments.h"
#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/shell/streams.h"
#include "core/error.h"
#include "io/input_files.h"
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
  const InputFiles inputs = files_read(arguments, {});
  check_output("output", output, inputs);
  check_stdout(inputs);
  return output;
}

nlohmann::ordered_json export_json(const fs::path& output, std::size_t bytes, const ModelFile& model) {
  nlohmann::ordered_json json{{"output", output.string()},
                              {"bytes", bytes},
                              {"opset", kOnnxOpset},
                              {"ir_version", kOnnxIrVersion},
                              {"features", model.spec.inputs}};
  json[model.targets == TargetKind::classes  ? "classes"
       : model.targets == TargetKind::labels ? "labels"
                                             : "outputs"] = output_names(model).size();
  json["parameters"] = model.spec.parameter_count();
  return json;
}

/// The type of the input: a model with offsets takes numbers that fp32 cannot tell apart.
const char* input_type(const ModelFile& model) { return model.scaler.offset.empty() ? "float" : "double"; }

std::string export_text(const fs::path& output, std::size_t bytes, const ModelFile& model) {
  std::string outputs;
  for (const OnnxOutput& one : onnx_outputs(model)) {
    outputs += fmt::format("{}{} (rows{})", outputs.empty() ? "" : " and ", one.name,
                           one.width == 0 ? "" : fmt::format(", {}", one.width));
  }
  return fmt::format("exported  {}, {} kB: opset {}, {} {} (rows, {}) to {}\n", output.string(), (bytes + 999) / 1000,
                     kOnnxOpset, kOnnxInput, input_type(model), model.spec.inputs, outputs);
}

}  // namespace

Outcome run_export(const CommandLine& line) {
  const Arguments& arguments = line.arguments;
  const fs::path output = output_of(arguments);
  const ModelFile model = named_model(line.command, arguments).model;
  const std::size_t bytes = write_onnx(output, model);
  if (arguments.given("json")) {
    write_json_line(export_json(output, bytes, model));
  } else if (!arguments.given("quiet")) {
    write_stdout(export_text(output, bytes, model));
  }
  return Outcome::done;
}

}  // namespace strata::cli
