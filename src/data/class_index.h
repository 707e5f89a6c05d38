// Labels as text, numbered as classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "data/name_index.h"
#include "data/table/dialect.h"

namespace strata {

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

}  // namespace strata
