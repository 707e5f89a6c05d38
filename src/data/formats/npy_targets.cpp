#include "data/formats/npy_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "data/formats/idx.h"
#include "data/formats/npy_elements.h"
#include "data/formats/npy_header.h"
#include "data/formats/npy_types.h"
#include "data/offsets.h"

namespace strata {

namespace {

void check_shape(const NpyHeader& header, const std::string& name, const Dataset& part) {
  if (header.kind == NpyKind::bytes || header.kind == NpyKind::unicode) {
    throw data_error("{}: holds text; expected numbers to learn; give others, or a ‹loss› of classes", name);
  }
  if (header.shape.size() > 2) {
    throw data_error("{}: is an array of {}; expected targets, an array of {} or of {} x their number", name,
                     shape_text(header.shape), header.shape.front(), header.shape.front());
  }
  if (header.shape.front() != part.rows()) {
    throw data_error("{}: has {} rows of targets; expected {}, one for each row of {}; use files that belong together",
                     name, header.shape.front(), part.rows(), part.source);
  }
}

[[noreturn]] void reject(const std::string& name, std::size_t row, std::size_t column, double value, TargetKind kind) {
  throw data_error(
      "{}: row {}, column {} (counted from 0) is {}; expected {}; correct it, or take the row out", name, row, column,
      value,
      kind == TargetKind::labels ? "0 or 1, a label that the row lacks or has" : "a finite number of fp32 to learn");
}

/// Throws if fp32 cannot hold the numbers, of which `values` are what it makes.
void check_apart(const NpyElements& elements, const NpyHeader& header, const std::string& name,
                 MatrixView<const float> values) {
  std::vector<double> numbers(elements.rows());
  with_type(header, [&]<class T>(T) {
    for (const std::size_t column : far_columns(values)) {
      for (std::size_t row = 0; row < numbers.size(); ++row) {
        numbers[row] = static_cast<double>(elements.at<T>(elements.index(row, column)));
      }
      require_apart(numbers, name, fmt::format("{} (counted from 0)", column));
    }
  });
}

}  // namespace

TargetKind npy_target_kind(const AlignedVector<std::uint8_t>& bytes, const std::string& name,
                           std::span<const TargetKind> takes) {
  const auto takes_kind = [&](TargetKind kind) { return std::ranges::find(takes, kind) != takes.end(); };
  const NpyHeader header = parse_npy_header(bytes, name);
  const bool columns = header.shape.size() == 2 && header.row_elements() > 1;
  if (takes_kind(TargetKind::labels) && (columns || !takes_kind(TargetKind::classes))) {
    return TargetKind::labels;
  }
  return takes_kind(TargetKind::classes) ? TargetKind::classes : TargetKind::numbers;
}

void set_npy_targets(Dataset& part, const AlignedVector<std::uint8_t>& bytes, const std::string& name, TargetKind kind,
                     bool training) {
  const NpyHeader header = parse_npy_header(bytes, name);
  set_npy_targets(part, header, bytes.data() + header.size, name, kind, training);
}

void set_npy_targets(Dataset& part, const NpyHeader& header, const std::uint8_t* data, const std::string& name,
                     TargetKind kind, bool training) {
  check_shape(header, name, part);
  const NpyElements elements(header, data);
  const std::size_t columns = elements.features();
  AlignedVector<float> values(elements.rows() * columns);
  with_type(header, [&]<class T>(T) {
    elements.for_rows<T>(0, elements.rows(), [&](std::size_t row, std::size_t column, T x) {
      const auto value = static_cast<float>(x);
      if (!std::isfinite(value) || (kind == TargetKind::labels && value != 0.0F && value != 1.0F)) {
        reject(name, row, column, static_cast<double>(x), kind);
      }
      values[row * columns + column] = value;
    });
  });
  if (training) {
    check_apart(elements, header, name, {values.data(), elements.rows(), columns});
  }
  part.target_columns = columns;
  part.target_values = std::move(values);
}

}  // namespace strata
