// The kernel's rule and scalars of each optimizer at one step: the registry's `update_at`.
#pragma once

#include <cstdint>

#include "kernels/optimizer_update.h"
#include "optim/optimizer.h"

namespace strata {

kernels::OptimizerUpdate no_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr);
kernels::OptimizerUpdate sgd_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr);
kernels::OptimizerUpdate rmsprop_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr);
kernels::OptimizerUpdate adagrad_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr);
kernels::OptimizerUpdate adadelta_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr);
kernels::OptimizerUpdate adam_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr);
kernels::OptimizerUpdate adamw_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr);
kernels::OptimizerUpdate adamax_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr);
kernels::OptimizerUpdate nadam_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr);
kernels::OptimizerUpdate lion_update(const OptimizerSpec& spec, Convention convention, std::uint64_t t, double lr);

}  // namespace strata
