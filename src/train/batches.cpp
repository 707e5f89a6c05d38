#include "train/batches.h"

#include <utility>

namespace strata {

Batches::Batches(Sampler sampler, std::uint32_t epochs) : sampler_(std::move(sampler)), epochs_(epochs) {}

void Batches::advance(std::uint32_t epoch, std::size_t step) {
  const Place here{epoch, step};
  if (next_ == here) {
    std::swap(rows_, next_rows_);
  } else {
    const auto batch = sampler_.batch(epoch, step);
    rows_.assign(batch.begin(), batch.end());
  }
  next_ = after(here);
  next_rows_.clear();
  if (step < steps_per_epoch() || epoch < epochs_) {
    const auto next = sampler_.batch(next_.epoch, next_.step);
    next_rows_.assign(next.begin(), next.end());
  }
}

Batches::Place Batches::after(Place place) const {
  return place.step < steps_per_epoch() ? Place{place.epoch, place.step + 1} : Place{place.epoch + 1, 1};
}

}  // namespace strata
