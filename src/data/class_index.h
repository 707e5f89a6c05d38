// Labels as text, numbered as classes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/name_index.h"

namespace strata {

/// The names of the classes that `labels` tell apart, in the order of their numbers. If all labels are numbers (finite,
/// below 2^53 in magnitude), those of one value are one class, its name the shortest text of that value ("1", "2.5"),
/// ordered by value; otherwise a class is a text, in byte order.
std::vector<std::string> order_classes(const std::vector<std::string>& labels);

/// Finds classes by labels.
class ClassIndex {
 public:
  /// Of names that differ.
  explicit ClassIndex(const std::vector<std::string>& names);

  /// By the label's text, or by its value if all names are numbers.
  std::optional<std::uint32_t> find(std::string_view label) const;
  const std::vector<std::string>& names() const { return index_.names(); }

 private:
  NameIndex index_;
  bool numeric_;
};

}  // namespace strata
