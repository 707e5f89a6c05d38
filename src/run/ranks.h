// What the ranks of a job share: the data of a run, loaded once a machine; and what they must have alike.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "data/load.h"
#include "dist/communicator.h"
#include "settings/run_settings.h"

namespace strata {

/// run_data(settings) by the first rank of each machine; the others map the same memory. A rank that is asked for
/// other data than the first one, or cannot reach its memory, loads for itself. Ids of rows are only where data were
/// loaded. Every rank must call it. Throws SharedFailure; one rank alone throws as run_data.
DataSource shared_run_data(const RunSettings& settings, Communicator& ranks);

/// What all ranks must have alike.
struct RankIdentity {
  std::uint64_t config;
  std::uint64_t data;
  std::uint64_t weights;
};

/// Of options as config_json has them, without those in which machines may differ, or of a list of such; and of the
/// hash of the first weights. Where data lie is one of those unless places count, as they do in a trial's record.
RankIdentity identity_of(const nlohmann::ordered_json& config, const DataSource& source,
                         const std::string& weights_hash, bool places_count = false);

/// Throws SharedFailure, naming the rank, if one has not what rank 0 has. Every rank calls it.
void check_alike(Communicator& ranks, const RankIdentity& mine);

}  // namespace strata
