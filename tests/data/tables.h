// Tables written as text, for tests of their readers.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "data/table/table.h"
#include "tests/data/data_files.h"

namespace strata::test {

inline const TableDialect kWithHeader{.header = HeaderLine::yes};
inline const TableDialect kWithoutHeader{.header = HeaderLine::no};

inline AlignedVector<std::uint8_t> bytes_of(std::string_view text) {
  AlignedVector<std::uint8_t> bytes(text.size());
  std::ranges::transform(text, bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return bytes;
}

inline TableData parse(std::string_view text, const ColumnRoles& roles = {}, const TableOptions& options = {},
                       int threads = 2) {
  return parse_table(bytes_of(text), "t.csv", roles, options, threads);
}

inline Dataset parse_for(const TableData& model, std::string_view text, LabelUse labels = LabelUse::read,
                         const TableOptions& options = {}) {
  return parse_table(bytes_of(text), "t.csv", model.schema, model.class_names, labels, options, 2);
}

/// Options that cut the text into chunks of about `bytes`.
inline TableOptions chunks_of(std::size_t bytes) {
  TableOptions options;
  options.chunk_bytes = bytes;
  return options;
}

inline std::vector<float> values_of(const Dataset& data) { return {data.values.begin(), data.values.end()}; }

/// The data's bits; NaNs compare equal here.
inline bool same_bits(const Dataset& a, const Dataset& b) {
  const auto bits = [](const Dataset& data) {
    return std::string(reinterpret_cast<const char*>(data.values.data()), data.values.size() * sizeof(float));
  };
  return bits(a) == bits(b) && a.features == b.features && a.labels == b.labels && a.row_weights == b.row_weights &&
         a.ids == b.ids;
}

inline bool same_tables(const TableData& a, const TableData& b) {
  return same_bits(a.data, b.data) && a.data.respelled == b.data.respelled && a.schema == b.schema &&
         a.class_names == b.class_names;
}

using Labels = std::vector<std::uint32_t>;
using Names = std::vector<std::string>;
using Values = std::vector<float>;

}  // namespace strata::test
