// What was measured: a table as it comes, and all of it as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "speed/timing.h"

namespace strata::bench {

constexpr int kSchema = 1;  ///< of the JSON file

/// What `Row::work` counts.
enum class Work { none, bytes, operations };

/// What was measured; two runs' rows are compared if all of this is equal.
struct Label {
  std::string name;       ///< such as `step` or `forward 784x300`
  std::string model;      ///< widths, where they matter
  std::size_t size = 0;   ///< rows or elements of a call
  int threads = 1;        ///< that it ran on
  std::string engine;     ///< or whose kernel
  std::string precision;  ///< f32 or bf16; empty where no arithmetic is measured
};

struct Row {
  Label label;
  Timing timing;  ///< seconds a call
  Work counted = Work::none;
  double work = 0;  ///< of one call: bytes moved, or floating-point operations
  double peak = 0;  ///< operations: fused multiply-adds from registers in the same rounds, GFLOP/s
  MachineLoad load;
};

/// A figure that is no time a call, such as memory.
struct Figure {
  std::string name;
  std::string unit;
  double value = 0;
};

class Report {
 public:
  /// Starts a table with this title.
  void start_table(std::string_view title);
  /// Prints a row and keeps it.
  void add(const Row& row);
  void add(const Figure& figure);
  /// Says what is not measured, and why.
  void skip(std::string_view what, std::string_view why);
  /// Says so if other programs kept the machine busy at any time.
  void print_load() const;

  /// Everything as JSON (schema: docs/performance.md). Throws Error(failed).
  void write(const std::string& path) const;

 private:
  std::vector<Row> rows_;
  std::vector<Figure> figures_;
  std::vector<std::string> skipped_;
  LoadWatch watch_;
};

}  // namespace strata::bench
