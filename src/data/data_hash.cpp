#include "data/data_hash.h"

#include <array>
#include <cstdint>
#include <span>

#include "core/hash.h"

namespace strata {

namespace {

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

std::string data_hash(const DataSource& source) {
  Hash64 hash;
  add(hash, source.train);
  add(hash, source.validation);
  add(hash, source.test);
  add(hash, std::array{std::uint64_t{source.classes}});
  return hash.hex();
}

}  // namespace strata
