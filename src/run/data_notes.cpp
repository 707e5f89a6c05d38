#include "run/data_notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/figure.h"
#include "core/number.h"
#include "core/text.h"
#include "data/class_index.h"
#include "data/shown_text.h"
#include "data/table/field_values.h"

namespace strata {

namespace {

std::string note(std::string_view name, const std::string& text) { return labelled_line(8, name, text); }

std::string target_name(const Dataset& data, std::size_t target) {
  return data.target_names.empty() ? fmt::format("target {}", target) : shown(data.target_names[target]);
}

std::string counted(std::size_t count, std::string_view one) {
  return fmt::format("{} {}{}", grouped_digits(count), one, count == 1 ? "" : "s");
}

/// The first ten, and how many more there are.
std::string listed(std::vector<std::string> entries) {
  constexpr std::size_t kMost = 10;
  const std::size_t more = entries.size() > kMost ? entries.size() - kMost : 0;
  entries.resize(entries.size() - more);
  return fmt::format("{}{}", fmt::join(entries, ", "), more == 0 ? "" : fmt::format(", … ({} more)", more));
}

/// The fields of one kind, over all parts.
struct FieldList {
  std::size_t ColumnGaps::*kind;
  std::size_t count = 0;
  std::vector<std::string> entries{};

  /// `part`: such as "test ".
  void add(const GapCounter& counter, const std::optional<TableSchema>& table, std::string_view part) {
    for (const ColumnGaps& gaps : counter.gaps()) {
      if (const std::size_t fields = gaps.*kind; fields > 0) {
        const std::string column =
            table ? shown(table->features[gaps.column].name) : fmt::format("feature {}", gaps.column);
        entries.push_back(fmt::format("{} in {} of {} {}row{}", column, grouped_digits(fields),
                                      grouped_digits(counter.rows()), part, counter.rows() == 1 ? "" : "s"));
        count += fields;
      }
    }
  }
};

std::string field_lines(const FieldList& missing, const FieldList& unseen) {
  std::string text;
  if (missing.count > 0) {
    text += note("filled", fmt::format("{} by the means of the training rows: {}",
                                       counted(missing.count, "missing field"), listed(missing.entries)));
  }
  if (unseen.count > 0) {
    text += note("zeroed", fmt::format("{} whose category training did not have: {}", counted(unseen.count, "field"),
                                       listed(unseen.entries)));
  }
  return text;
}

/// The line on labels of several spellings: one that merges classes, if any does, for an example.
std::string spelling_line(const std::vector<RespelledClass>& respelled) {
  const auto merged = std::ranges::find_if(respelled, [](const RespelledClass& one) { return one.labels.size() > 1; });
  const RespelledClass& example = merged == respelled.end() ? respelled.front() : *merged;
  return note(
      "labels",
      fmt::format("{} {} the class {}, as numbers of one value{}; labels in quotes keep their spelling, "
                  "with ‹label_type› text all",
                  shown_names(example.labels), example.labels.size() > 1 ? "are all" : "is", shown(example.name),
                  respelled.size() > 1
                      ? fmt::format(" (so are those of {} classes in all)", grouped_digits(respelled.size()))
                      : ""));
}

/// Labels that other programs take for missing, beside labels that are all numbers.
std::string missing_word_line(const DataSource& source) {
  std::vector<std::string> words;
  std::size_t numbers = 0;
  for (const std::string& name : source.class_names) {
    if (is_number_label(name)) {
      ++numbers;
    } else if (is_missing_word(name)) {
      words.push_back(name);
    }
  }
  if (words.empty() || numbers + words.size() < source.class_names.size()) {
    return "";
  }
  return note("labels", fmt::format("{} {} beside numbers; if no label is meant, take such rows out",
                                    shown_names(words), words.size() > 1 ? "are classes" : "is a class"));
}

/// A table's labels that are numbers, some with a fraction, of more classes than a third of the rows. (NPY files cannot
/// hold such labels.)
std::string number_line(const DataSource& source) {
  const auto has_fraction = [](const std::string& name) {
    const auto value = parse_number<double>(name);
    return value && *value != std::floor(*value);
  };
  const std::vector<std::string>& names = source.class_names;
  const bool by_value = source.table && source.table->dialect.labels != LabelType::text;
  if (!by_value || 3 * names.size() <= source.train.rows() || !std::ranges::all_of(names, is_number_label) ||
      std::ranges::none_of(names, has_fraction)) {
    return "";
  }
  return note("labels", fmt::format("the {} classes look like numbers to predict: ‹target_columns› {}",
                                    grouped_digits(names.size()), shown(source.table->label)));
}

std::string alike_line(std::string_view what, const std::vector<std::string>& names) {
  const auto groups = look_alikes(names);
  return groups.empty()
             ? ""
             : note("alike",
                    fmt::format("{} {} look the same, and are not; spell them alike if they are meant to be one", what,
                                shown_names(groups.front())));
}

/// Targets that are the same in all training rows, or a class that is the only one.
std::string constant_line(const DataSource& source) {
  if (source.targets == TargetKind::classes && source.classes == 1) {
    return note("classes", "one alone: there is nothing to learn");
  }
  const MatrixView<const float> targets = source.train.view().targets;
  std::vector<std::string> constant;
  for (std::size_t t = 0; t < targets.columns() && targets.rows() > 0; ++t) {
    bool same = true;
    for (std::size_t row = 1; same && row < targets.rows(); ++row) {
      same = targets(row, t) == targets(0, t);
    }
    if (same) {
      constant.push_back(fmt::format("{} is {:g}", target_name(source.train, t), targets(0, t)));
    }
  }
  return constant.empty()
             ? ""
             : note("targets", fmt::format("{} in every row: there is nothing to learn of it", listed(constant)));
}

/// The line of what all parts have to learn; of two classes also which is the positive one, if it has one.
std::string learnt_line(const DataSource& source, bool has_positive) {
  const bool classes = source.targets == TargetKind::classes;
  const std::size_t count = classes ? source.classes : source.train.target_columns;
  const std::vector<std::string>& names = classes ? source.class_names : source.train.target_names;
  const std::string positive =
      has_positive ? fmt::format("; {} is the positive one", names.empty() ? "1" : shown(names.at(1))) : "";
  return note(counted(source.targets),
              fmt::format("{}{}{}", grouped_digits(count), names.empty() ? "" : ": " + shown_names(names), positive));
}

/// On columns that name rows rather than kinds of rows.
std::string category_lines(const TableSchema& table, std::size_t rows) {
  std::string text;
  for (const FeatureColumn& column : table.features) {
    if (column.categorical) {
      text += alike_line(fmt::format("in the column {} the names", shown(column.name)), column.categories);
    }
    if (column.categorical && 2 * column.width() > rows) {
      text +=
          note("names", fmt::format("the column {} has {} in {}, each a feature; if it names rows or dates, give it "
                                    "as ‹id_column› or in ‹ignore_columns›",
                                    shown(column.name), counted(column.width(), "name"), counted(rows, "row")));
    }
  }
  return text;
}

}  // namespace

std::string data_summary(const std::string& name, const DataSource& source, std::size_t train_rows,
                         std::size_t validation_rows, std::size_t test_rows, bool has_positive) {
  std::string text =
      note("data", fmt::format("{}: {} training, {} validation, {} test rows", name, grouped_digits(train_rows),
                               grouped_digits(validation_rows), grouped_digits(test_rows)));
  if (source.table) {
    const std::string dialect = dialect_text(source.table->dialect);
    text += note("table", fmt::format("{}; {}{}{}",
                                      source.table->has_header() ? "line 1 names the columns"
                                                                 : "no header: line 1 is a row, columns go by index",
                                      learnt_columns(*source.table), dialect.empty() ? "" : "; ", dialect));
  }
  return text + learnt_line(source, has_positive);
}

std::string reading_notes(const DataSource& source) {
  FieldList missing{&ColumnGaps::missing};
  FieldList unseen{&ColumnGaps::unseen};
  std::string labels;
  for (const auto& [part, name] :
       {std::pair{&source.train, ""}, std::pair{&source.validation, "validation "}, std::pair{&source.test, "test "}}) {
    if (part->rows() > 0) {
      GapCounter gaps(source.table, part->features);
      gaps.add(part->view().features);
      missing.add(gaps, source.table, name);
      unseen.add(gaps, source.table, name);
    }
    if (labels.empty() && !part->respelled.empty()) {
      labels = spelling_line(part->respelled);
    }
  }
  return field_lines(missing, unseen) + labels;
}

std::string training_notes(const DataSource& source) {
  std::string text = reading_notes(source) + missing_word_line(source) + number_line(source) +
                     alike_line("the classes", source.class_names) + constant_line(source);
  return source.table ? text + category_lines(*source.table, source.train.rows()) : text;
}

std::string gap_notes(const GapCounter& gaps, const std::optional<TableSchema>& table) {
  FieldList missing{&ColumnGaps::missing};
  FieldList unseen{&ColumnGaps::unseen};
  missing.add(gaps, table, "");
  unseen.add(gaps, table, "");
  return field_lines(missing, unseen);
}

}  // namespace strata
