#include "data/data_source.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/hash.h"
#include "data/formats/idx.h"

namespace strata {

namespace {

/// Those of the two options that were given.
std::optional<DataFiles> files_of(std::string_view option, const std::optional<std::filesystem::path>& data,
                                  const std::optional<std::filesystem::path>& labels, std::string_view labels_option) {
  if (labels && !data) {
    throw usage_error("{} {} does not apply without {}", labels_option, labels->string(), option);
  }
  return data ? std::optional(DataFiles{option, *data, labels, labels_option}) : std::nullopt;
}

std::string_view kind_name(const Dataset& part) { return part.pixels.empty() ? "fp32 values" : "pixels"; }

void check_sample_shape(const Dataset& part, const std::vector<std::size_t>& shape, const std::string& as) {
  if (part.sample_shape != shape) {
    throw data_error("{}: has samples of {}; expected {}, as {}; use files that belong together", part.source,
                     shape_text(part.sample_shape), shape_text(shape), as);
  }
}

template <class Values>
void add(Hash64& hash, const Values& values) {
  const std::array<std::uint64_t, 1> size{values.size()};  // so that no value can change sides
  hash.update(std::as_bytes(std::span(size)));
  hash.update(std::as_bytes(std::span(values)));
}

void add(Hash64& hash, const Dataset& part) {
  add(hash, part.sample_shape);
  add(hash, part.pixels);
  add(hash, part.values);
  add(hash, part.labels);
  add(hash, part.row_weights);
  if (!part.offsets.empty()) {  // so that data without any keep the hash that runs before offsets noted
    add(hash, part.offsets);
  }
  if (part.target_columns > 0) {  // likewise
    add(hash, std::array{std::uint64_t{part.target_columns}});
    add(hash, part.target_values);
  }
}

}  // namespace

DataFiles whole_files(const DataRequest& request) { return {"‹data›", request.data, request.labels, "‹labels›"}; }

std::optional<DataFiles> validation_files(const DataRequest& request) {
  return files_of("‹validation_data›", request.validation_data, request.validation_labels, "‹validation_labels›");
}
std::optional<DataFiles> test_files(const DataRequest& request) {
  return files_of("‹test_data›", request.test_data, request.test_labels, "‹test_labels›");
}

void reject_labels(const DataFiles& files, std::string_view form) {
  if (files.labels) {
    throw usage_error("{} does not apply: {} is {}, which has its own labels", files.labels_option, files.data.string(),
                      form);
  }
}

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

std::string data_hash(const DataSource& source) {
  Hash64 hash;
  add(hash, source.train);
  add(hash, source.validation);
  add(hash, source.test);
  add(hash, std::array{std::uint64_t{source.classes}});
  return hash.hex();
}

}  // namespace strata
