// What `strata sweep` is asked to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/choices.h"
#include "io/model_file.h"
#include "search/axis.h"

namespace strata::cli {

struct SweepSettings {
  std::vector<Axis> axes;                 ///< an optimizer before its keys
  std::shared_ptr<const ModelFile> from;  ///< the model that all trials go on from; or null
  std::vector<std::string> words;         ///< options of train that hold for all trials
  nlohmann::ordered_json options;         ///< everything that shapes the sweep, as --config reads it
  Strategy strategy = Strategy::grid;
  std::optional<std::size_t> trials;  ///< draws
  std::uint32_t eta = 3;
  std::uint32_t seeds = 1;
  std::uint64_t seed = 42;    ///< the first
  std::uint32_t epochs = 10;  ///< of a whole trial
  std::size_t jobs = 1;
  std::optional<std::filesystem::path> run_dir;
  ProgressStyle progress = ProgressStyle::automatic;
  bool quiet = false;
  bool json = false;
  bool tensorboard = false;  ///< needs a run_dir

  /// Whether points are drawn, rather than crossed.
  bool draws() const { return strategy == Strategy::random || (strategy == Strategy::halving && trials); }
};

/// Throws Error(usage) for a value that is wrong, or an option that does not apply beside the others.
SweepSettings sweep_settings(const Arguments& arguments);

/// The number of trials at once: --jobs, else --threads, else what the machine allows.
std::size_t jobs(const Arguments& arguments);

/// `a,b,c` or `a..b:n` as the values of an axis; `a..b` as a range alone. Throws Error(usage) naming `option`.
Axis parse_rates(std::string_view option, std::string_view text);

/// The option of the command line that gives the axis: `--lower-lr 1e-4..1:9`, `--vary 'batch-size=32|64'`.
std::string axis_option(const Axis& axis);

}  // namespace strata::cli
