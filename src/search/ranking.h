// Which candidates of a sweep are best, and which of them cannot be told apart.
#pragma once

#include <optional>
#include <vector>

#include "search/trial.h"

namespace strata {

/// One point, trained with one seed or several.
struct Candidate {
  Point point;                           ///< without the seed
  std::vector<const TrialRecord*> runs;  ///< in the order of the seeds; not empty
  std::uint32_t epochs = 0;              ///< that its runs were given; in successive halving the best had the most
  bool completed = false;                ///< all of them, each with a figure
  double value = 0;                      ///< mean over the runs of their best epochs' figures; only if completed
  std::optional<double> deviation{};     ///< sample standard deviation over the runs; empty for one run
};

/// `runs` are those of `point`, `epochs` what they were given.
Candidate make_candidate(Point point, std::vector<const TrialRecord*> runs, std::uint32_t epochs, Monitor monitor);

/// Best first: completed ones before others, then those given more epochs, then by value; equal ones stay in order.
void rank(std::vector<Candidate>& candidates, Monitor monitor);

/// Whether their values differ by less than the seeds make them differ: by no more than the root of the mean of the two
/// variances. Without deviations: whether they are equal. Both completed and given the same epochs.
bool tied(const Candidate& a, const Candidate& b);

/// The run with the best figure.
const TrialRecord& best_run(const Candidate& candidate, Monitor monitor);

}  // namespace strata
