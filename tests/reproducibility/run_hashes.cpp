// run_hashes auto|avx2|avx512: prints a hash of weights, optimizers' state and figures for each of configurations.h's
// runs on that instruction set, after it has found the same hash for every number of threads, gradients applied tile by
// tile or stored first, and a run in two parts. Exits 77 if this CPU lacks the instruction set, 1 if a hash is another.

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/field.h"
#include "data/tbb/backend.h"
#include "engine/onednn/engine.h"
#include "engine/panels/engine.h"
#include "kernels/instruction_set.h"
#include "tests/reproducibility/configurations.h"
#include "tests/reproducibility/run_hash.h"

using namespace strata;
using namespace strata::test;
using kernels::InstructionSet;

namespace {

constexpr int kSkipped = 77;
constexpr std::array kThreads{1, 2, 3, 4, 7, 8, 16};
constexpr double kOutOfReach = 1e30;  ///< a norm that clips nothing, but needs whole gradients: the staged plan

/// Counts the runs that end in another hash than the first.
class Comparison {
 public:
  Comparison(std::string name, std::string expected) : name_(std::move(name)), expected_(std::move(expected)) {}

  void check(const std::string& hash, const std::string& how) {
    if (hash != expected_) {
      fmt::print(stderr, "{}: {} with {}, expected {}\n", name_, hash, how, expected_);
      ++differing_;
    }
  }
  int differing() const { return differing_; }

 private:
  std::string name_;
  std::string expected_;
  int differing_ = 0;
};

/// Returns how many hashes differ.
int compare_runs(const Configuration& configuration, InstructionSet instructions, std::uint64_t stop_after) {
  const DataSource source = source_of(configuration);
  TrainConfig config = config_of(configuration);
  config.instruction_set = instructions;
  const EndOfRun first = run_to_end(config, source);
  const std::string expected = hash_of(first);
  Comparison comparison(configuration.name, expected);
  for (const int threads : kThreads) {
    config.threads = threads;
    comparison.check(hash_of(run_to_end(config, source)), fmt::format("{} threads", threads));
    if (!config.clip_norm) {
      TrainConfig staged = config;
      staged.clip_norm = kOutOfReach;
      comparison.check(hash_of(run_to_end(staged, source)), fmt::format("{} threads, staged", threads));
    }
    const std::uint64_t stop = 1 + stop_after % (first.result.steps - 1);
    const int others = 1 + threads % 4;
    comparison.check(hash_of(run_in_two_parts(config, source, stop, others)),
                     fmt::format("{} threads until step {}, then {}", threads, stop, others));
    stop_after += 11;
  }
  fmt::print("{} {}\n", expected, configuration.name);
  return comparison.differing();
}

}  // namespace

int main(int argc, char** argv) try {
  const std::map<std::string_view, InstructionSet> names{
      {"auto", InstructionSet::automatic}, {"avx2", InstructionSet::avx2}, {"avx512", InstructionSet::avx512}};
  const auto wanted = argc == 2 ? names.find(argv[1]) : names.end();
  if (wanted == names.end()) {
    fmt::print(stderr, "usage: run_hashes auto|avx2|avx512\n");
    return 2;
  }
  kernels::require_instruction_set(wanted->second);
  register_onednn_engine();
  register_panels_engine();
  use_parallel_backend(tbb_threads());
  int differing = 0;
  std::uint64_t stop_after = 0;
  for (const Configuration& configuration : configurations()) {
    differing += compare_runs(configuration, wanted->second, stop_after);
    stop_after += 5;
  }
  return differing == 0 ? 0 : 1;
} catch (const Error& error) {
  fmt::print(stderr, "{}\n", plain(error.what()));
  return error.kind() == ErrorKind::usage ? kSkipped : 1;
}
