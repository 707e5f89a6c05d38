#include "search/ranking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

namespace strata {

namespace {

/// Sample standard deviation of at least two values with that mean.
double deviation(const std::vector<double>& values, double mean) {
  double squares = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return std::sqrt(squares / (static_cast<double>(values.size()) - 1));
}

}  // namespace

nlohmann::ordered_json to_json(const Candidate& candidate) {
  nlohmann::ordered_json json{
      {"varied", to_json(candidate.point)}, {"epochs", candidate.epochs}, {"completed", candidate.completed}};
  if (candidate.completed > 0) {
    json["value"] = candidate.value;
  }
  if (candidate.deviation) {
    json["deviation"] = *candidate.deviation;
  }
  return json;
}

bool counts(const TrialRecord& run, Monitor monitor) {
  return run.status == TrialStatus::completed && best_epoch(run, monitor);
}

Candidate make_candidate(Point point, std::vector<const TrialRecord*> runs, std::uint32_t epochs, Monitor monitor) {
  Candidate candidate{.point = std::move(point), .runs = std::move(runs), .epochs = epochs};
  std::vector<double> values;
  for (const TrialRecord* run : candidate.runs) {
    candidate.diverged = candidate.diverged || run->status == TrialStatus::diverged;
    if (counts(*run, monitor)) {
      values.push_back(*best_value(*run, monitor));
    }
  }
  candidate.completed = values.size();
  for (const double value : values) {
    candidate.value += value / static_cast<double>(values.size());
  }
  if (values.size() > 1) {
    candidate.deviation = deviation(values, candidate.value);
  }
  return candidate;
}

void rank(std::vector<Candidate>& candidates, Monitor monitor) {
  std::stable_sort(candidates.begin(), candidates.end(), [monitor](const Candidate& a, const Candidate& b) {
    const auto order = [](const Candidate& c) {
      return std::tuple(c.completed == 0, c.diverged, -std::int64_t{c.epochs});
    };
    if (order(a) != order(b)) {
      return order(a) < order(b);
    }
    return a.completed > 0 && is_better(monitor, a.value, b.value);
  });
}

std::vector<Candidate> ranked_candidates(std::span<const TrialRecord* const> records, Monitor monitor) {
  std::map<std::pair<Point, std::uint32_t>, std::vector<const TrialRecord*>> runs;
  std::vector<std::pair<Point, std::uint32_t>> order;
  for (const TrialRecord* record : records) {
    Point point = record->point;
    std::erase_if(point, [](const auto& axis) { return axis.first == "seed"; });
    const std::pair candidate{std::move(point), record->options.value("epochs", 0U)};
    if (!runs.contains(candidate)) {
      order.push_back(candidate);
    }
    runs[candidate].push_back(record);
  }
  std::vector<Candidate> candidates;
  for (const auto& candidate : order) {
    std::vector<const TrialRecord*>& own = runs.at(candidate);
    std::ranges::sort(own, {},
                      [](const TrialRecord* record) { return record->options.value("seed", std::uint64_t{0}); });
    candidates.push_back(make_candidate(candidate.first, own, candidate.second, monitor));
  }
  rank(candidates, monitor);
  return candidates;
}

bool tied(const Candidate& a, const Candidate& b) {
  if (a.completed == 0 || b.completed == 0 || a.diverged != b.diverged || a.epochs != b.epochs) {
    return false;
  }
  const double first = a.deviation.value_or(b.deviation.value_or(0));
  const double second = b.deviation.value_or(first);
  return std::abs(a.value - b.value) <= std::sqrt((first * first + second * second) / 2);
}

std::size_t count_tied(std::span<const Candidate> candidates) {
  const auto differs = [&](const Candidate& other) { return !tied(candidates.front(), other); };
  return static_cast<std::size_t>(std::find_if(candidates.begin() + 1, candidates.end(), differs) - candidates.begin());
}

std::size_t count_completed(std::span<const Candidate> candidates) {
  return static_cast<std::size_t>(
      std::ranges::count_if(candidates, [](const Candidate& candidate) { return candidate.completed > 0; }));
}

bool lacks_seeds(std::span<const Candidate> candidates) {
  return std::ranges::any_of(candidates, [](const Candidate& candidate) {
    return candidate.completed > 0 && candidate.completed < candidate.runs.size();
  });
}

const TrialRecord& best_run(const Candidate& candidate, Monitor monitor) {
  const TrialRecord* best = nullptr;
  for (const TrialRecord* run : candidate.runs) {
    if (counts(*run, monitor) &&
        (best == nullptr || is_better(monitor, *best_value(*run, monitor), *best_value(*best, monitor)))) {
      best = run;
    }
  }
  return *best;
}

std::vector<Rung> halving_rungs(std::size_t candidates, std::uint32_t epochs, std::uint32_t eta) {
  std::vector<Rung> rungs;
  for (Rung rung{candidates, epochs}; rung.candidates > 0 && rung.epochs > 0;
       rung.candidates /= eta, rung.epochs /= eta) {
    rungs.push_back(rung);
  }
  // The epochs were counted down from the last rung: the first trains the most candidates for the fewest epochs.
  for (std::size_t i = 0, j = rungs.size() - 1; i < j; ++i, --j) {
    std::swap(rungs[i].epochs, rungs[j].epochs);
  }
  return rungs;
}

}  // namespace strata
