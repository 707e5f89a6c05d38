// A trained model at work: the data that it is applied to, its figures on a part of them, and its predictions for rows.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>

#include "data/gaps.h"
#include "data/load.h"
#include "data/row_stream.h"
#include "engine/engine.h"
#include "io/prediction_writer.h"
#include "run/trained_model.h"
#include "settings/given.h"
#include "train/importance.h"
#include "train/part.h"
#include "train/part_evaluation.h"

namespace strata {

/// Where the data to evaluate on lie: what is given for `data` and its companions, or the run's, or the installed
/// Fashion-MNIST. Throws Error(usage) for options that do not apply.
DataRequest evaluation_request(const Given& given, const TrainedModel& trained);

/// Those data. Throws Error(data) for what cannot be read or is not of the model's kind.
DataSource evaluation_data(const DataRequest& request, const TrainedModel& trained);

/// The rows that `data` names: of a folder the test part, or the training part if there is no other; all of a file; of
/// what comes from stdin if it is `-`. Throws Error(data) as above.
std::unique_ptr<RowStream> prediction_rows(const Given& given, const ModelFile& model, int threads);

struct TopK {
  std::size_t k = 0;
  double accuracy = 0;
};

struct Evaluation {
  Part part = Part::test;
  std::string data;  ///< where they lie: files of all parts, or of this one
  PartEvaluation figures;
  std::optional<TopK> top_k;               ///< of more classes than five, or as it was asked for
  std::optional<Importance> importance{};  ///< if it was asked for
  std::size_t trained_rows = 0;            ///< of all rows, those that the model was trained on, as far as can be told
};

/// By `part`, `top-k` and `importance` as given, on `source`, the data of the request. Of data that are given and have
/// no test part, such as a table, all rows count. Throws Error(usage) for a part without rows, and as evaluate_part.
Evaluation evaluate(const Given& given, const TrainedModel& trained, const DataRequest& request,
                    const DataSource& source, const ComputeChoice& compute);

/// By how much the model's loss on these rows, which must not be empty, rises when what belongs together is shuffled: a
/// table's columns, an image's squares, else each feature. Of a large network some tens of seconds. Throws as
/// evaluate_part.
Importance importance_on(Engine& engine, const ModelFile& model, const Task& task, std::span<const PartRows> rows);

/// All of it: docs/formats.md.
nlohmann::ordered_json to_json(const Evaluation& evaluation, const TrainedModel& trained);

/// What is given for `format`, or else what the output's ending names, or CSV.
PredictionFormat prediction_format(const Given& given, const std::optional<std::filesystem::path>& output);

/// What became of rows that were predicted.
struct Predictions {
  std::size_t rows = 0;
  GapCounter gaps;
};

/// Predicts all rows, block by block, by `task` (task_of), into the file, or to stdout if there is none. Throws
/// Error(failed) for a row whose predictions are not finite, and as PredictionWriter.
Predictions predict(const ModelFile& model, const Task& task, RowStream& rows, const ComputeChoice& compute,
                    PredictionFormat format, const std::optional<std::filesystem::path>& output);

}  // namespace strata
