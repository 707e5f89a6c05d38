// Cases that take turns with one another and with the FMA peak, a row of the report for each.
#pragma once

#include <functional>
#include <vector>

#include "bench/report.h"

namespace strata::bench {

struct Case {
  Label label;
  Work counted = Work::none;
  double work = 0;                     ///< of one call
  std::function<void()> call;          ///< what is timed: its mean over as many calls as fill a round
  std::function<double()> round = {};  ///< or a round's own seconds a call, instead of `call`
};

/// How long to measure.
struct Effort {
  int rounds = 0;      ///< 0: each benchmark's own number
  bool quick = false;  ///< one round as short as can be: answers are checked, timings mean nothing

  int rounds_or(int own) const { return rounds > 0 ? rounds : quick ? 1 : own; }
};

/// Times the cases in alternating rounds and reports each: best, median and spread; for operations the FMA peak takes
/// its turn in every round.
void run_contest(Report& report, const Effort& effort, int rounds, const std::vector<Case>& cases);

}  // namespace strata::bench
