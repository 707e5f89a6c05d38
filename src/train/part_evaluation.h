// Everything that is said of a model on a part of the data.
#pragma once

#include <span>
#include <vector>

#include "core/figure.h"
#include "engine/engine.h"
#include "train/figures.h"
#include "train/part.h"

namespace strata {

/// A model's figures on some rows.
struct PartEvaluation {
  double loss = 0;  ///< mean
  TargetKind kind = TargetKind::classes;
  FigureList figures;                  ///< the objective's, in its order, that have a value
  ConfusionMatrix confusion;           ///< of classes
  std::vector<ClassFigures> classes;   ///< of each class, or of each label
  std::vector<NumberFigures> numbers;  ///< of each output; empty where a prediction is not finite
  std::vector<std::uint32_t> labels;   ///< (rows), of classes
  AlignedVector<float> targets;        ///< (rows, target_columns), of labels and of numbers
  std::size_t target_columns = 0;
  AlignedVector<float> predictions;  ///< (rows, outputs)
  std::size_t outputs = 0;
  std::size_t class_count = 0;  ///< of classes: two by one output, else the outputs
  double threshold = 0.5;       ///< of two classes and labels

  std::size_t rows() const { return outputs == 0 ? 0 : predictions.size() / outputs; }
  MatrixView<const float> prediction_matrix() const { return {predictions.data(), rows(), outputs}; }
  MatrixView<const float> target_matrix() const {
    return {targets.data(), target_columns == 0 ? 0 : rows(), target_columns};
  }
};

/// Evaluates `parts`, one after the other, none of them empty. The loss and the first figure are what a training run
/// gets on the same part by the same engine. Throws Error(data), naming the source of the rows, if they have other
/// features than the model, a label past its classes or another number of targets.
PartEvaluation evaluate_part(Engine& engine, const ModelSpec& model, const Task& task, std::span<const PartRows> parts);

/// What the predictions alone say: all but the loss, which is NaN. The rows are of the data that the model learns.
PartEvaluation judge_part(Engine& engine, const ModelSpec& model, const Task& task, const PartRows& part);

}  // namespace strata
