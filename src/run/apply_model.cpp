#include "run/apply_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.h"
#include "io/evaluation_json.h"
#include "settings/choices.h"
#include "settings/parse_value.h"

namespace strata {

namespace {

std::optional<TopK> top_k(const Given& given, const PartEvaluation& evaluation) {
  constexpr std::size_t kDefault = 5;
  const std::size_t classes = evaluation.kind == TargetKind::classes ? evaluation.outputs : 0;
  if (given.given("top-k") && classes < 2) {
    throw usage_error("‹top_k› does not apply: the model has no classes with an output each");
  }
  if (!given.given("top-k") && classes <= kDefault) {
    return std::nullopt;
  }
  const std::size_t k = given.given("top-k") ? parse_whole("top-k", given.text("top-k"), 1, classes) : kDefault;
  return TopK{k, top_k_accuracy(evaluation.labels, evaluation.prediction_matrix(), k)};
}

/// The part that is asked for. Of data that are given and have no test part, such as a table, all rows count.
Part part_of(const Given& given, const DataSource& source) {
  const bool all = !given.given("part") && given.given("data") && source.test.rows() == 0;
  return all ? Part::all : entry_named(kParts, given.text("part")).value;
}

/// Whether these rows give the model's scaler again.
bool fit_the_scaler(const ModelFile& model, const PartRows& rows, int threads) {
  const MissingValues missing = model.scaler.missing();
  const Scaler fitted = fit_scaler(ScalerKind::standard, rows.data->view(), rows.rows, threads, missing);
  return fitted.mean == model.scaler.mean && fitted.scale == model.scaler.scale;
}

bool same_place(const DataRequest& request, const TrainedModel& trained) {
  std::error_code ignored;
  return trained.run.data && std::filesystem::equivalent(trained.run.data->data, request.data, ignored);
}

/// How many of all rows of `source` the model was trained on: as far as can be told, those that its run would take for
/// training, if the data lie where the run's lay or give the model's scaler.
std::size_t rows_trained_on(const TrainedModel& trained, const DataRequest& request, const DataSource& source) {
  try {
    const SplitPlan everything;
    const std::vector<PartRows> rows = rows_of(Part::train, source, trained.run.split.value_or(everything));
    const bool known =
        !rows.empty() && (same_place(request, trained) || fit_the_scaler(trained.model, rows.front(), request.threads));
    return known ? rows.front().rows.size() : 0;
  } catch (const Error&) {  // other data need not allow that split
    return 0;
  }
}

/// Where the rows of a part lie: in files of its own, or in the data.
std::string place_of(Part part, const DataRequest& request) {
  std::vector<std::string> places;
  const auto add = [&](Part own, const std::optional<std::filesystem::path>& file) {
    if (file && (part == own || part == Part::all)) {
      places.push_back(file->string());
    }
  };
  add(Part::validation, request.validation_data);
  add(Part::test, request.test_data);
  if (places.empty() || part == Part::all) {
    places.insert(places.begin(), request.data.string());
  }
  return fmt::format("{}", fmt::join(places, ", "));
}

/// Of the part that was asked for, or of the test part that nobody has asked for.
Error no_rows(const Given& given, Part part, const DataSource& source, const std::optional<SplitPlan>& split) {
  const std::string& data = source.train.source;
  if (given.given("part")) {
    return usage_error("‹part› {}: {} has no such rows; give another ‹part›, or ‹data›", name_of(kParts, part), data);
  }
  std::vector<std::string> others;
  for (const auto& entry : kParts) {
    const bool is_known = entry.value == Part::all || split || source.validation.rows() > 0;
    if (is_known && !rows_of(entry.value, source, split).empty()) {
      others.emplace_back(entry.name);
    }
  }
  return usage_error("{}: has no test rows; give ‹part› {}, or ‹data› PATH", data, fmt::join(others, " or ‹part› "));
}

void require_finite(std::span<const float> predictions, std::size_t first_row, const ModelFile& model) {
  const auto bad = std::ranges::find_if_not(predictions, [](float p) { return std::isfinite(p); });
  if (bad != predictions.end()) {
    throw failed_error("row {} (counted from 0): its {} are not finite, as it is too far from the training rows",
                       first_row + static_cast<std::size_t>(bad - predictions.begin()) / model.spec.outputs,
                       model.targets == TargetKind::numbers ? "numbers" : "probabilities");
  }
}

PredictionLayout layout_of(PredictionFormat format, const ModelFile& model, const Task& task, bool ids) {
  return {
      .format = format, .names = output_names(model), .ids = ids, .kind = model.targets, .threshold = task.threshold};
}

}  // namespace

Evaluation evaluate(const Given& given, const TrainedModel& trained, const DataRequest& request,
                    const DataSource& source, const ComputeChoice& compute) {
  const Part part = part_of(given, source);
  const std::vector<PartRows> rows = rows_of(part, source, trained.run.split);
  if (rows.empty()) {
    throw no_rows(given, part, source, trained.run.split);
  }
  const ModelFile& model = trained.model;
  const Task task = task_of(given, model);
  const auto engine = make_inference_engine(model.spec, task, model.parameters, model.scaler, compute);
  Evaluation evaluation{.part = part,
                        .data = place_of(part, request),
                        .figures = evaluate_part(*engine, model.spec, task, rows),
                        .top_k = {},
                        .importance = {},
                        .trained_rows = 0};
  evaluation.top_k = top_k(given, evaluation.figures);
  if (given.given("importance")) {
    evaluation.importance = importance_on(*engine, model, task, rows);
  }
  if (part == Part::all) {
    evaluation.trained_rows = rows_trained_on(trained, request, source);
  }
  return evaluation;
}

Importance importance_on(Engine& engine, const ModelFile& model, const Task& task, std::span<const PartRows> rows) {
  constexpr std::size_t kMostSquares = 200;
  constexpr std::size_t kMostApplied = 2'000'000;
  const FeatureBlocks blocks =
      feature_blocks(model.table ? &*model.table : nullptr, model.sample_shape, model.spec.inputs, kMostSquares);
  return permutation_importance(engine, model.spec, task, rows, blocks, kMostApplied);
}

nlohmann::ordered_json to_json(const Evaluation& evaluation, const TrainedModel& trained) {
  nlohmann::ordered_json json{
      {"model", trained.path.string()}, {"data", evaluation.data}, {"part", name_of(kParts, evaluation.part)}};
  json.update(evaluation_json(evaluation.figures, output_names(trained.model)));
  if (evaluation.top_k) {
    json["top_k"] = {{"k", evaluation.top_k->k}, {"accuracy", evaluation.top_k->accuracy}};
  }
  if (evaluation.importance) {
    json.update(importance_json(*evaluation.importance));
  }
  json["weights_hash"] = weights_hash(trained.model.parameters);
  if (evaluation.part == Part::all) {
    json["trained_rows"] = evaluation.trained_rows;
  }
  return json;
}

/// The format that the output's ending names, if it names one.
PredictionFormat prediction_format(const Given& given, const std::optional<std::filesystem::path>& output) {
  if (!given.given("format") && output) {
    const std::string ending = output->extension().string();
    const auto named = std::ranges::find_if(
        kPredictionFormats, [&](const auto& entry) { return ending == fmt::format(".{}", entry.name); });
    if (named != kPredictionFormats.end()) {
      return named->value;
    }
  }
  return entry_named(kPredictionFormats, given.text("format")).value;
}

Predictions predict(const ModelFile& model, const Task& task, RowStream& rows, const ComputeChoice& compute,
                    PredictionFormat format, const std::optional<std::filesystem::path>& output) {
  const auto engine = make_inference_engine(model.spec, task, model.parameters, model.scaler, compute);
  PredictionWriter writer(layout_of(format, model, task, rows.has_ids()), output, rows.rows());
  GapCounter gaps(model.table, model.spec.inputs);
  const std::size_t outputs = model.spec.outputs;
  AlignedVector<float> predictions;
  for (RowBlock block = rows.next(); !block.rows.empty(); block = rows.next()) {
    predictions.resize(block.rows.size() * outputs);
    const MatrixView<float> matrix(predictions.data(), block.rows.size(), outputs);
    gaps.add(block.samples.features, block.rows);
    engine->predict(block.samples, block.rows, matrix);
    require_finite(predictions, writer.rows(), model);
    writer.write(matrix, block.ids);
  }
  writer.finish();
  return {writer.rows(), std::move(gaps)};
}

}  // namespace strata
