#include "data/sampler.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <utility>

#include "kernels/random_words.h"

namespace strata {

Sampler::Sampler(SamplingKind kind, std::vector<std::uint32_t> rows, std::size_t batch_size, std::uint64_t seed)
    : kind_(kind), rows_(std::move(rows)), batch_size_(batch_size), random_(seed, RandomStream::sampling) {
  assert(!rows_.empty() && batch_size_ >= 1);
}

std::size_t Sampler::steps_per_epoch() const {
  const std::size_t full = rows_.size() / batch_size_;
  if (kind_ == SamplingKind::random) {
    return std::max<std::size_t>(1, full);
  }
  return full + (rows_.size() % batch_size_ == 0 ? 0 : 1);
}

std::vector<std::size_t> Sampler::batch_sizes() const {
  const std::size_t last = rows_.size() % batch_size_;
  if (kind_ == SamplingKind::random || last == 0) {
    return {batch_size_};
  }
  return rows_.size() < batch_size_ ? std::vector{last} : std::vector{batch_size_, last};
}

std::span<const std::uint32_t> Sampler::batch(std::uint32_t epoch, std::size_t step) {
  assert(epoch >= 1 && step >= 1 && step <= steps_per_epoch());
  const std::size_t first = (step - 1) * batch_size_;
  if (kind_ == SamplingKind::random) {
    draw(epoch, first);
    return batch_;
  }
  if (kind_ == SamplingKind::shuffle && shuffled_epoch_ != epoch) {
    shuffle(epoch);
  }
  const std::span<const std::uint32_t> order = kind_ == SamplingKind::shuffle ? order_ : rows_;
  return order.subspan(first, std::min(batch_size_, order.size() - first));
}

void Sampler::draw(std::uint32_t epoch, std::size_t first) {
  batch_.resize(batch_size_);
  const std::size_t end = first + batch_size_;
  const std::size_t first_pair = first / 2;
  words_.resize((end + 1) / 2 - first_pair);
  kernels::random_words(random_, epoch, first_pair, words_);
  for (std::size_t position = first; position < end; ++position) {
    const std::uint64_t word = words_[position / 2 - first_pair][position % 2];
    batch_[position - first] = rows_[scaled_below(word, rows_.size())];
  }
}

void Sampler::shuffle(std::uint32_t epoch) {
  const auto permutation = kernels::permutation(random_, rows_.size(), epoch);
  order_.resize(rows_.size());
  std::transform(permutation.begin(), permutation.end(), order_.begin(), [&](auto i) { return rows_[i]; });
  shuffled_epoch_ = epoch;
}

}  // namespace strata
