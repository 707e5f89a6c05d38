// The named figures of predictions, by the definitions of scikit-learn.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/figure.h"
#include "core/tensor.h"
#include "data/dataset.h"
#include "engine/loss.h"
#include "train/evaluation.h"
#include "train/number_figures.h"

namespace strata {

/// Predictions as Engine::predict makes them, finite, beside what they should have been.
struct Judged {
  std::span<const std::uint32_t> labels{};  ///< (rows), of classes; empty: targets
  MatrixView<const float> targets{};        ///< (rows, targets), of labels and of numbers
  MatrixView<const float> predictions{};    ///< (rows, outputs)
};

/// Those that the outputs are to be; none of another objective.
std::span<const double> quantiles_of(const Task& task);

/// How many classes so many outputs tell apart: two where there is one output of two classes.
std::size_t class_count(const Task& task, std::size_t outputs);

/// What `samples` have to be predicted, by a network of so many outputs.
TargetShape shape_of(const Task& task, const SamplesView& samples, std::size_t outputs);

/// What the figures of some rows are read from: each is made when it is first asked for, once for all figures.
class Judgement {
 public:
  /// What `judged` views, and the task, must outlast it.
  Judgement(const Task& task, const Judged& judged) : task_(task), judged_(judged) {}

  const Task& task() const { return task_; }
  const Judged& judged() const { return judged_; }

  const ConfusionMatrix& confusion();           ///< of classes
  std::span<const ClassFigures> classes();      ///< of each class, or of each label
  std::span<const ScoreGroup> ranking();        ///< of two classes: by the second one's probability
  const std::vector<NumberFigures>& numbers();  ///< of each output of numbers

 private:
  const Task& task_;
  Judged judged_;
  std::optional<ConfusionMatrix> confusion_;
  std::optional<std::vector<ClassFigures>> classes_;
  std::optional<std::vector<ScoreGroup>> ranking_;
  std::optional<std::vector<NumberFigures>> numbers_;
};

/// The figure of that name; empty where it has no value, such as an AUC without both classes.
std::optional<double> figure_of(std::string_view name, Judgement& judgement);

/// Those of `names` that have a value, in their order.
FigureList figures_of(std::span<const std::string_view> names, Judgement& judgement);

/// Those of an objective's figures that predictions tell best: all of them, but for classes, whose quick one an engine
/// counts exactly. It adds up that of labels and of numbers from each row's mean in fp32.
std::span<const std::string_view> told_by_predictions(std::span<const std::string_view> all, TargetKind targets);

/// What predictions tell, behind the quick figure as the engine has it if they lack that.
FigureList with_quick(const Figure& quick, FigureList predicted);

}  // namespace strata
