// `strata train --resume DIR`: which run goes on, from where, and with which options.
#pragma once

#include "cli/arguments.h"
#include "cli/train_settings.h"
#include "io/checkpoint.h"
#include "io/run_folder.h"
#include "train/trainer.h"

namespace strata::cli {

/// A run to go on with, and its folder, which no other process can use while this lives.
struct ResumedRun {
  RunFolder folder;
  CheckpointFile checkpoint;  ///< the last one that can be read
  TrainSettings settings;     ///< the run's, with what the command line changes
};

/// Reads the folder that --resume names; a damaged checkpoint is passed over, with a warning. Throws Error(usage) if
/// the command line changes an option that may not change, or the folder is that of another command; Error(data) if it
/// is no run's folder or has no checkpoint that can be read; Error(failed) if another process uses it.
/// `holds`: whether this process is the one that writes there; others of the same job only read, and warn of nothing.
ResumedRun open_resumed_run(const Arguments& arguments, bool holds);

/// The trainer at the run's checkpoint; `source` must outlive it. Throws Error(data) if the data are not the run's, and
/// Error(usage) if another engine would compute it.
Trainer make_resumed_trainer(const ResumedRun& run, const DataSource& source);

}  // namespace strata::cli
