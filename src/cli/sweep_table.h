// The result of a sweep as text and as JSON.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "search/edge.h"
#include "search/ranking.h"

namespace strata::cli {

struct SweepResult {
  std::vector<Candidate> candidates;  ///< ranked
  std::vector<Edge> edges;            ///< of the best one
  Monitor monitor = Monitor::val_loss;
  std::size_t trials = 0;  ///< in all
  std::size_t ran = 0;     ///< of them now, the others were there
  std::uint32_t seeds = 1;
  std::optional<std::filesystem::path> best_folder;
};

/// The best candidates, those that diverged or failed, ties, edges, and the command that repeats the best.
std::string sweep_table(const SweepResult& result);

/// All of it as one JSON object on one line (docs/formats.md).
std::string sweep_json(const SweepResult& result);

}  // namespace strata::cli
