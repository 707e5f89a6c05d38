// The named figures of predictions, and those of numbers, how far predictions are from them; by the definitions of
// scikit-learn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/figure.h"
#include "core/tensor.h"
#include "data/dataset.h"
#include "engine/loss.h"
#include "train/classification_figures.h"

namespace strata {

/// Figures of one output, in the target's own units. Sums are in double, over rows in ascending order.
struct NumberFigures {
  double rmse = 0;
  double mae = 0;
  std::optional<double>
      r2{};                 ///< of equal targets 1 if all are met, else 0, as in scikit-learn; empty for a single row
  double median_error = 0;  ///< of the absolute error
  double p95_error = 0;     ///< its 95th percentile, between two rows in proportion
  std::optional<double> quantile{};  ///< that the output is to be; these three only then
  double pinball = 0;                ///< mean pinball loss
  double below = 0;                  ///< share of the rows whose target is at most the prediction

  friend bool operator==(const NumberFigures&, const NumberFigures&) = default;
};

/// Of each output. targets are (rows, targets), predictions (rows, outputs), at least one row, all finite. `quantiles`:
/// none; one, of every target; or one for each output, all of one target.
std::vector<NumberFigures> number_figures(const MatrixView<const float>& targets,
                                          const MatrixView<const float>& predictions,
                                          std::span<const double> quantiles);

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

/// The labels or targets of `rows`, one after the other.
std::vector<std::uint32_t> labels_of(const SamplesView& samples, std::span<const std::uint32_t> rows);
AlignedVector<float> targets_of(const SamplesView& samples, std::span<const std::uint32_t> rows);

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
