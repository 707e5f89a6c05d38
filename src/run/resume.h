// A run that goes on in its folder: from where, and with which options.
#pragma once

#include <vector>

#include "data/load.h"
#include "dist/communicator.h"
#include "io/checkpoint.h"
#include "io/run_folder.h"
#include "run/control.h"
#include "run/face.h"
#include "settings/given.h"
#include "settings/run_settings.h"
#include "train/trainer.h"

namespace strata {

/// A run to go on with, and its folder, which no other process can use while this lives.
struct ResumedRun {
  RunFolder folder;
  CheckpointFile checkpoint;        ///< the last one that can be read
  std::vector<RecordedRate> rates;  ///< set by hand, perhaps at later steps
};

/// Opens the run in `folder`; a damaged checkpoint is passed over, with a warning. Throws Error(usage) if the folder is
/// that of something else; Error(data) if it is no run's folder or has no checkpoint that can be read; Error(failed) if
/// another process uses it. `holds`: whether this process is the one that writes there; others of the same job only
/// read, and warn of nothing.
ResumedRun open_resumed_run(const std::filesystem::path& folder, bool holds, Face& face);

/// The run's settings, with the options of a run that `given` changes. Throws Error(usage) if one of them may not
/// change, or the run would diverge again.
RunSettings resumed_settings(const ResumedRun& run, const Given& given);

/// The run's data; as runs read them before there were offsets and arrays' classes by name, if it is such a run. All
/// ranks call it together, as shared_run_data.
DataSource load_resumed_data(const ResumedRun& run, const RunSettings& settings, Communicator& ranks);

/// The trainer of these settings at the run's checkpoint; `source` must outlive it. Throws Error(data) if the data are
/// not the run's, and Error(usage) if another engine would compute it.
Trainer make_resumed_trainer(const ResumedRun& run, const RunSettings& settings, const DataSource& source, Face& face);

}  // namespace strata
