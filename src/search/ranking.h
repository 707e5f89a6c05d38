// Which candidates of a sweep are best, which of them cannot be told apart, and how many go on with successive halving;
// candidates and their trials as text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

/// `varied`, `epochs` and `completed`, and where there are, `value` and `deviation`.
nlohmann::ordered_json to_json(const Candidate& candidate);

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

// Successive halving: many short trials, and longer ones of the best of them.
// Jamieson, Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016.

/// A round: so many candidates are trained for so many epochs.
struct Rung {
  std::size_t candidates = 0;
  std::uint32_t epochs = 0;

  bool operator==(const Rung&) const = default;
};

/// From `candidates` trained briefly to few trained for `epochs`: each rung has 1/eta of the candidates of the one
/// before it and eta times its epochs, both rounded down. As many rungs as leave each at least one candidate and one
/// epoch. candidates and epochs at least 1, eta at least 2.
std::vector<Rung> halving_rungs(std::size_t candidates, std::uint32_t epochs, std::uint32_t eta);

// As text

/// The point as `lower sgd, lower.lr 0.01`.
std::string point_text(const Point& point);

/// What became of a trial: its figure, or why there is none, which may name fields (core/field.h).
std::string outcome_text(const TrialRecord& record, Monitor monitor);

/// The value of an axis; a rate, which may be one of many digits between two round ones, with four.
std::string axis_value_text(std::string_view axis, std::string_view value);

/// How many candidates, and what became of them, are told one by one.
inline constexpr std::size_t kShownCandidates = 10;

/// A table of the best of ranked candidates, of which one at least was completed: heads and a line each.
std::string best_table(const std::vector<Candidate>& candidates, Monitor monitor);

}  // namespace strata
