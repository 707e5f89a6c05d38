#include "data/part_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "core/error.h"
#include "data/idx.h"

namespace strata {

namespace {

std::string_view kind_name(const Dataset& part) { return part.pixels.empty() ? "fp32 values" : "pixels"; }

void check_sample_shape(const Dataset& part, const std::vector<std::size_t>& shape, const std::string& as) {
  if (part.sample_shape != shape) {
    throw data_error("{}: has samples of {}; expected {}, as {}; use files that belong together", part.source,
                     shape_text(part.sample_shape), shape_text(shape), as);
  }
}

void check_labels(const Dataset& part, std::size_t classes, std::string_view whose) {
  const auto found = std::ranges::find_if(part.labels, [&](std::uint32_t label) { return label >= classes; });
  if (found != part.labels.end()) {
    throw data_error("{}: row {} (counted from 0) has label {}; expected at most {}, the largest of {}", part.source,
                     found - part.labels.begin(), *found, classes - 1, whose);
  }
}

}  // namespace

void check_fit(const Dataset& part, const DataSource& source) {
  if (part.rows() == 0) {
    return;
  }
  check_sample_shape(part, source.train.sample_shape, fmt::format("in {}", source.train.source));
  if (part.pixels.empty() != source.train.pixels.empty()) {
    throw data_error("{}: holds {}; expected {}, as in {}; convert it", part.source, kind_name(part),
                     kind_name(source.train), source.train.source);
  }
  check_labels(part, source.classes, "the training part");
}

void check_needs(const Dataset& part, const DataNeeds& needs) {
  if (part.rows() == 0) {
    return;
  }
  if (part.features != needs.features) {
    throw data_error("{}: its rows have {} features; the model takes {}; give data of the model's kind", part.source,
                     part.features, needs.features);
  }
  if (!needs.sample_shape.empty()) {
    check_sample_shape(part, needs.sample_shape, "the model takes");
  }
  check_labels(part, needs.classes, "the model's classes");
}

}  // namespace strata
