// A table of timings: cases that take turns with one another and with the FMA peak, a row for each.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace strata::bench {

/// What `Case::work` counts.
enum class Work { none, bytes, operations };

struct Case {
  std::string name;
  std::size_t size = 0;  ///< rows or elements of a call
  int threads = 1;       ///< that `call` runs on
  Work counted = Work::none;
  double work = 0;  ///< of one call: bytes moved, or floating-point operations
  std::function<void()> call;
};

void print_contest_header();

/// Times the cases in alternating rounds and prints a row for each: best, median and spread; GB/s or GFLOP/s at best,
/// and for operations the share of the FMA peak, which takes its turn in every round.
void run_contest(int rounds, const std::vector<Case>& cases);

/// A line that says so if other programs keep this machine busy; call it before the benchmarks do so themselves.
void warn_if_busy();

}  // namespace strata::bench
