// strata evaluate: a model's figures on rows (run/apply_model.h), in words or as JSON.
#include <fmt/format.h>

#include <cmath>

#include "cli/commands/commands.h"
#include "cli/options/option_values.h"
#include "cli/options/options.h"
#include "cli/shell/streams.h"
#include "cli/text/evaluation_text.h"
#include "cli/text/option_text.h"
#include "core/figure.h"
#include "io/input_files.h"
#include "run/apply_model.h"
#include "run/data_notes.h"
#include "settings/choices.h"

namespace strata::cli {

namespace {

std::string trained_text(std::size_t trained, std::size_t rows) {
  if (trained == 0) {
    return "";
  }
  return fmt::format(", {} of which the model was trained on{}", grouped_digits(trained),
                     trained < rows ? "; --part validation or test has others" : "");
}

std::string text_of(const Evaluation& evaluation, const TrainedModel& trained) {
  const std::size_t rows = evaluation.figures.rows();
  return fmt::format("{}, {} rows of {}{}\n", name_of(kParts, evaluation.part), grouped_digits(rows), evaluation.data,
                     trained_text(evaluation.trained_rows, rows)) +
         evaluation_text(evaluation.figures, evaluation.top_k, output_names(trained.model)) +
         (evaluation.importance ? importance_text(*evaluation.importance) : "");
}

}  // namespace

Outcome run_evaluate(const CommandLine& line) {
  const Arguments& arguments = line.arguments;
  static_cast<void>(instruction_set(arguments));  // a choice that makes no sense is told before anything is read
  const TrainedModel trained = named_model(line.command, arguments);
  const ComputeChoice compute = compute_choice(arguments, trained.run);
  DataRequest request = evaluation_request(arguments, trained);
  request.threads = compute.threads;
  check_stdout(files_read(arguments, request));
  const DataSource source = evaluation_data(request, trained);
  if (!arguments.given("quiet")) {
    print_notes(as_options(reading_notes(source)));
  }
  const Evaluation evaluation = strata::evaluate(arguments, trained, request, source, compute);
  if (arguments.given("json")) {
    write_json_line(to_json(evaluation, trained));
  } else {
    write_stdout(text_of(evaluation, trained));
  }
  if (!std::isfinite(evaluation.figures.loss)) {
    print_error("the loss is not finite: some rows are too far from those of the training");
    return Outcome::diverged;
  }
  return Outcome::done;
}

}  // namespace strata::cli
