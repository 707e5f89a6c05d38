// What the rate of each group did in a sweep, all else being equal: as figures, and as the sentence one would write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/ranking.h"

namespace strata {

/// What came of the runs with one rate.
struct RateTried {
  double rate = 0;
  std::size_t runs = 0;
  std::size_t completed = 0;
  std::size_t diverged = 0;
  std::size_t failed = 0;         ///< and completed ones without a figure
  std::optional<double> value{};  ///< mean over the runs compared; empty: the rate is not compared
};

/// What can be said of a step from one rate to another.
enum class RateVerdict {
  differs,  ///< by more than the interval over seeds
  hardly,   ///< no more than that, and no more than another seed makes a run differ
  open      ///< too few seeds to tell; one tells nothing
};

std::string_view verdict_name(RateVerdict verdict);

/// From one rate that was tried to a larger one.
struct RateStep {
  std::size_t from = 0;  ///< of RateEffect::rates
  std::size_t to = 0;
  double change = 0;                 ///< of the mean figure
  std::optional<double> interval{};  ///< half the 95 % interval of the change over seeds (Student's t); empty for one
  RateVerdict verdict = RateVerdict::open;
};

/// The rates of one group with one optimizer. Runs are compared with those that differ from them by this rate alone: by
/// no other setting, and not by the seed.
struct RateEffect {
  std::string group;  ///< lower, upper or the layers, such as 0-1
  std::string optimizer;
  bool whole_network = false;             ///< whether there are no other layers
  std::vector<RateTried> rates{};         ///< ascending, at least two
  std::vector<RateStep> steps{};          ///< from the worst rate below the best to it, and from it to the worst above
  std::size_t settings = 0;               ///< of all else, that are compared
  std::size_t settings_in_all = 0;        ///< and that were tried
  std::size_t seeds = 0;                  ///< that are compared
  std::optional<std::uint32_t> epochs{};  ///< of halving's first round, which alone has all candidates
};

/// Those of every axis GROUP.lr of the candidates, which are in any order. Rates that too few of the settings have, for
/// instance since they diverge, are not compared; where no two trials differ by the rate alone, as with rates drawn at
/// random, there are no steps.
std::vector<RateEffect> rate_effects(std::span<const Candidate> candidates, Monitor monitor);

/// A sentence for each, such as "with sgd below, 10 times the rate (0.001 to 0.01) lowers val_loss from 0.405 to 0.366,
/// by 0.039 ± 0.004 over 3 seeds"; what diverged or failed is counted. One for all if none has anything to compare.
std::vector<std::string> rate_sentences(std::span<const RateEffect> effects, Monitor monitor);

/// As `strata sweep --json` has them (docs/formats.md).
nlohmann::ordered_json to_json(std::span<const RateEffect> effects, Monitor monitor);

}  // namespace strata
