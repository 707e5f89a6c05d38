// What a trained model gets wrong: its confusion matrix, figures of each class, and the rows it mistakes.
#pragma once

#include <nlohmann/json.hpp>

#include "data/load.h"
#include "engine/engine.h"
#include "io/model_file.h"

namespace strata {

/// The rows on which a model is tested, and what computes.
struct TestRows {
  std::string part;  ///< test or validation
  SamplesView samples;
  std::span<const std::uint32_t> rows;  ///< of samples; not empty
  EngineKind engine = EngineKind::automatic;
  int threads = 1;
};

/// Evaluates the model once on those rows: `part`, `rows`, `loss`, `accuracy`, `macro_f1`, `classes` (a list of
/// `precision`, `recall`, `f1`, `support`, `predicted`), `confusion` (rows: true class; only of up to 40 classes),
/// `mistakes` (the most frequent first: `label`, `predicted`, `count`, `shown`) and `image` (`rows`, `columns`) if the
/// samples are images. `shown` are the most confident ones: `row`, `probability` of the predicted class, and `pixels`
/// (base64) of images. Throws Error(data), naming neither file, if the model does not fit the samples.
nlohmann::ordered_json test_figures(const ModelFile& model, const TestRows& test);

}  // namespace strata
