// What the cases share: EXPECT, arrays and rows to learn, and handles that free themselves.
#pragma once

#include <strata.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace strata::calls {

inline void expect(bool holds, const char* text, const char* file, int line) {
  if (!holds) {
    std::printf("%s:%d: %s; last message: %s\n", file, line, text, strata_message());
    std::exit(1);
  }
}
#define EXPECT(condition) ::strata::calls::expect((condition), #condition, __FILE_NAME__, __LINE__)

inline constexpr const char* kSettings =
    R"({"hidden": [16, 8], "lower": "sgd,lr=0.1,momentum=0.9", "upper": "adam,lr=0.01", "epochs": 3, "threads": 2})";

/// Somebody's array, with its shape and strides.
class Array {
 public:
  template <class T>
  Array(const std::vector<T>& values, int dtype, std::vector<std::int64_t> shape,
        std::vector<std::int64_t> strides = {})
      : shape_(std::move(shape)), strides_(std::move(strides)) {
    array_ = {values.data(), dtype, static_cast<int>(shape_.size()), shape_.data(),
              strides_.empty() ? nullptr : strides_.data()};
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  const strata_array* get() const { return &array_; }

 private:
  std::vector<std::int64_t> shape_;
  std::vector<std::int64_t> strides_;
  strata_array array_{};
};

inline constexpr std::int64_t kRows = 600;

inline std::vector<float> points() {
  std::vector<float> values;
  for (int r = 0; r < kRows; ++r) {
    values.push_back(static_cast<float>(r * 37 % 101) / 50 - 1);
    values.push_back(static_cast<float>(r * 53 % 97) / 48 - 1);
  }
  return values;
}

inline std::vector<std::int64_t> rings() {
  const std::vector<float> values = points();
  std::vector<std::int64_t> labels;
  for (std::size_t r = 0; r < kRows; ++r) {
    labels.push_back(std::hypot(values[2 * r], values[2 * r + 1]) < 0.7F ? 1 : 0);
  }
  return labels;
}

/// A handle that frees itself.
template <class Handle, void (*kFree)(Handle*)>
struct Owner {
  Handle* handle = nullptr;
  Owner() = default;
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  ~Owner() { kFree(handle); }
};
using Data = Owner<strata_data, strata_data_free>;
using Model = Owner<strata_model, strata_model_free>;

/// The rings, whose memory lives as long.
class Rings {
 public:
  Rings() {
    EXPECT(strata_data_new(Array(points_, STRATA_FLOAT32, {kRows, 2}).get(), nullptr, &data_.handle) == 0);
    EXPECT(strata_data_set_classes(data_.handle, Array(labels_, STRATA_INT64, {kRows}).get(), nullptr, 0) == 0);
  }
  strata_data* get() { return data_.handle; }

 private:
  std::vector<float> points_ = points();
  std::vector<std::int64_t> labels_ = rings();
  Data data_;
};

class Trainer {
 public:
  Trainer(const strata_data* data, const char* settings, const strata_data* validation = nullptr,
          const strata_model* from = nullptr) {
    EXPECT(strata_trainer_new(data, validation, settings, from, &handle_) == 0);
  }
  ~Trainer() { strata_trainer_free(handle_); }
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;
  strata_trainer* get() { return handle_; }

  strata_progress run(std::uint64_t steps, int code = 0) {
    strata_progress at;
    EXPECT(strata_trainer_run(handle_, steps, &at) == code);
    return at;
  }
  std::string hash() {
    char text[17];
    EXPECT(strata_trainer_weights_hash(handle_, text) == 0);
    return text;
  }
  std::string finish() {
    while (run(0).ended == 0) {
    }
    return hash();
  }
  std::string snapshot() {
    unsigned char* bytes = nullptr;
    size_t size = 0;
    EXPECT(strata_trainer_snapshot(handle_, &bytes, &size) == 0);
    std::string copy(reinterpret_cast<const char*>(bytes), size);
    strata_free(bytes);
    return copy;
  }

 private:
  strata_trainer* handle_ = nullptr;
};

inline std::string taken(char* text) {
  std::string copy = text;
  strata_free(text);
  return copy;
}

}  // namespace strata::calls
