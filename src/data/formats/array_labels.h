// An array's labels as classes: those that occur, named by their numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace strata {

/// Labels by the numbers of their names, each of which one at least has.
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
