// strata predict: a model's predictions of rows, to a file or the terminal.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/shell/streams.h"
#include "core/error.h"
#include "core/figure.h"
#include "io/input_files.h"
#include "run/apply_model.h"
#include "run/data_notes.h"
#include "settings/choices.h"
#include "settings/run_settings.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;

struct PredictSettings {
  std::optional<fs::path> output;  ///< empty: stdout
  PredictionFormat format = PredictionFormat::csv;
};

void check_outputs(const Arguments& arguments, const std::optional<fs::path>& output) {
  const InputFiles inputs = files_read(arguments, data_request(arguments));
  if (output) {
    check_output("output", *output, inputs);
  }
  check_stdout(inputs);
}

PredictSettings predict_settings(const Arguments& arguments) {
  PredictSettings settings;
  if (!arguments.given("data")) {
    throw usage_error("strata predict expects --data PATH, the rows to predict, or --data - for stdin");
  }
  if (arguments.given("output") && arguments.text("output") != "-") {
    settings.output = arguments.text("output");
  }
  check_outputs(arguments, settings.output);
  settings.format = prediction_format(arguments, settings.output);
  if (arguments.given("json") && !settings.output) {
    throw usage_error("--json does not apply: the predictions go to stdout; give --output FILE, or --format jsonl");
  }
  return settings;
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

}  // namespace

Outcome run_predict(const CommandLine& line) {
  const Arguments& arguments = line.arguments;
  const PredictSettings settings = predict_settings(arguments);
  static_cast<void>(instruction_set(arguments));  // a choice that makes no sense is told before anything is read
  const TrainedModel trained = named_model(line.command, arguments);
  const ModelFile& model = trained.model;
  const ComputeChoice compute = compute_choice(arguments, trained.run);
  const std::unique_ptr<RowStream> rows = prediction_rows(arguments, model, compute.threads);
  const Predictions predictions =
      strata::predict(model, task_of(arguments, model), *rows, compute, settings.format, settings.output);
  if (!arguments.given("quiet")) {
    print_notes(gap_notes(predictions.gaps, model.table));
  }
  print_result(arguments, settings, predictions.rows);
  return Outcome::done;
}

}  // namespace strata::cli
