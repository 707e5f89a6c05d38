// What the command line of strata_bench asks for.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/instruction_set.h"

namespace strata::bench {

/// What computes a step: Strata with one of its engines (bf16: onednn in that precision), or the plain loop over
/// oneDNN's primitives.
enum class Contestant { plain, onednn, bf16, panels, automatic };

std::string_view contestant_name(Contestant contestant);

/// The widths of a network from its input to its output: 784-300-100-50-10.
using Widths = std::vector<std::size_t>;

std::string widths_text(const Widths& widths);

/// An empty list leaves the choice to each benchmark.
struct Selection {
  std::string suite = "all";  ///< step, kernels, parts, program, model, ranks or all
  std::vector<std::size_t> batches;
  std::vector<int> threads;
  std::vector<Contestant> engines;
  std::vector<Widths> models;
  kernels::InstructionSet isa = kernels::InstructionSet::automatic;
  int rounds = 0;  ///< 0: the benchmark's own
  bool quick = false;
  std::string json;  ///< a file to write; empty: none
};

/// The arguments after the program's name: a suite, and options as `--option value` or `--option=value`.
/// Throws Error(usage) that names the argument.
Selection parse_selection(std::span<const std::string_view> arguments);

/// The options' help, a line each.
std::string_view selection_help();

}  // namespace strata::bench
