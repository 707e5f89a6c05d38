#include "search/ranking.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace strata {

Candidate make_candidate(Point point, std::vector<const TrialRecord*> runs, std::uint32_t epochs, Monitor monitor) {
  Candidate candidate{.point = std::move(point), .runs = std::move(runs), .epochs = epochs};
  const auto count = static_cast<double>(candidate.runs.size());
  std::vector<double> values;
  for (const TrialRecord* run : candidate.runs) {
    const auto value = best_value(*run, monitor);
    if (run->status != TrialStatus::completed || !value) {
      return candidate;
    }
    values.push_back(*value);
  }
  candidate.completed = true;
  for (const double value : values) {
    candidate.value += value / count;
  }
  if (values.size() > 1) {
    double squares = 0;
    for (const double value : values) {
      squares += (value - candidate.value) * (value - candidate.value);
    }
    candidate.deviation = std::sqrt(squares / (count - 1));
  }
  return candidate;
}

void rank(std::vector<Candidate>& candidates, Monitor monitor) {
  std::stable_sort(candidates.begin(), candidates.end(), [monitor](const Candidate& a, const Candidate& b) {
    if (a.completed != b.completed) {
      return a.completed;
    }
    if (a.epochs != b.epochs) {
      return a.epochs > b.epochs;
    }
    return a.completed && is_better(monitor, a.value, b.value);
  });
}

bool tied(const Candidate& a, const Candidate& b) {
  if (!a.completed || !b.completed || a.epochs != b.epochs) {
    return false;
  }
  const double first = a.deviation.value_or(0);
  const double second = b.deviation.value_or(0);
  return std::abs(a.value - b.value) <= std::sqrt((first * first + second * second) / 2);
}

const TrialRecord& best_run(const Candidate& candidate, Monitor monitor) {
  return **std::min_element(candidate.runs.begin(), candidate.runs.end(),
                            [monitor](const TrialRecord* a, const TrialRecord* b) {
                              return is_better(monitor, *best_value(*a, monitor), *best_value(*b, monitor));
                            });
}

}  // namespace strata
