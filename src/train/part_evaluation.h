// Everything that is said of a model on a part of the data.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "train/evaluation.h"
#include "train/part.h"

namespace strata {

/// A model's figures on some rows.
struct PartEvaluation {
  double loss = 0;  ///< mean cross-entropy
  double accuracy = 0;
  ConfusionMatrix confusion;
  std::vector<ClassFigures> classes;
  double macro_f1 = 0;
  std::optional<double> auc;           ///< empty where it has no value, and where the loss is not finite
  std::vector<std::uint32_t> labels;   ///< of the rows, in their order
  AlignedVector<float> probabilities;  ///< (rows, classes)

  std::size_t rows() const { return labels.size(); }
  MatrixView<const float> probability_matrix() const { return {probabilities.data(), rows(), confusion.classes}; }
};

/// Evaluates `parts`, one after the other, none of them empty. Loss and accuracy are what a training run gets on the
/// same part by the same engine. Throws Error(data), naming the source of the rows, if they have other features than
/// the model, or a label past its classes.
PartEvaluation evaluate_part(Engine& engine, const ModelSpec& model, std::span<const PartRows> parts);

}  // namespace strata
