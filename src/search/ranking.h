// Which candidates of a sweep are best, and which of them cannot be told apart.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "search/trial.h"

namespace strata {

/// One point, trained with one seed or several.
struct Candidate {
  Point point;                           ///< without the seed
  std::vector<const TrialRecord*> runs;  ///< in the order of the seeds; not empty
  std::uint32_t epochs = 0;              ///< that its runs were given; in successive halving the best had the most
  std::size_t completed = 0;             ///< how many of them, each with a figure
  bool diverged = false;                 ///< whether one of them did
  double value = 0;                      ///< mean over those completed of their best epochs' figures; only if there are
  std::optional<double> deviation{};     ///< sample standard deviation over those; empty for one
};

/// `runs` are those of `point`, `epochs` what they were given.
Candidate make_candidate(Point point, std::vector<const TrialRecord*> runs, std::uint32_t epochs, Monitor monitor);

/// Whether the run counts towards its candidate's value: it was completed and has a figure.
bool counts(const TrialRecord& run, Monitor monitor);

/// Best first: those with a completed run before others, those without a diverged run before those with one, then those
/// given more epochs, then by value; equal ones stay in order.
void rank(std::vector<Candidate>& candidates, Monitor monitor);

/// Trials that differ by their seed alone, with what they were given of epochs, as candidates, ranked. `records` are in
/// the order in which trials came to their end, and outlive the candidates.
std::vector<Candidate> ranked_candidates(std::span<const TrialRecord* const> records, Monitor monitor);

/// Whether their values differ by less than the seeds make them differ: by no more than the root of the mean of the two
/// variances. Where one has no deviation the other's stands for it; without any: whether they are equal. Both have
/// completed runs and were given the same epochs, and neither or both have diverged ones.
bool tied(const Candidate& a, const Candidate& b);

/// How many of ranked candidates, the first of which has completed runs, cannot be told from it: 1 for itself alone.
std::size_t count_tied(std::span<const Candidate> candidates);

/// How many of them have a value.
std::size_t count_completed(std::span<const Candidate> candidates);

/// Whether one of them is ranked by some of its seeds alone.
bool lacks_seeds(std::span<const Candidate> candidates);

/// The run with the best figure among those that count, of which there is one.
const TrialRecord& best_run(const Candidate& candidate, Monitor monitor);

}  // namespace strata
