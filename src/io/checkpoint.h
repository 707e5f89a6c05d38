// A run at one moment as a safetensors file, from which it goes on as if it had never stopped: docs/formats.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "io/safetensors.h"
#include "optim/parameter_group.h"
#include "train/run_state.h"

namespace strata {

/// Whose checkpoint it is: what the run that goes on from it must have in common with the one that wrote it.
struct RunIdentity {
  nlohmann::ordered_json options;  ///< with which the run goes on: an object; of earlier versions a list of words
  nlohmann::ordered_json config;   ///< every option that shapes the run, as config.json has it
  std::string engine;              ///< Trainer::engine_name()
  std::string data_hash;           ///< data_hash() of its data
};

struct Checkpoint {
  RunIdentity identity;
  std::uint64_t metrics_bytes = 0;   ///< what metrics.jsonl held by then
  nlohmann::ordered_json further{};  ///< an object that whoever keeps it adds; null: nothing
};

/// Writes the file whole or not at all, and durably. Throws Error(failed) naming it.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint, const RunSnapshot& snapshot,
                      const std::vector<ParameterGroup>& groups);
/// Such a file's bytes.
std::string checkpoint_bytes(const Checkpoint& checkpoint, const RunSnapshot& snapshot,
                             const std::vector<ParameterGroup>& groups);

/// A checkpoint that has been read; its checksum is that of its bytes.
class CheckpointFile {
 public:
  /// Throws Error(data), naming the file and what is wrong with it: no file, no checkpoint, another format_version,
  /// a checksum that its bytes do not have, values that no run can have.
  explicit CheckpointFile(const std::filesystem::path& path);
  /// The same of a file's bytes; `name` is the file's, for messages.
  CheckpointFile(std::string_view content, std::string name);

  const std::string& name() const { return name_; }
  const Checkpoint& content() const { return content_; }
  const RunState& state() const { return state_; }  ///< without best_parameters

  /// The snapshot of a run of that network and those groups. Throws Error(data), naming the file and the tensor, if
  /// tensors are missing, of another shape, or more than those.
  RunSnapshot snapshot(const ModelSpec& model, const std::vector<ParameterGroup>& groups) const;

 private:
  std::string name_;
  SafetensorsFile file_;
  Checkpoint content_;
  RunState state_;
};

/// Everything but best_parameters, as a checkpoint keeps it. Numbers read back exactly.
nlohmann::ordered_json to_json(const RunState& state);

/// Reads what to_json wrote. Throws Error(data) or nlohmann's exceptions for anything else.
RunState run_state(const nlohmann::ordered_json& json);

}  // namespace strata
