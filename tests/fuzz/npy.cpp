// Fuzz target: NPY files, as features, as labels and as a stream.
#include "data/formats/npy.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "tests/data/npy_files.h"
#include "tests/fuzz/array_rows.h"
#include "tests/fuzz/fuzz.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

using Bytes = test::Bytes;

/// Short of its magic number, an input is the text of a header, up to a line's end, and the elements: so most changes
/// of the input are changes of what counts.
Bytes file_of_parts(Input input) {
  const auto end = std::ranges::find(input, '\n');
  const std::string dictionary(input.begin(), end);
  return test::npy_bytes(dictionary, {end + (end == input.end() ? 0 : 1), input.end()});
}

/// The features as numpy.save would write them.
Bytes written(const Dataset& features) {
  std::vector<std::size_t> shape{features.rows()};
  shape.insert(shape.end(), features.sample_shape.begin(), features.sample_shape.end());
  return features.values.empty() ? test::npy_file<std::uint8_t>(shape, {features.pixels.begin(), features.pixels.end()})
                                 : test::npy_file<float>(shape, {features.values.begin(), features.values.end()});
}

void check_same(const Dataset& a, const Dataset& b, const char* promise) {
  require(a.sample_shape == b.sample_shape && a.pixels == b.pixels && same_bits(a.values, b.values), promise);
}

const GivenOffsets kNoOffsets{std::in_place};

/// A training part's values are those of the file, less its offsets.
void check_offsets(const Bytes& file, const Dataset& plain) {
  const Dataset held = *read_data([&] { return parse_npy_features(copy(file), kName, MissingValues::mean, 1); });
  require(held.offsets.empty() || held.offsets.size() == held.features, "there is an offset for each feature");
  require(!held.offsets.empty() || same_bits(held.values, plain.values), "without offsets the values are the file's");
}

void check_features(const Bytes& file) {
  const auto features = [&](const Bytes& bytes, MissingValues missing) {
    return read_data([&] { return parse_npy_features(copy(bytes), kName, missing, 1, kNoOffsets); });
  };
  const auto strict = features(file, MissingValues::error);
  const auto filled = features(file, MissingValues::mean);
  require(filled || !strict, "filling missing values refuses no more");
  if (filled) {
    const bool all_finite = std::ranges::all_of(filled->values, [](float x) { return std::isfinite(x); });
    require(strict.value.has_value() == all_finite, "values that are not finite are missing");
    check_same(*filled, *features(written(*filled), MissingValues::mean), "features, written again, read equal");
    check_offsets(file, *filled);
  }
  if (strict) {
    check_same(*strict, *filled, "features without missing values are not changed");
  }
  if (is_npy(file)) {
    const auto rows = stream_rows(file, MissingValues::mean);
    require(rows.value.has_value() == filled.value.has_value(), "a stream takes what a file may hold");
    require(!rows || (rows->pixels == filled->pixels && same_bits(rows->values, filled->values)),
            "a stream gives what a file holds");
  }
}

void check_labels(const Bytes& file) {
  const auto labels = read_data([&] { return parse_npy_labels(copy(file), kName); });
  if (labels) {
    require(std::ranges::all_of(labels->labels, [&](std::uint32_t label) { return label < labels->names.size(); }),
            "labels have names");
    const ArrayLabels again = number_labels({labels->labels.begin(), labels->labels.end()}, kName);
    require(again.labels == labels->labels, "every name occurs, and labels are numbered in the order of their names");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input(data, size);
  const Bytes file = input.empty() || input.front() == 0x93 ? Bytes(input.begin(), input.end()) : file_of_parts(input);
  check_features(file);
  check_labels(file);
  return 0;
}
