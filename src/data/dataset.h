// Rows of features with their labels, as they lie in memory: their own, or lent by memory that others use too.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/tensor.h"

namespace strata {

/// The elements of a data set's array: its own, in a `Vector`, as whoever loads it fills them, or lent. What makes or
/// fills own ones may not be called while others are lent.
template <class Vector>
class Elements {
 public:
  using value_type = typename Vector::value_type;

  Elements() = default;
  Elements(Vector own) : own_(std::move(own)) {}
  Elements(std::initializer_list<value_type> own) : own_(own) {}
  /// `keeper` keeps `lent` as long as this or a copy needs it.
  Elements(std::span<value_type> lent, std::shared_ptr<const void> keeper) : lent_(lent), keeper_(std::move(keeper)) {}

  std::size_t size() const { return keeper_ ? lent_.size() : own_.size(); }
  bool empty() const { return size() == 0; }
  const value_type* data() const { return keeper_ ? lent_.data() : own_.data(); }
  const value_type* begin() const { return data(); }
  const value_type* end() const { return data() + size(); }
  const value_type& operator[](std::size_t i) const { return data()[i]; }
  value_type* data() { return keeper_ ? lent_.data() : own_.data(); }
  value_type* begin() { return data(); }
  value_type* end() { return data() + size(); }
  value_type& operator[](std::size_t i) { return data()[i]; }
  value_type& front() { return data()[0]; }
  value_type& back() { return data()[size() - 1]; }

  void resize(std::size_t size) { own_.resize(size); }
  void push_back(value_type value) { own_.push_back(value); }
  void assign(std::size_t size, value_type value) { own_.assign(size, value); }
  template <class Iterator>
  void append(Iterator first, Iterator last) {
    own_.insert(own_.end(), first, last);
  }
  /// From now on copies have the same elements, not their own.
  void share() {
    if (!keeper_ && !own_.empty()) {
      const auto kept = std::make_shared<Vector>(std::move(own_));
      *this = Elements(std::span<value_type>(*kept), kept);
    }
  }
  /// Own and lent ones.
  void clear() { *this = Elements(); }

  friend bool operator==(const Elements& a, const Elements& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  Vector own_;
  std::span<value_type> lent_;
  std::shared_ptr<const void> keeper_;
};

/// Features (rows, features) that somebody else owns: pixels or values, whichever has rows.
struct FeaturesView {
  MatrixView<const std::uint8_t> pixels{};
  MatrixView<const float> values{};  ///< finite, or NaN where a value is missing

  FeaturesView() = default;
  FeaturesView(MatrixView<const std::uint8_t> of_pixels) : pixels(of_pixels) {}
  FeaturesView(MatrixView<const float> of_values) : values(of_values) {}

  bool are_pixels() const { return pixels.rows() > 0; }
  std::size_t rows() const { return are_pixels() ? pixels.rows() : values.rows(); }
  std::size_t columns() const { return are_pixels() ? pixels.columns() : values.columns(); }
  /// Where they lie: tells two data sets apart.
  const void* data() const { return are_pixels() ? static_cast<const void*>(pixels.data()) : values.data(); }
  /// A feature as a number.
  float operator()(std::size_t row, std::size_t feature) const {
    return are_pixels() ? static_cast<float>(pixels(row, feature)) : values(row, feature);
  }
};

/// Rows to read, owned by a Dataset: features (rows, features), for each row what is to be learnt of it, a label in
/// [0, classes) or some numbers, and how much it counts in the training loss.
struct SamplesView {
  FeaturesView features;
  std::span<const std::uint32_t> labels{};  ///< (rows); empty if they are not known, which prediction does not mind
  std::span<const float> row_weights{};     ///< (rows); empty: 1
  MatrixView<const float> targets{};        ///< (rows, targets), in place of labels: numbers, or 0 and 1; finite

  std::size_t rows() const { return features.rows(); }
};

/// A class some of whose labels are spelled otherwise than it is called: 3.10 is 3.1.
struct RespelledClass {
  std::string name;
  std::vector<std::string> labels;  ///< all its spellings in a training table, else those that are not its name

  friend bool operator==(const RespelledClass&, const RespelledClass&) = default;
};

/// One part of a data set: pixels (uint8) or values (fp32), whichever is not empty; both are standardised on the way
/// into a batch. Labels are class indices, which say the same as one-hot rows; exactly one of labels and targets is
/// filled, or neither where they are not known.
struct Dataset {
  std::string source;                     ///< the file the features came from, for messages
  std::vector<std::size_t> sample_shape;  ///< e.g. {28, 28}; the product is features
  std::size_t features = 0;
  Elements<AlignedVector<std::uint8_t>> pixels;  ///< (rows, features)
  Elements<AlignedVector<float>> values;         ///< (rows, features); finite, or NaN where a value is missing
  Elements<std::vector<std::uint32_t>> labels;   ///< (rows); empty if they are not known
  Elements<std::vector<float>> row_weights;      ///< (rows), how much each row counts in the training loss; empty: 1
  Elements<AlignedVector<float>>
      target_values{};  ///< (rows, target_columns); finite numbers, or 0 and 1; in their units
  std::size_t target_columns = 0;
  std::vector<std::string> target_names{};  ///< (target_columns); empty: they have none
  std::vector<std::string> ids;             ///< (rows), as the id column has them; empty: none
  std::vector<RespelledClass> respelled{};  ///< in the order of the classes
  std::vector<double> offsets{};            ///< (features), what each of the values is held less (offsets.h); empty: 0

  std::size_t rows() const { return features == 0 ? 0 : (pixels.size() + values.size()) / features; }
  /// As many as rows(), or 0 where there are none.
  std::size_t target_rows() const { return target_columns == 0 ? 0 : target_values.size() / target_columns; }
  SamplesView view() const {
    using Pixels = MatrixView<const std::uint8_t>;
    using Values = MatrixView<const float>;
    return {values.empty() ? FeaturesView(Pixels(pixels.data(), rows(), features))
                           : FeaturesView(Values(values.data(), rows(), features)),
            labels, row_weights, MatrixView<const float>(target_values.data(), target_rows(), target_columns)};
  }
};

/// What becomes of missing values, such as an empty field, and of values that are not finite: an error, or the mean of
/// the feature over the training rows takes their place.
enum class MissingValues { error, mean };

}  // namespace strata
