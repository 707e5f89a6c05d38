#include "cli/evaluation_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "cli/progress_line.h"
#include "cli/text_table.h"

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
  std::string line = fmt::format("loss {}  accuracy {}", figure(evaluation.loss), figure(evaluation.accuracy));
  if (top_k) {
    line += fmt::format("  top-{} {}", top_k->k, figure(top_k->accuracy));
  }
  line += fmt::format("  macro F1 {}", figure(evaluation.macro_f1));
  return line + (evaluation.auc ? fmt::format("  AUC {}\n", figure(*evaluation.auc)) : "\n");
}

std::string classes_table(const PartEvaluation& evaluation, const std::vector<std::string>& names) {
  constexpr std::size_t kNameWidth = 34;
  std::vector<std::size_t> shown(names.size());
  std::iota(shown.begin(), shown.end(), 0U);
  std::string more;
  if (shown.size() > kMostClasses) {
    std::ranges::stable_sort(shown, {}, [&](std::size_t c) { return evaluation.classes[c].f1; });
    more = fmt::format("of {} classes, those of the lowest F1; --json has all\n", shown.size());
    shown.resize(kMostClasses);
  }
  std::vector<Row> rows{{"class", "precision", "recall", "F1", "rows", "predicted"}};
  for (const std::size_t c : shown) {
    const ClassFigures& of = evaluation.classes[c];
    rows.push_back({label_of(c, names, kNameWidth), figure(of.precision), figure(of.recall), figure(of.f1),
                    grouped_digits(of.support), grouped_digits(of.predicted)});
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

}  // namespace

std::string evaluation_text(const PartEvaluation& evaluation, const std::optional<TopK>& top_k,
                            const std::vector<std::string>& names) {
  std::string text = figures_line(evaluation, top_k) + '\n' + classes_table(evaluation, names) + '\n';
  if (names.size() <= kMostClasses) {
    if (const std::string table = matrix(evaluation, names); line_width(table) <= kWidth) {
      return text + "what each class was taken for\n" + table;
    }
  }
  return text + mistakes(evaluation, names);
}

}  // namespace strata::cli
