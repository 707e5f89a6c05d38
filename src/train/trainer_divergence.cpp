// How the trainer finds out where numbers stopped being finite, once they have.
#include <algorithm>
#include <cmath>

#include "dist/together.h"
#include "train/trainer.h"

namespace strata {

namespace {

std::optional<std::size_t> first_layer_of_non_finite_weights(const Parameters& parameters) {
  const auto finite = [](float x) { return std::isfinite(x); };
  for (std::size_t l = 0; l < parameters.layers().size(); ++l) {
    const MatrixView<const float> weight = parameters.weight(l);
    if (!std::ranges::all_of(std::span(weight.data(), weight.rows() * weight.columns()), finite) ||
        !std::ranges::all_of(parameters.bias(l), finite)) {
      return l;
    }
  }
  return std::nullopt;
}

}  // namespace

Divergence Trainer::divergence_in(Divergence::In in) const {
  const std::uint64_t steps = batches_.steps_per_epoch();
  Divergence divergence;
  divergence.in = in;
  divergence.step = state_.global_step;
  divergence.epoch = static_cast<std::uint32_t>((state_.global_step + steps - 1) / steps);
  divergence.learning_rates = rates_;
  return divergence;
}

Divergence Trainer::step_divergence() {
  Divergence divergence = divergence_in(Divergence::In::training);
  divergence.layer = engine_->first_non_finite_layer();
  if (config_.ranks != nullptr) {  // each has looked at its own rows
    const auto layers = static_cast<int>(model_.layer_count());
    const int found = divergence.layer ? layers - static_cast<int>(*divergence.layer) : 0;
    const int lowest = largest_of(*config_.ranks, found);
    divergence.layer = lowest > 0 ? std::optional(static_cast<std::size_t>(layers - lowest)) : std::nullopt;
  }
  return divergence;
}

Divergence Trainer::later_divergence(Divergence::In in, const Dataset& data, std::span<const std::uint32_t> rows) {
  Divergence divergence = divergence_in(in);
  Parameters weights = parameters_;
  engine_->export_parameters(weights);
  divergence.layer = first_layer_of_non_finite_weights(weights);
  divergence.in_weights = divergence.layer.has_value();
  if (!divergence.layer) {
    divergence.layer = engine_->first_non_finite_layer(data.view(), rows);
  }
  return divergence;
}

}  // namespace strata
