// Fuzz target: checkpoints; their checksum is made right, so that what they say is looked at.
#include "io/checkpoint.h"

#include <nlohmann/json.hpp>
#include <string>

#include "core/hash.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/safetensors_parts.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

/// The content with the checksum of its bytes, if it has a place for one.
std::string with_checksum(std::string content) {
  constexpr std::string_view kBefore = R"({"__metadata__":{"checksum":")";
  constexpr std::size_t kAt = 8 + kBefore.size();
  constexpr std::size_t kDigits = 16;
  if (content.size() >= kAt + kDigits && content.compare(8, kBefore.size(), kBefore) == 0) {
    content.replace(kAt, kDigits, kDigits, '0');
    Hash64 hash;
    hash.update(std::as_bytes(std::span(content)));
    content.replace(kAt, kDigits, hash.hex());
  }
  return content;
}

/// The run whose checkpoints the seeds are.
std::vector<ParameterGroup> groups() {
  static const auto kGroups = lower_upper_groups(
      2, 1, parse_optimizer("sgd,lr=0.05,momentum=0.9,schedule=plateau,patience=1", Convention::keras, "--lower"),
      parse_optimizer("adam", Convention::keras, "--upper"));
  return kGroups;
}

void check_state(const RunState& state) {
  const auto json = to_json(state);
  require(to_json(run_state(json)) == json, "a state, written again, reads equal");
}

void check_snapshot(const CheckpointFile& file) {
  const ModelSpec model{2, {2}, 2, {kernels::ActivationKind::relu, 0}};
  const auto snapshot = read_data([&] { return file.snapshot(model, groups()); });
  if (snapshot) {
    require(snapshot->parameters.values().size() == Parameters(model.layers()).values().size(),
            "a snapshot is of the network that was asked for");
    require(snapshot->scaler.mean.size() == model.inputs, "a snapshot's scaler is of the network's inputs");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string content = with_checksum(safetensors_content({data, size}));
  const auto file = read_data([&] { return CheckpointFile(content, kName); });
  if (file) {
    check_state(file->state());
    check_snapshot(*file);
  }
  return 0;
}
