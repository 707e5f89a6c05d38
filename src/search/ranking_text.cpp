// Trials and candidates of a sweep as text: a point, what became of a trial, a table of the best.

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/figure.h"
#include "core/number.h"
#include "core/text.h"
#include "search/ranking.h"

namespace strata {

namespace {

/// The axes of the table's columns, in the order of their appearance.
std::vector<std::string> columns_of(const std::vector<Candidate>& candidates) {
  std::vector<std::string> names;
  for (const Candidate& candidate : candidates) {
    for (const auto& [name, value] : candidate.point) {
      if (std::ranges::find(names, name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

std::string value_text(const Candidate& candidate) {
  return candidate.deviation ? fmt::format("{} ±{}", figure_text(candidate.value), figure_text(*candidate.deviation))
                             : figure_text(candidate.value);
}

}  // namespace

std::string point_text(const Point& point) {
  std::string text;
  for (const auto& [name, value] : point) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, axis_value_text(name, value));
  }
  return text.empty() ? "the only one" : text;
}

std::string outcome_text(const TrialRecord& record, Monitor monitor) {
  const auto epoch = best_epoch(record, monitor);
  if (record.status != TrialStatus::completed || !epoch) {
    return fmt::format("{}: {}", status_name(record.status), record.reason);
  }
  return fmt::format("{} {} at epoch {}", monitor_name(monitor), figure_text(*best_value(record, monitor)), *epoch);
}

std::string axis_value_text(std::string_view axis, std::string_view value) {
  const auto rate = axis.ends_with(".lr") ? parse_number<double>(value) : std::nullopt;
  const std::string text = rate ? rate_text(*rate) : "";
  return rate && text.size() < value.size() ? text : std::string(value);
}

std::string best_table(const std::vector<Candidate>& candidates, Monitor monitor) {
  const std::vector<std::string> names = columns_of(candidates);
  std::vector<std::vector<std::string>> rows{{"rank", std::string(monitor_name(monitor)), "epoch", "of"}};
  const bool seeds = lacks_seeds(candidates);
  if (seeds) {
    rows.front().emplace_back("seeds");
  }
  rows.front().insert(rows.front().end(), names.begin(), names.end());
  const std::size_t tie = count_tied(candidates);
  for (std::size_t i = 0; i < std::min(count_completed(candidates), kShownCandidates); ++i) {
    const Candidate& candidate = candidates[i];
    rows.push_back({fmt::format("{}{}", i + 1, tie > 1 && i < tie ? "=" : ""), value_text(candidate),
                    fmt::format("{}", best_epoch(best_run(candidate, monitor), monitor).value_or(0)),
                    best_run(candidate, monitor).options.at("epochs").dump()});
    if (seeds) {
      rows.back().push_back(fmt::format("{}/{}", candidate.completed, candidate.runs.size()));
    }
    for (const std::string& name : names) {
      const std::string_view value = value_at(candidate.point, name);
      rows.back().emplace_back(value.empty() ? "-" : axis_value_text(name, value));
    }
  }
  return aligned(rows);
}

}  // namespace strata
