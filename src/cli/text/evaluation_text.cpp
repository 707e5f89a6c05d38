#include "cli/text/evaluation_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/figure.h"
#include "core/text.h"

namespace strata::cli {

namespace {

using Row = std::vector<std::string>;

constexpr std::size_t kWidth = 80;
constexpr std::size_t kMostClasses = 40;  ///< in the table of the classes
constexpr std::size_t kMostMistakes = 15;

/// A class' index and name, or the index alone if it has no other name.
std::string label_of(std::size_t c, const std::vector<std::string>& names, std::size_t width) {
  const std::string index = fmt::format("{}", c);
  return names[c] == index ? index : shortened(fmt::format("{} {}", index, names[c]), width);
}

std::string figures_line(const PartEvaluation& evaluation, const std::optional<TopK>& top_k) {
  std::string line = fmt::format("loss {}", figure_text(evaluation.loss));
  for (const Figure& of : evaluation.figures) {
    line += fmt::format("  {} {}", figure_entry(of.name).text, figure_text(of));
    if (top_k && of == evaluation.figures.front()) {
      line += fmt::format("  top-{} {}", top_k->k, figure_text(top_k->accuracy));
    }
  }
  return line + '\n';
}

/// Of numbers; four significant digits, as they may be of any size.
std::string targets_table(const PartEvaluation& evaluation, const std::vector<std::string>& names) {
  constexpr std::size_t kNameWidth = 24;
  const auto number = [](double value) { return fmt::format("{:.4g}", value); };
  const bool quantiles = !evaluation.numbers.empty() && evaluation.numbers.front().quantile;
  std::vector<Row> rows{{"target", "rmse", "mae", "r2", "median error", "95 % within"}};
  if (quantiles) {
    rows.front() = {"target", "quantile", "pinball", "mae", "rows below"};
  }
  for (std::size_t i = 0; i < evaluation.numbers.size(); ++i) {
    const NumberFigures& of = evaluation.numbers[i];
    const std::string name = shortened(names[i], kNameWidth);
    rows.push_back(quantiles
                       ? Row{name, number(*of.quantile), number(of.pinball), number(of.mae), figure_text(of.below)}
                       : Row{name, number(of.rmse), number(of.mae), of.r2 ? figure_text(*of.r2) : "-",
                             number(of.median_error), number(of.p95_error)});
  }
  return aligned(rows, Alignment::numbers);
}

std::string classes_table(const PartEvaluation& evaluation, const std::vector<std::string>& names) {
  constexpr std::size_t kNameWidth = 34;
  std::vector<std::size_t> shown(names.size());
  std::iota(shown.begin(), shown.end(), 0U);
  std::string more;
  if (shown.size() > kMostClasses) {
    std::ranges::stable_sort(shown, {}, [&](std::size_t c) { return evaluation.classes[c].f1; });
    more = fmt::format("of {} {}, those of the lowest F1; --json has all\n", shown.size(), counted(evaluation.kind));
    shown.resize(kMostClasses);
  }
  const bool labels = evaluation.kind == TargetKind::labels;
  std::vector<Row> rows{{labels ? "label" : "class", "precision", "recall", "F1", "rows", "predicted"}};
  for (const std::size_t c : shown) {
    const ClassFigures& of = evaluation.classes[c];
    rows.push_back({label_of(c, names, kNameWidth), figure_text(of.precision), figure_text(of.recall),
                    figure_text(of.f1), grouped_digits(of.support), grouped_digits(of.predicted)});
  }
  return aligned(rows, Alignment::numbers) + more;
}

std::size_t line_width(const std::string& table) { return width_of(table.substr(0, table.find('\n'))); }

std::string matrix(const PartEvaluation& evaluation, const std::vector<std::string>& names) {
  constexpr std::size_t kNameWidth = 14;
  std::vector<Row> rows{{"true"}};
  for (std::size_t c = 0; c < names.size(); ++c) {
    rows.front().push_back(fmt::format("{}", c));
    Row row{label_of(c, names, kNameWidth)};
    for (std::size_t predicted = 0; predicted < names.size(); ++predicted) {
      row.push_back(fmt::format("{}", evaluation.confusion(c, predicted)));
    }
    rows.push_back(std::move(row));
  }
  return aligned(rows, Alignment::numbers);
}

std::string mistakes(const PartEvaluation& evaluation, const std::vector<std::string>& names) {
  constexpr std::size_t kNameWidth = 30;
  std::vector<std::size_t> cells;  // of the matrix, off its diagonal
  const std::size_t classes = names.size();
  for (std::size_t cell = 0; cell < classes * classes; ++cell) {
    if (cell / classes != cell % classes && evaluation.confusion.counts[cell] > 0) {
      cells.push_back(cell);
    }
  }
  const auto first = std::min(kMostMistakes, cells.size());
  std::ranges::stable_sort(cells, std::ranges::greater{},
                           [&](std::size_t cell) { return evaluation.confusion.counts[cell]; });
  std::vector<Row> rows{{"class", "taken for", "rows"}};
  for (const std::size_t cell : std::span(cells).first(first)) {
    rows.push_back({label_of(cell / classes, names, kNameWidth), label_of(cell % classes, names, kNameWidth),
                    grouped_digits(evaluation.confusion.counts[cell])});
  }
  return first == 0 ? "no mistakes\n" : "the most frequent mistakes\n" + aligned(rows, Alignment::numbers);
}

std::string importance_table(const Importance& importance) {
  constexpr std::size_t kMost = 30;
  constexpr std::size_t kNameWidth = 40;
  std::vector<BlockImportance> blocks = importance.blocks;
  std::ranges::stable_sort(blocks, std::ranges::greater{}, &BlockImportance::mean);
  std::vector<Row> rows{{"column", "rise", "deviation"}};
  for (const BlockImportance& block : std::span(blocks).first(std::min(kMost, blocks.size()))) {
    rows.push_back(
        {shortened(block.name, kNameWidth), fmt::format("{:.4f}", block.mean), fmt::format("{:.4f}", block.deviation)});
  }
  return aligned(rows, Alignment::numbers) +
         (blocks.size() > kMost ? fmt::format("and {} more; --json has all\n", blocks.size() - kMost) : "");
}

std::string importance_map(const Importance& importance) {
  constexpr std::string_view kShades = " .:-=+*#%@";
  double most = 0;
  for (const BlockImportance& block : importance.blocks) {
    most = std::max(most, block.mean);
  }
  std::string text;
  for (std::size_t i = 0; i < importance.blocks.size(); ++i) {
    const double share = most > 0 ? std::max(importance.blocks[i].mean, 0.0) / most : 0;
    const auto shade = static_cast<std::size_t>(std::lround(share * static_cast<double>(kShades.size() - 1)));
    text.append(2, kShades[shade]);
    text += (i + 1) % importance.map.columns == 0 ? "\n" : "";
  }
  return text + fmt::format("blank: 0 or less; {0}{0}: {1:.4f}; --json has all\n", kShades.back(), most);
}

}  // namespace

std::string evaluation_text(const PartEvaluation& evaluation, const std::optional<TopK>& top_k,
                            const std::vector<std::string>& names) {
  std::string text = figures_line(evaluation, top_k) + '\n';
  if (evaluation.kind == TargetKind::numbers) {
    return text + targets_table(evaluation, names);
  }
  text += classes_table(evaluation, names);
  if (evaluation.kind == TargetKind::labels) {
    return text;
  }
  text += '\n';
  if (names.size() <= kMostClasses) {
    if (const std::string table = matrix(evaluation, names); line_width(table) <= kWidth) {
      return text + "what each class was taken for\n" + table;
    }
  }
  return text + mistakes(evaluation, names);
}

std::string importance_text(const Importance& importance) {
  const std::string intro = fmt::format(
      "\nby how much the loss rises when a {} is shuffled among the rows (mean and deviation of {} times{})\n",
      importance.map.rows > 0 ? importance.map.side > 1 ? "square of pixels" : "pixel" : "column", importance.repeats,
      fmt::format(", {} rows of loss {:.4f}", grouped_digits(importance.rows), importance.loss));
  return intro + (importance.map.rows > 0 ? importance_map(importance) : importance_table(importance));
}

}  // namespace strata::cli
