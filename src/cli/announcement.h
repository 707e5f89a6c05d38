// Says before a run starts what will run.
#pragma once

#include <string>

#include "cli/train_settings.h"
#include "train/observer.h"

namespace strata::cli {

/// Lines on data, model, groups, engine and threads. `instruction_set`: kernels::instruction_set_name().
std::string announcement(const RunInfo& run, const TrainSettings& settings, const std::string& instruction_set);

/// Writes the announcement to stderr. `settings` must outlive it.
class Announcer : public Observer {
 public:
  explicit Announcer(const TrainSettings& settings) : settings_(settings) {}
  void on_run(const RunInfo& run) override;

 private:
  const TrainSettings& settings_;
};

}  // namespace strata::cli
