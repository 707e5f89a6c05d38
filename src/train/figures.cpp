#include "train/figures.h"

#include <algorithm>
#include <array>

namespace strata {

namespace {

using Value = std::optional<double>;

/// `kept`, which is made now if nobody has asked before.
template <class Kept, class Make>
const Kept& once(std::optional<Kept>& kept, Make make) {
  if (!kept) {
    kept = make();
  }
  return *kept;
}

std::vector<bool> are_second(std::span<const std::uint32_t> labels) {
  std::vector<bool> second(labels.size());
  for (std::size_t row = 0; row < labels.size(); ++row) {
    second[row] = labels[row] == 1;
  }
  return second;
}

Value accuracy(Judgement& judgement) {
  const ConfusionMatrix& confusion = judgement.confusion();
  std::size_t right = 0;
  for (std::size_t c = 0; c < confusion.classes; ++c) {
    right += confusion(c, c);
  }
  return static_cast<double>(right) / static_cast<double>(judgement.judged().predictions.rows());
}

Value macro_f1_of(Judgement& judgement) {
  return judgement.judged().labels.empty() ? mean_f1(judgement.classes()) : macro_f1(judgement.classes());
}

Value auc(Judgement& judgement) {
  const Judged& judged = judgement.judged();
  return judged.predictions.columns() <= 2 ? roc_auc(judgement.ranking())
                                           : macro_auc(judged.labels, judged.predictions);
}

Value f1_of_second(Judgement& judgement) { return judgement.classes()[1].f1; }

Value precision_of_second(Judgement& judgement) { return average_precision(judgement.ranking()); }

Value label_accuracy_of(Judgement& judgement) {
  return label_accuracy(judgement.classes(), judgement.judged().predictions.rows());
}

Value subset_accuracy_of(Judgement& judgement) {
  const Judged& judged = judgement.judged();
  return subset_accuracy(judged.targets, judged.predictions, judgement.task().threshold);
}

Value micro_f1_of(Judgement& judgement) { return micro_f1(judgement.classes()); }

/// The mean over outputs of what each has; empty if one has none.
template <class Of>
Value mean_of_outputs(Judgement& judgement, Of of) {
  double sum = 0;
  for (const NumberFigures& output : judgement.numbers()) {
    const Value value = of(output);
    if (!value) {
      return std::nullopt;
    }
    sum += *value;
  }
  return sum / static_cast<double>(judgement.numbers().size());
}

Value rmse(Judgement& judgement) {
  return mean_of_outputs(judgement, [](const NumberFigures& of) { return Value(of.rmse); });
}

Value mae(Judgement& judgement) {
  return mean_of_outputs(judgement, [](const NumberFigures& of) { return Value(of.mae); });
}

Value r2(Judgement& judgement) {
  return mean_of_outputs(judgement, [](const NumberFigures& of) { return of.r2; });
}

Value pinball(Judgement& judgement) {
  return mean_of_outputs(judgement, [](const NumberFigures& of) { return Value(of.pinball); });
}

struct Definition {
  std::string_view name;
  Value (*value)(Judgement&);
};

constexpr std::array kDefinitions{Definition{"accuracy", accuracy},
                                  Definition{"macro_f1", macro_f1_of},
                                  Definition{"auc", auc},
                                  Definition{"f1", f1_of_second},
                                  Definition{"average_precision", precision_of_second},
                                  Definition{"label_accuracy", label_accuracy_of},
                                  Definition{"subset_accuracy", subset_accuracy_of},
                                  Definition{"micro_f1", micro_f1_of},
                                  Definition{"rmse", rmse},
                                  Definition{"mae", mae},
                                  Definition{"r2", r2},
                                  Definition{"pinball", pinball}};

}  // namespace

std::span<const double> quantiles_of(const Task& task) {
  return task.objective.kind == ObjectiveKind::quantile ? std::span<const double>(task.objective.quantiles)
                                                        : std::span<const double>();
}

std::size_t class_count(const Task& task, std::size_t outputs) {
  return entry_of(task.objective.kind).map == OutputMap::sigmoid ? 2 : outputs;
}

TargetShape shape_of(const Task& task, const SamplesView& samples, std::size_t outputs) {
  if (samples.targets.rows() == 0) {
    return {TargetKind::classes, std::max<std::size_t>(outputs, 2)};
  }
  const bool are_labels = entry_of(task.objective.kind).map == OutputMap::sigmoid;
  return {are_labels ? TargetKind::labels : TargetKind::numbers, samples.targets.columns()};
}

std::vector<std::uint32_t> labels_of(const SamplesView& samples, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> labels(samples.labels.empty() ? 0 : rows.size());
  std::transform(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(labels.size()), labels.begin(),
                 [&](std::uint32_t row) { return samples.labels[row]; });
  return labels;
}

AlignedVector<float> targets_of(const SamplesView& samples, std::span<const std::uint32_t> rows) {
  const std::size_t columns = samples.targets.columns();
  AlignedVector<float> targets(columns * rows.size());
  for (std::size_t i = 0; columns > 0 && i < rows.size(); ++i) {
    std::copy_n(samples.targets.row(rows[i]), columns, targets.begin() + static_cast<std::ptrdiff_t>(i * columns));
  }
  return targets;
}

const ConfusionMatrix& Judgement::confusion() {
  return once(confusion_, [this] {
    return confusion_matrix(
        judged_.labels,
        decided_classes(judged_.predictions, class_count(task_, judged_.predictions.columns()), task_.threshold),
        std::max<std::size_t>(judged_.predictions.columns(), 2));
  });
}

std::span<const ClassFigures> Judgement::classes() {
  return once(classes_, [this] {
    return judged_.labels.empty() ? label_figures(judged_.targets, judged_.predictions, task_.threshold)
                                  : class_figures(confusion());
  });
}

std::span<const ScoreGroup> Judgement::ranking() {
  return once(ranking_, [this] {
    return ranked(column_of(judged_.predictions, judged_.predictions.columns() - 1), are_second(judged_.labels));
  });
}

const std::vector<NumberFigures>& Judgement::numbers() {
  return once(numbers_, [this] { return number_figures(judged_.targets, judged_.predictions, quantiles_of(task_)); });
}

std::optional<double> figure_of(std::string_view name, Judgement& judgement) {
  return std::ranges::find(kDefinitions, name, &Definition::name)->value(judgement);
}

FigureList figures_of(std::span<const std::string_view> names, Judgement& judgement) {
  FigureList figures;
  for (const std::string_view name : names) {
    if (const auto value = figure_of(name, judgement)) {
      figures.push_back({name, *value});
    }
  }
  return figures;
}

std::span<const std::string_view> told_by_predictions(std::span<const std::string_view> all, TargetKind targets) {
  return targets == TargetKind::classes ? all.subspan(1) : all;
}

FigureList with_quick(const Figure& quick, FigureList predicted) {
  if (!find_figure(predicted, quick.name)) {
    predicted.insert(predicted.begin(), quick);
  }
  return predicted;
}

}  // namespace strata
