#include "cli/evaluate_command.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/choices.h"
#include "cli/compute_options.h"
#include "cli/evaluation_text.h"
#include "cli/help.h"
#include "cli/message.h"
#include "cli/model_data.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/parse_value.h"
#include "cli/progress_line.h"
#include "cli/trained_model.h"
#include "core/error.h"
#include "io/evaluation_json.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

std::optional<TopK> top_k(const Arguments& arguments, const PartEvaluation& evaluation) {
  constexpr std::size_t kDefault = 5;
  const std::size_t classes = evaluation.confusion.classes;
  if (!arguments.given("top-k") && classes <= kDefault) {
    return std::nullopt;
  }
  const std::size_t k = arguments.given("top-k") ? parse_whole("top-k", arguments.text("top-k"), 1, classes) : kDefault;
  return TopK{k, top_k_accuracy(evaluation.labels, evaluation.probability_matrix(), k)};
}

Json result_json(std::string_view part, const std::string& data, const PartEvaluation& evaluation,
                 const std::optional<TopK>& top, const TrainedModel& trained) {
  Json json{{"model", trained.path.string()}, {"data", data}, {"part", part}};
  json.update(evaluation_json(evaluation, trained.model.class_names));
  if (top) {
    json["top_k"] = {{"k", top->k}, {"accuracy", top->accuracy}};
  }
  json["weights_hash"] = weights_hash(trained.model.parameters);
  return json;
}

/// The part that is asked for. Of data that are given and have no test part, such as a table, all rows count.
Part part_of(const Arguments& arguments, const DataSource& source) {
  const bool all = !arguments.given("part") && arguments.given("data") && source.test.rows() == 0;
  return all ? Part::all : entry_named(kParts, arguments.text("part")).value;
}

Outcome evaluate(const Command& command, const Arguments& arguments) {
  apply_instruction_set(arguments);
  const TrainedModel trained = trained_model(command, arguments);
  const ComputeChoice compute = compute_choice(arguments, trained.run);
  DataRequest request = evaluation_request(arguments, trained);
  request.threads = compute.threads;
  const DataSource source = evaluation_data(request, trained);
  const std::string path = request.data.string();
  const Part part = part_of(arguments, source);
  const std::vector<PartRows> rows = rows_of(part, source, trained.run.split);
  if (rows.empty()) {
    throw usage_error("--part {}: {} has no such rows; give another --part, or --data", name_of(kParts, part), path);
  }
  const auto engine =
      make_inference_engine(trained.model.spec, trained.model.parameters, trained.model.scaler, compute);
  const PartEvaluation evaluation = evaluate_part(*engine, trained.model.spec, rows);
  const std::optional<TopK> top = top_k(arguments, evaluation);
  if (arguments.given("json")) {
    write_json_line(result_json(name_of(kParts, part), path, evaluation, top, trained));
  } else {
    write_stdout(fmt::format("{}, {} rows of {}\n", name_of(kParts, part), grouped_digits(evaluation.rows()), path) +
                 evaluation_text(evaluation, top, class_names_of(trained.model)));
  }
  if (!std::isfinite(evaluation.loss)) {
    print_error("the loss is not finite: some rows are too far from those of the training");
    return Outcome::diverged;
  }
  return Outcome::done;
}

}  // namespace

Outcome run_evaluate(const std::vector<std::string>& words) {
  const Command command = evaluate_command();
  const Arguments arguments = parse_arguments(command, words);
  return print_if_asked(command, arguments) ? Outcome::done : evaluate(command, arguments);
}

}  // namespace strata::cli
