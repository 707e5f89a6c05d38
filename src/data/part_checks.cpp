#include "data/part_checks.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/error.h"
#include "data/formats/idx.h"

namespace strata {

namespace {

std::string_view kind_name(const Dataset& part) { return part.pixels.empty() ? "fp32 values" : "pixels"; }

void check_sample_shape(const Dataset& part, const std::vector<std::size_t>& shape, const std::string& as) {
  if (part.sample_shape != shape) {
    throw data_error("{}: has samples of {}; expected {}, as {}; use files that belong together", part.source,
                     shape_text(part.sample_shape), shape_text(shape), as);
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
}

}  // namespace strata
