#include "cli/predict_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/choices.h"
#include "cli/compute_options.h"
#include "cli/help.h"
#include "cli/model_data.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/progress_line.h"
#include "cli/trained_model.h"
#include "core/error.h"
#include "io/prediction_writer.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;

struct PredictSettings {
  std::optional<fs::path> output;  ///< empty: stdout
  PredictionFormat format = PredictionFormat::csv;
};

/// The format that the output's ending names, if it names one.
PredictionFormat format_of(const Arguments& arguments, const std::optional<fs::path>& output) {
  if (!arguments.given("format") && output) {
    const std::string ending = output->extension().string();
    const auto named = std::ranges::find_if(
        kPredictionFormats, [&](const auto& entry) { return ending == fmt::format(".{}", entry.name); });
    if (named != kPredictionFormats.end()) {
      return named->value;
    }
  }
  return entry_named(kPredictionFormats, arguments.text("format")).value;
}

PredictSettings predict_settings(const Arguments& arguments) {
  PredictSettings settings;
  if (!arguments.given("data")) {
    throw usage_error("strata predict expects --data PATH, the rows to predict, or --data - for stdin");
  }
  if (arguments.given("output") && arguments.text("output") != "-") {
    settings.output = arguments.text("output");
    check_writable("output", *settings.output);
  }
  settings.format = format_of(arguments, settings.output);
  if (arguments.given("json") && !settings.output) {
    throw usage_error("--json does not apply: the predictions go to stdout; give --output FILE, or --format jsonl");
  }
  return settings;
}

void require_finite(std::span<const float> probabilities, std::size_t first_row, std::size_t classes) {
  const auto bad = std::ranges::find_if_not(probabilities, [](float p) { return std::isfinite(p); });
  if (bad != probabilities.end()) {
    throw failed_error(
        "row {} (counted from 0): its probabilities are not finite, as it is too far from the training "
        "rows",
        first_row + static_cast<std::size_t>(bad - probabilities.begin()) / classes);
  }
}

/// All rows, block by block.
void predict_rows(Engine& engine, RowStream& rows, std::size_t classes, PredictionWriter& writer) {
  AlignedVector<float> probabilities;
  for (RowBlock block = rows.next(); !block.rows.empty(); block = rows.next()) {
    probabilities.resize(block.rows.size() * classes);
    const MatrixView<float> matrix(probabilities.data(), block.rows.size(), classes);
    engine.predict(block.samples, block.rows, matrix);
    require_finite(probabilities, writer.rows(), classes);
    writer.write(matrix, block.ids);
  }
}

void print_result(const Arguments& arguments, const PredictSettings& settings, std::size_t rows) {
  if (!settings.output) {
    return;
  }
  if (arguments.given("json")) {
    write_json_line({{"output", settings.output->string()},
                     {"format", name_of(kPredictionFormats, settings.format)},
                     {"rows", rows}});
  } else if (!arguments.given("quiet")) {
    write_stdout(fmt::format("predictions  {}, {} rows\n", settings.output->string(), grouped_digits(rows)));
  }
}

Outcome predict(const Command& command, const Arguments& arguments) {
  const PredictSettings settings = predict_settings(arguments);
  apply_instruction_set(arguments);
  const TrainedModel trained = trained_model(command, arguments);
  const ModelFile& model = trained.model;
  const ComputeChoice compute = compute_choice(arguments, trained.run);
  const std::unique_ptr<RowStream> rows = prediction_rows(arguments, model, compute.threads);
  const auto engine = make_inference_engine(model.spec, model.parameters, model.scaler, compute);
  PredictionWriter writer({settings.format, class_names_of(model), rows->has_ids()}, settings.output, rows->rows());
  predict_rows(*engine, *rows, model.spec.classes, writer);
  writer.finish();
  print_result(arguments, settings, writer.rows());
  return Outcome::done;
}

}  // namespace

Outcome run_predict(const std::vector<std::string>& words) {
  const Command command = predict_command();
  const Arguments arguments = parse_arguments(command, words);
  return print_if_asked(command, arguments) ? Outcome::done : predict(command, arguments);
}

}  // namespace strata::cli
