// One `key=value` of an OPTIMIZER text: an optimizer's, such as momentum, or a schedule's, such as warmup_steps.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "model/model.h"

namespace strata {

/// As good as no bound for a whole number: exact in double, and a thousand times as much stays in 64 bits.
inline constexpr double kMostSteps = 1e15;
inline constexpr double kNoMaximum = std::numeric_limits<double>::infinity();

struct OptimizerKey {
  enum class Type { number, whole, boolean, figure };  ///< figure: of validation, by its place in kFigures
  std::string_view name;
  Type type;
  double keras_default;
  double torch_default;
  double minimum;  ///< inclusive, unless open_minimum
  double maximum;  ///< inclusive, unless open_maximum
  bool open_minimum;
  bool open_maximum;
  std::string_view help;
  bool later = false;  ///< the first versions lacked it: texts with every key leave it out at its default

  double default_for(Convention convention) const {
    return convention == Convention::keras ? keras_default : torch_default;
  }
};

/// A value as it stands in an OPTIMIZER: 0.1, true, val_loss.
std::string key_value_text(const OptimizerKey& key, double value);

/// `,name=value`, as it stands in an OPTIMIZER.
std::string setting_text(const OptimizerKey& key, double value);

/// Which keys a text shows: all, or those whose values are not the defaults. Either parses back to the same values.
enum class KeysShown { all, changed };

}  // namespace strata
