#include "train/part_evaluation.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace strata {

namespace {

void check_fit(const ModelSpec& model, const PartRows& part) {
  if (part.data->features != model.inputs) {
    throw data_error("{}: its rows have {} features, the model takes {}; give data of the model's kind",
                     part.data->source, part.data->features, model.inputs);
  }
  for (const std::uint32_t row : part.rows) {
    if (part.data->labels[row] >= model.classes) {
      throw data_error(
          "{}: row {} (counted from 0) has label {}, the model has {} classes; give data of the model's kind",
          part.data->source, row, part.data->labels[row], model.classes);
    }
  }
}

LossSums& operator+=(LossSums& sums, const LossSums& more) {
  sums.loss += more.loss;
  sums.correct += more.correct;
  sums.weight += more.weight;
  return sums;
}

}  // namespace

PartEvaluation evaluate_part(Engine& engine, const ModelSpec& model, std::span<const PartRows> parts) {
  PartEvaluation result;
  for (const PartRows& part : parts) {
    check_fit(model, part);
    std::ranges::transform(part.rows, std::back_inserter(result.labels),
                           [&](std::uint32_t row) { return part.data->labels[row]; });
  }
  result.probabilities = AlignedVector<float>(result.rows() * model.classes);
  const MatrixView<float> probabilities(result.probabilities.data(), result.rows(), model.classes);
  LossSums sums;
  std::size_t first = 0;
  for (const PartRows& part : parts) {
    sums += engine.evaluate(part.data->view(), part.rows);
    engine.predict(part.data->view(), part.rows, probabilities.rows(first, part.rows.size()));
    first += part.rows.size();
  }
  result.loss = sums.loss / static_cast<double>(result.rows());
  result.accuracy = static_cast<double>(sums.correct) / static_cast<double>(result.rows());
  result.confusion = confusion_matrix(result.labels, probabilities);
  result.classes = class_figures(result.confusion);
  result.macro_f1 = macro_f1(result.classes);
  if (std::isfinite(result.loss)) {
    result.auc = macro_auc(result.labels, probabilities);
  }
  return result;
}

}  // namespace strata
