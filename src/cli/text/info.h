// What `strata info` says of a model, of a data set and of this machine; and `strata --version`.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "kernels/bf16.h"
#include "kernels/instruction_set.h"

namespace strata::cli {

/// Of what model_info (run/info.h) has.
std::string model_info_text(const nlohmann::ordered_json& info);

/// Of what data_info (run/info.h) has, and its member `notes`, which the command adds: lines of training_notes.
std::string data_info_text(const nlohmann::ordered_json& info);

/// Of what look_info (run/info.h) has, options spelled as they are typed, and the `command` to train with, if there is
/// one.
std::string look_info_text(const nlohmann::ordered_json& info);

/// `cpu` (`model`, `cores`, `cpus`, `caches`), `threads`, `instruction_sets` (`available`, `strata` and
/// `onednn`: in use), `engine` (which auto takes), `versions`, and `primitives`: for each precision and each layer of
/// the default network at its batch size, what oneDNN takes for each operation; `bf16_speed`, [least, most], where bf16
/// is known to be slower. `newest`: the newest instruction set to use, which the process then keeps to. `threads`:
/// those that compute.
nlohmann::ordered_json system_info(kernels::InstructionSet newest, int threads);

std::string system_info_text(const nlohmann::ordered_json& info);

/// That bf16 does not pay on this CPU.
std::string slow_bf16_text(const kernels::Bf16Speed& speed);

/// Strata, oneDNN, TBB, MPI and the instruction set in use, a line each.
std::string version_text();

}  // namespace strata::cli
