// What `strata info --system` says.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace strata::cli {

/// `cpu` (`model`, `cores`, `cpus`, `caches`), `threads`, `instruction_sets` (`available`, `strata` and
/// `onednn`: in use), `engine` (which auto takes), `versions`, and `primitives`: for each precision and each layer of
/// the default network at its batch size, what oneDNN takes for each operation. `available`:
/// kernels::instruction_sets() before --isa held. `threads`: those that compute.
nlohmann::ordered_json system_info(const std::vector<std::string>& available, int threads);

/// The same in words.
std::string system_info_text(const nlohmann::ordered_json& info);

}  // namespace strata::cli
