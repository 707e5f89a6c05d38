// Classes and their numbers: names numbered from 0, and the labels, text or whole numbers, of tables and arrays that
// tell classes apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/dataset.h"
#include "data/table/schema.h"

namespace strata {

/// Finds numbers by names.
class NameIndex {
 public:
  NameIndex() = default;
  /// Of names that differ.
  explicit NameIndex(const std::vector<std::string>& names);

  std::optional<std::uint32_t> find(std::string_view name) const;
  /// The number of a name that is new: the next one.
  std::uint32_t add(std::string_view name);
  /// In the order of their numbers.
  const std::vector<std::string>& names() const { return names_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
};

/// Whether the label is a number (finite, below 2^53 in magnitude) in text.
bool is_number_label(std::string_view label);

/// Whether the label is a whole number as it is written in figures alone: without leading zeros, a plus or a point.
bool is_plain_whole(std::string_view label);

/// The names of the classes that `labels` tell apart, in the order of their numbers. If all labels are numbers, those
/// of one value are one class, its name the shortest text of that value ("1", "2.5"), unless `type` is text. Classes
/// whose names are all such shortest texts are in the order of their values, so that 0 … n-1 keep their numbers; others
/// in byte order.
std::vector<std::string> order_classes(const std::vector<std::string>& labels, LabelType type = LabelType::automatic);

/// Finds classes by labels.
class ClassIndex {
 public:
  /// Of names that differ.
  explicit ClassIndex(const std::vector<std::string>& names, LabelType type = LabelType::automatic);

  /// By the label's text, or by its value if all names are numbers and the type is not text.
  std::optional<std::uint32_t> find(std::string_view label) const;
  /// By the label's text.
  std::optional<std::uint32_t> find_spelled(std::string_view label) const { return index_.find(label); }
  const std::vector<std::string>& names() const { return index_.names(); }

 private:
  NameIndex index_;
  bool numeric_;
};

/// The classes that labels among `labels`, which differ and have a class each, name otherwise than they are called.
std::vector<RespelledClass> respelled_classes(const ClassIndex& classes, const std::vector<std::string>& labels);

/// An array's labels, by the numbers of their names, each of which one at least has.
struct ArrayLabels {
  std::string source;                 ///< the file's name, for messages
  std::vector<std::uint32_t> labels;  ///< (rows), below names.size()
  std::vector<std::string> names;     ///< whole numbers, by value; or text, ordered as order_classes does
};

/// The labels that are these whole numbers. Throws Error(data) if there are too many different ones.
ArrayLabels number_labels(const std::vector<std::int64_t>& labels, const std::string& source);

/// The labels that are these texts, each spelling a class, by way of order_classes. Throws likewise.
ArrayLabels text_labels(const std::vector<std::string>& labels, const std::string& source);

/// Gives `part` its labels as numbers of `class_names`, of a training part or a model: by name; or, if no class is
/// named by a number, by the number that a label is. Throws Error(data) naming file and row if there is not one label a
/// row, or one is no class.
void set_labels(Dataset& part, const ArrayLabels& labels, const std::vector<std::string>& class_names);

/// The names, or none if they are 0, 1, …, which classes are called without any.
std::vector<std::string> names_needed(const std::vector<std::string>& names);

}  // namespace strata
