// The texts of the progress display, fitted to a width.
#pragma once

#include <cstdint>
#include <string>

#include "train/observer.h"

namespace strata::cli {

/// How far a run goes.
struct ProgressScale {
  std::uint32_t epochs = 0;
  std::size_t steps_per_epoch = 0;
};

inline constexpr std::size_t kUnlimitedWidth = 100'000;

/// `1234567` as `1,234,567`.
std::string grouped_digits(std::uint64_t number);
/// Four decimals, or four digits of what is large.
std::string figure(double value);
/// The same of a named one: those in the targets' units have four significant digits.
std::string figure(const Figure& of);
/// A learning rate in four digits: commands have all.
std::string rate_text(double rate);
/// Seconds as `0:02`, `12:34` or `1:02:03`.
std::string clock_text(double seconds);

/// The line of an epoch that is under way: ASCII, at most `width` columns. What matters least goes first as `width`
/// shrinks: the bar, samples a second, time left, then words.
std::string live_line(const StepInfo& step, const ProgressScale& scale, std::size_t width);

/// The line of a finished epoch, or of one that a limit cut short; `steps` were made in it.
std::string epoch_line(const EpochInfo& epoch, std::size_t steps, const ProgressScale& scale, std::size_t width);

}  // namespace strata::cli
