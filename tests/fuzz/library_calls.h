// Few rows for the library, and what fuzz targets ask of its answers.
#pragma once

#include <strata.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.h"
#include "settings/given.h"
#include "tests/fuzz/fuzz.h"

namespace strata::fuzz {

/// What rows have to learn.
enum class Learning { nothing, classes, labels, number, numbers };

/// Rows of the library's: pixels, or fp32 of which one is missing.
class Rows {
 public:
  static constexpr std::int64_t kRows = 24;
  static constexpr std::int64_t kFeatures = 3;

  Rows(Learning learning, bool pixels) {
    for (std::int64_t i = 0; i < kRows * kFeatures; ++i) {
      pixels_.push_back(static_cast<std::uint8_t>(i * 37 % 101));
      values_.push_back(static_cast<float>(i * 53 % 97) / 48 - 1);
    }
    values_[4] = std::numeric_limits<float>::quiet_NaN();
    const std::int64_t shape[] = {kRows, kFeatures};
    const strata_array features{pixels ? static_cast<const void*>(pixels_.data()) : values_.data(),
                                pixels ? STRATA_UINT8 : STRATA_FLOAT32, 2, shape, nullptr};
    require(strata_data_new(&features, nullptr, &handle_) == 0, "rows are taken");
    set_targets(learning);
  }
  ~Rows() { strata_data_free(handle_); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  const strata_data* get() const { return handle_; }

 private:
  void set_targets(Learning learning) {
    const std::int64_t columns = learning == Learning::labels ? 3 : learning == Learning::numbers ? 2 : 1;
    const bool numbers = learning == Learning::number || learning == Learning::numbers;
    for (std::int64_t i = 0; i < kRows * columns; ++i) {
      targets_.push_back(numbers ? static_cast<float>(i * 29 % 31) : static_cast<float>(i * i % 5 % 2));
      classes_.push_back(static_cast<std::uint8_t>(i * i % 7 % 3));
    }
    const std::int64_t shape[] = {kRows, columns};
    const strata_array classes{classes_.data(), STRATA_UINT8, 2, shape, nullptr};
    const strata_array targets{targets_.data(), STRATA_FLOAT32, 2, shape, nullptr};
    const int kind = numbers ? STRATA_NUMBERS : STRATA_LABELS;
    const int code = learning == Learning::nothing   ? 0
                     : learning == Learning::classes ? strata_data_set_classes(handle_, &classes, nullptr, 0)
                                                     : strata_data_set_targets(handle_, kind, &targets, nullptr, 0);
    require(code == 0, "targets are taken");
  }

  std::vector<std::uint8_t> pixels_;
  std::vector<float> values_;
  std::vector<std::uint8_t> classes_;
  std::vector<float> targets_;
  strata_data* handle_ = nullptr;
};

/// Settings name models and weights by paths, which are read; those have targets of their own.
inline bool reads_files(const GivenTexts& texts) { return texts.contains("from") || texts.contains("initial-weights"); }

/// That a call which gave this code says why, if there is something to say.
inline void check_message(int code) {
  const std::string_view message = strata_message();
  require(message.empty() == (code == STRATA_OK), "a call that fails says why, and no other does");
  require(is_utf8(message), "messages are UTF-8");
}

}  // namespace strata::fuzz
