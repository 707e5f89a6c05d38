#include "data/formats/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.h"
#include "data/formats/idx.h"
#include "data/formats/npy_elements.h"
#include "data/formats/npy_header.h"
#include "data/offsets.h"
#include "data/parallel.h"
#include "data/read_file.h"

namespace strata {

namespace {

/// Elements that one task converts.
constexpr std::size_t kTaskElements = 64 * 1024;
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// Calls part(first, last) for all rows, side by side.
template <class Part>
void for_row_blocks(const NpyElements& elements, int threads, const Part& part) {
  const std::size_t block = std::max<std::size_t>(1, kTaskElements / elements.features());
  const std::size_t blocks = (elements.rows() + block - 1) / block;
  on_threads(threads, [&] {
    run_tasks(blocks, [&](std::size_t b) { part(b * block, std::min((b + 1) * block, elements.rows())); });
  });
}

/// The least of the indices that threads have told it.
class FirstFault {
 public:
  void observe(std::size_t index) {
    std::size_t least = index_;
    while (index < least && !index_.compare_exchange_weak(least, index)) {
    }
  }
  std::size_t index() const { return index_; }

 private:
  std::atomic<std::size_t> index_ = kNone;
};

AlignedVector<std::uint8_t> transposed_pixels(const NpyElements& elements, int threads) {
  AlignedVector<std::uint8_t> pixels(elements.rows() * elements.features());
  for_row_blocks(elements, threads, [&](std::size_t first, std::size_t last) {
    elements.for_rows<std::uint8_t>(first, last, [&](std::size_t row, std::size_t f, std::uint8_t pixel) {
      pixels[row * elements.features() + f] = pixel;
    });
  });
  return pixels;
}

template <class T>
AlignedVector<float> values_of(const NpyElements& elements, std::size_t first_row, const std::string& name,
                               MissingValues missing, int threads, std::span<const double> offsets) {
  const std::size_t features = elements.features();
  AlignedVector<float> values(elements.rows() * features);
  FirstFault fault;
  for_row_blocks(elements, threads, [&](std::size_t first, std::size_t last) {
    elements.for_rows<T>(first, last, [&](std::size_t row, std::size_t f, T x) {
      const auto value =
          offsets.empty() ? static_cast<float>(x) : static_cast<float>(static_cast<double>(x) - offsets[f]);
      const bool finite = std::isfinite(value);
      values[row * features + f] = finite ? value : std::numeric_limits<float>::quiet_NaN();
      if (!finite && missing == MissingValues::error) {
        fault.observe(row * features + f);
      }
    });
  });
  if (const std::size_t index = fault.index(); index != kNone) {
    const std::size_t row = index / features;
    const std::size_t f = index % features;
    throw data_error(
        "{}: row {}, column {} (counted from 0) is {}; expected a finite number of fp32; mend it, or give ‹missing› "
        "mean",
        name, first_row + row, f, static_cast<double>(elements.at<T>(elements.index(row, f))));
  }
  return values;
}

/// Whether fp32 holds every T, so that none needs an offset.
template <class T>
constexpr bool kFitsFloat = sizeof(T) <= 2 || std::is_same_v<T, float>;

/// The offsets that the columns of a training part need, of which `values` are the numbers as fp32 has them.
template <class T>
std::vector<double> find_offsets(const NpyElements& elements, MatrixView<const float> values) {
  std::vector<double> offsets;
  if constexpr (!kFitsFloat<T>) {
    std::vector<double> numbers(elements.rows());
    for (const std::size_t f : far_columns(values)) {
      for (std::size_t row = 0; row < numbers.size(); ++row) {
        numbers[row] = std::isnan(values(row, f)) ? double{values(row, f)}
                                                  : static_cast<double>(elements.at<T>(elements.index(row, f)));
      }
      if (const double offset = offset_of(numbers); offset != 0) {
        offsets.resize(elements.features());
        offsets[f] = offset;
      }
    }
  }
  return offsets;
}

void reject_odd_booleans(const NpyElements& elements, std::size_t first_row, const std::string& name) {
  elements.for_rows<std::uint8_t>(0, elements.rows(), [&](std::size_t row, std::size_t f, std::uint8_t byte) {
    if (byte > 1) {
      throw data_error(
          "{}: row {}, column {} (counted from 0) has the byte {} as a boolean; expected 0 or 1; fetch the file again",
          name, first_row + row, f, byte);
    }
  });
}

/// Fills in values, and offsets.
void add_values(Dataset& dataset, const NpyHeader& header, const NpyElements& elements, std::size_t first_row,
                MissingValues missing, int threads, const GivenOffsets& given) {
  if (header.kind == NpyKind::boolean) {
    reject_odd_booleans(elements, first_row, dataset.source);
  }
  with_type(header, [&]<class T>(T) {
    const auto read = [&] {
      dataset.values = values_of<T>(elements, first_row, dataset.source, missing, threads, dataset.offsets);
    };
    if (given && given->size() == dataset.features) {
      dataset.offsets = *given;
    }
    read();
    if (!given) {
      dataset.offsets = find_offsets<T>(elements, dataset.view().features.values);
      if (!dataset.offsets.empty()) {
        read();
      }
    }
  });
}

/// The array that `header` and `bytes` are, as rows from `first_row` on.
Dataset features_of(const NpyHeader& header, AlignedVector<std::uint8_t> bytes, std::size_t first_row,
                    const std::string& name, MissingValues missing, int threads, const GivenOffsets& given) {
  if (header.shape.size() < 2) {
    throw data_error("{}: is an array of rank 1, as labels are; expected features, of rank 2 or more; check the file",
                     name);
  }
  if (header.kind == NpyKind::bytes || header.kind == NpyKind::unicode) {
    throw data_error("{}: holds text; expected features that are numbers; convert it", name);
  }
  const NpyElements elements(header, bytes.data() + header.size);
  Dataset dataset;
  dataset.source = name;
  dataset.sample_shape.assign(header.shape.begin() + 1, header.shape.end());
  dataset.features = elements.features();
  if (header.kind != NpyKind::unsigned_integer || header.element_size != 1) {
    add_values(dataset, header, elements, first_row, missing, threads, given);
  } else if (header.fortran_order) {
    dataset.pixels = transposed_pixels(elements, threads);
  } else {
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header.size));
    dataset.pixels = std::move(bytes);
  }
  return dataset;
}

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

bool is_npy_name(const std::filesystem::path& path) {
  return path.extension() == ".npy" || (path.extension() == ".gz" && path.stem().extension() == ".npy");
}

Dataset read_npy_features(const std::filesystem::path& path, MissingValues missing, int threads,
                          const GivenOffsets& offsets) {
  return parse_npy_features(read_inflated(path), path.string(), missing, threads, offsets);
}

Dataset parse_npy_features(AlignedVector<std::uint8_t> bytes, const std::string& name, MissingValues missing,
                           int threads, const GivenOffsets& offsets) {
  const NpyHeader header = parse_npy_header(bytes, name);
  return features_of(header, std::move(bytes), 0, name, missing, threads, offsets);
}

Dataset npy_rows(const NpyHeader& header, AlignedVector<std::uint8_t> elements, std::size_t first_row,
                 const std::string& name, MissingValues missing, int threads, const GivenOffsets& offsets) {
  NpyHeader part = header;
  part.size = 0;
  part.shape.front() = elements.size() / (header.row_elements() * header.element_size);
  return features_of(part, std::move(elements), first_row, name, missing, threads, offsets);
}

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
