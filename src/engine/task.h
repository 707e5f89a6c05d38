// What a network's outputs are asked for, in training, evaluation and prediction alike.
#pragma once

#include "data/scaler.h"
#include "objective/objective.h"

namespace strata {

/// A model holds it beside its weights.
struct Task {
  Objective objective{};
  TargetScaler scaler{};   ///< of targets that are numbers; several outputs of one target share its only element
  double threshold = 0.5;  ///< of two classes by one output, and of labels: a probability above it says yes
};

}  // namespace strata
