// A run's progress in a line, fitted to a width: of a run as it is trained, or watched.
#pragma once

#include <cstdint>
#include <string>

#include "train/observer.h"

namespace strata::watch {

/// How far a run goes.
struct ProgressScale {
  std::uint32_t epochs = 0;
  std::size_t steps_per_epoch = 0;
};

inline constexpr std::size_t kUnlimitedWidth = 100'000;

/// The line of an epoch that is under way: ASCII, at most `width` columns. What matters least goes first as `width`
/// shrinks: the bar, samples a second, time left, then words.
std::string live_line(const StepInfo& step, const ProgressScale& scale, std::size_t width);

/// The line of a finished epoch, or of one that a limit cut short; `steps` were made in it.
std::string epoch_line(const EpochInfo& epoch, std::size_t steps, const ProgressScale& scale, std::size_t width);

}  // namespace strata::watch
