// The page of `strata watch`, and the curves on it: run folders as a terminal shows them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "watch/canvas.h"
#include "watch/words.h"

namespace strata::watch {

/// The page: of one run its curves, figures and groups; of one sweep its best trials; of several folders a table, with
/// the runs' curves over each other. `bottom` is its last line. What matters least goes first where room is short.
Canvas page(std::span<const WatchedFolder> folders, std::string_view bottom, std::size_t width, std::size_t height);

// Its curves

/// What tells the i-th of several apart: its colour, and its mark where there is none.
Ink ink_of(std::size_t i);
std::string mark_of(std::size_t i);

/// Of one run, what matters most first: loss, quick figure, the groups' rates, the layers' update ratios.
std::vector<Plot> run_plots(const FollowedRun& run);

/// The quick figure by which folders are compared: that of the first run that has one.
std::string common_quick(std::span<const WatchedFolder> folders);

/// Of several runs over each other, each with its mark at its end.
std::vector<Plot> common_plots(std::span<const WatchedFolder> folders);

/// The monitored figure of the best candidates by epoch.
Plot trials_plot(const FollowedSweep& sweep, const std::vector<Candidate>& candidates);

}  // namespace strata::watch
