// What each optimizer does to weights at a step, as the kernel takes it: the registry's `updates`.
#pragma once

#include "optim/optimizer.h"

namespace strata {

Updates no_updates(const OptimizerSpec& spec, Convention convention);
Updates sgd_updates(const OptimizerSpec& spec, Convention convention);
Updates rmsprop_updates(const OptimizerSpec& spec, Convention convention);
Updates adagrad_updates(const OptimizerSpec& spec, Convention convention);
Updates adadelta_updates(const OptimizerSpec& spec, Convention convention);
Updates adam_updates(const OptimizerSpec& spec, Convention convention);
Updates adamw_updates(const OptimizerSpec& spec, Convention convention);
Updates adamax_updates(const OptimizerSpec& spec, Convention convention);
Updates nadam_updates(const OptimizerSpec& spec, Convention convention);
Updates lion_updates(const OptimizerSpec& spec, Convention convention);

}  // namespace strata
