// What all ranks of a job must have alike.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "data/load.h"
#include "dist/communicator.h"

namespace strata {

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
