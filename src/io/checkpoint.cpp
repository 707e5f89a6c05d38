#include "io/checkpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <new>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/hash.h"
#include "core/number.h"
#include "data/read_file.h"
#include "io/atomic_file.h"
#include "io/json_text.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormatVersion = "1";
constexpr std::string_view kKind = "checkpoint";

// The checksum is the first of the metadata, so that its digits stand at one place in every file. It is the hash of all
// bytes of the file, these digits taken for zeros.
constexpr std::size_t kLengthBytes = 8;
constexpr std::string_view kBeforeDigits = R"({"__metadata__":{"checksum":")";
constexpr std::size_t kDigitsAt = kLengthBytes + kBeforeDigits.size();
constexpr std::string_view kNoDigits = "0000000000000000";
constexpr std::size_t kDigitsEnd = kDigitsAt + kNoDigits.size();

constexpr std::string_view kOffset = "scaler.offset";

/// A tensor to read into.
struct TensorPlace {
  std::string name;
  std::vector<std::size_t> shape;
  std::span<float> values;
};

/// Adds one layer's weight and bias, named with `prefix`. NamedTensor or TensorPlace; const Parameters or not.
template <class Tensor, class SomeParameters>
void add_layer(std::vector<Tensor>& tensors, std::string_view prefix, SomeParameters& parameters, std::size_t layer) {
  const auto weight = parameters.weight(layer);
  tensors.push_back({fmt::format("{}layers.{}.weight", prefix, layer),
                     {weight.rows(), weight.columns()},
                     {weight.data(), weight.rows() * weight.columns()}});
  const auto bias = parameters.bias(layer);
  tensors.push_back({fmt::format("{}layers.{}.bias", prefix, layer), {bias.size()}, bias});
}

template <class Tensor, class SomeParameters>
void add_all_layers(std::vector<Tensor>& tensors, std::string_view prefix, SomeParameters& parameters) {
  for (std::size_t layer = 0; layer < parameters.layers().size(); ++layer) {
    add_layer(tensors, prefix, parameters, layer);
  }
}

/// All tensors of a checkpoint, in the file's order. Of the optimizers' state only what a layer's optimizer has.
template <class Tensor, class Snapshot>
std::vector<Tensor> tensors_of(Snapshot& snapshot, const std::vector<ParameterGroup>& groups) {
  std::vector<Tensor> tensors;
  add_all_layers(tensors, "", snapshot.parameters);
  for (const ParameterGroup& group : groups) {
    const auto slots = group.optimizer.state();
    for (std::size_t s = 0; s < slots.size(); ++s) {
      for (std::size_t layer = group.first; layer <= group.last; ++layer) {
        add_layer(tensors, fmt::format("optimizer.{}.", slots[s].name), snapshot.optimizers.slots[s], layer);
      }
    }
  }
  if (snapshot.state.best_parameters) {
    add_all_layers(tensors, "best.", *snapshot.state.best_parameters);
  }
  tensors.push_back({"scaler.mean", {snapshot.scaler.mean.size()}, snapshot.scaler.mean});
  tensors.push_back({"scaler.scale", {snapshot.scaler.scale.size()}, snapshot.scaler.scale});
  return tensors;
}

std::map<std::string, std::string> metadata_of(const Checkpoint& checkpoint, const RunState& state) {
  std::map<std::string, std::string> metadata{{"checksum", std::string(kNoDigits)},
                                              {"config", json_text(checkpoint.identity.config)},
                                              {"data_hash", checkpoint.identity.data_hash},
                                              {"engine", checkpoint.identity.engine},
                                              {"format_version", std::string(kFormatVersion)},
                                              {"kind", std::string(kKind)},
                                              {"metrics_bytes", fmt::format("{}", checkpoint.metrics_bytes)},
                                              {"options", json_text(checkpoint.identity.options)},
                                              {"state", json_text(to_json(state))},
                                              {"strata_version", STRATA_VERSION}};
  if (!checkpoint.further.is_null()) {
    metadata["further"] = json_text(checkpoint.further);
  }
  return metadata;
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Throws Error(data) unless `content` begins as a checkpoint does and has the checksum that it names.
void check_bytes(std::string_view content, const std::string& name) {
  if (content.size() < kDigitsEnd || content.substr(kLengthBytes, kBeforeDigits.size()) != kBeforeDigits) {
    throw data_error("{}: damaged, or no checkpoint: its {} bytes do not begin with a checksum", name, content.size());
  }
  Hash64 hash;
  hash.update(bytes_of(content.substr(0, kDigitsAt)));
  hash.update(bytes_of(kNoDigits));
  hash.update(bytes_of(content.substr(kDigitsEnd)));
  const std::string_view digits = content.substr(kDigitsAt, kNoDigits.size());
  if (hash.hex() != digits) {
    throw data_error("{}: damaged: its bytes have the checksum {}, but it names {}", name, hash.hex(),
                     quoted_name(digits));
  }
}

SafetensorsFile parse_checked(std::string_view content, const std::string& name) {
  check_bytes(content, name);
  return parse_safetensors(content, name, TensorValues::any);
}

std::string_view text_of(const AlignedVector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const std::string& text(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) {
    throw data_error("metadata {} is missing", key);
  }
  return found->second;
}

void check_kind(const SafetensorsFile& file) {
  if (text(file, "kind") != kKind || text(file, "format_version") != kFormatVersion) {
    throw data_error("it is a {} of format_version {}; expected a {} of {}, as this Strata ({}) reads no other",
                     quoted_name(text(file, "kind")), quoted_name(text(file, "format_version")), kKind, kFormatVersion,
                     STRATA_VERSION);
  }
}

Checkpoint read_content(const SafetensorsFile& file) {
  check_kind(file);
  const auto bytes = parse_number<std::uint64_t>(text(file, "metrics_bytes"));
  if (!bytes) {
    throw data_error("metadata metrics_bytes is {}; expected a whole number", quoted_name(text(file, "metrics_bytes")));
  }
  return {{.options = parse_json(text(file, "options")),
           .config = parse_json(text(file, "config")),
           .engine = text(file, "engine"),
           .data_hash = text(file, "data_hash")},
          *bytes,
          file.metadata.contains("further") ? parse_json(text(file, "further")) : nlohmann::ordered_json()};
}

/// The parts of a checkpoint's file, one after the other, each of which `write` gets as bytes.
template <class Write>
void write_parts(const Checkpoint& checkpoint, const RunSnapshot& snapshot, const std::vector<ParameterGroup>& groups,
                 const std::string& name, const Write& write) {
  auto tensors = tensors_of<NamedTensor>(snapshot, groups);
  if (const std::vector<double>& offset = snapshot.scaler.offset; !offset.empty()) {
    tensors.push_back({std::string(kOffset), {offset.size()}, {}, offset});
  }
  std::string start = safetensors_start(tensors, metadata_of(checkpoint, snapshot.state), name);
  Hash64 hash;
  hash.update(bytes_of(start));
  for (const NamedTensor& tensor : tensors) {
    hash.update(tensor.bytes());
  }
  start.replace(kDigitsAt, kNoDigits.size(), hash.hex());
  write(bytes_of(start));
  for (const NamedTensor& tensor : tensors) {
    write(tensor.bytes());
  }
}

using Json = nlohmann::ordered_json;

/// A whole number that Number holds.
template <class Number>
Number whole(const Json& json, const char* key) {
  const Json& value = json.at(key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::numeric_limits<Number>::max()) {
    throw data_error("{} is {}; expected a whole number", key, value.dump());
  }
  return value.get<Number>();
}

/// What number_json wrote: `missing` stands for the one number without a JSON that can occur.
double number(const Json& json, double missing) { return json.is_null() ? missing : json.get<double>(); }

Json to_json(const EpochMeans& means) {
  const LossSums& sums = means.sums();
  return {{"loss", sums.loss}, {"figure", sums.figure}, {"weight", sums.weight}, {"rows", means.rows()}};
}

/// Runs of before there were other figures than accuracy have the rows that were correct.
double figure_of(const Json& json) {
  return json.contains("figure") ? json.at("figure").get<double>()
                                 : static_cast<double>(whole<std::size_t>(json, "correct"));
}

EpochMeans means_of(const Json& json) {
  const LossSums sums{
      .loss = json.at("loss").get<double>(), .figure = figure_of(json), .weight = json.at("weight").get<double>()};
  return {sums, whole<std::size_t>(json, "rows")};
}

Json to_json(const PlateauState& plateau) {
  return {{"best", number_json(plateau.best)},
          {"waited", plateau.waited},
          {"cooldown", plateau.cooldown},
          {"cuts", plateau.cuts}};
}

PlateauState plateau_of(const Json& json) {
  return {.best = number(json.at("best"), std::numeric_limits<double>::infinity()),
          .waited = whole<std::uint64_t>(json, "waited"),
          .cooldown = whole<std::uint64_t>(json, "cooldown"),
          .cuts = whole<std::uint32_t>(json, "cuts")};
}

Json to_json(const Validation& validation) {
  Json json{{"loss", validation.loss}};
  for (const auto& [name, value] : validation.figures) {
    json[name] = value;
  }
  return json;
}

Validation validation_of(const Json& json) {
  Validation validation{.loss = json.at("loss").get<double>(), .figures = {}};
  for (const auto& [name, value] : json.items()) {
    const FigureEntry* entry = find_figure_entry(name);
    if (entry == nullptr) {
      throw data_error("{} is no figure that this version knows", name);
    }
    if (entry->name != "loss") {
      validation.figures.push_back({entry->name, value.get<double>()});
    }
  }
  return validation;
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint, const RunSnapshot& snapshot,
                      const std::vector<ParameterGroup>& groups) {
  AtomicFile file(path);
  write_parts(checkpoint, snapshot, groups, path.string(),
              [&](std::span<const std::byte> bytes) { file.write(bytes); });
  file.commit();
}

std::string checkpoint_bytes(const Checkpoint& checkpoint, const RunSnapshot& snapshot,
                             const std::vector<ParameterGroup>& groups) {
  std::string content;
  write_parts(checkpoint, snapshot, groups, "the snapshot", [&](std::span<const std::byte> bytes) {
    content.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  });
  return content;
}

CheckpointFile::CheckpointFile(const std::filesystem::path& path)
    : CheckpointFile(text_of(read_file(path)), path.string()) {}

CheckpointFile::CheckpointFile(std::string_view content, std::string name)
    : name_(std::move(name)), file_(parse_checked(content, name_)) {
  try {
    content_ = read_content(file_);
    state_ = run_state(parse_json(text(file_, "state")));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {  // ours or nlohmann's, without the file's name
    throw data_error("{}: {}", name_, error.what());
  }
}

RunSnapshot CheckpointFile::snapshot(const ModelSpec& model, const std::vector<ParameterGroup>& groups) const {
  RunSnapshot snapshot{state_, Parameters(model.layers()), initial_state(model.layers(), groups),
                       Scaler{std::vector<float>(model.inputs), std::vector<float>(model.inputs)}};
  if (file_.tensors.contains("best.layers.0.weight")) {
    snapshot.state.best_parameters.emplace(model.layers());
  }
  const auto places = tensors_of<TensorPlace>(snapshot, groups);
  for (const TensorPlace& place : places) {
    const auto found = file_.tensors.find(place.name);
    if (found == file_.tensors.end() || found->second.shape != place.shape || found->second.type != TensorType::f32) {
      throw data_error("{}: tensor {} {}; expected the shape ({}); is it the checkpoint of another run?", name_,
                       place.name, found == file_.tensors.end() ? "is missing" : "has another shape",
                       fmt::join(place.shape, ", "));
    }
    std::ranges::copy(found->second.values, place.values.begin());
  }
  std::size_t known = places.size();
  if (const auto found = file_.tensors.find(std::string(kOffset)); found != file_.tensors.end()) {
    snapshot.scaler.offset = found->second.doubles;  // compared with the data's, as all of the scaler is
    ++known;
  }
  if (file_.tensors.size() != known) {
    throw data_error("{}: it has {} tensors; expected {}; is it the checkpoint of another run?", name_,
                     file_.tensors.size(), known);
  }
  return snapshot;
}

Json to_json(const RunState& state) {
  Json json{{"epochs", state.epochs},
            {"global_step", state.global_step},
            {"means", to_json(state.means)},
            {"update_ratios", Json::array()},
            {"plateaus", Json::array()}};
  if (state.earlier_updates > 0) {
    json["earlier_updates"] = state.earlier_updates;
  }
  for (const double ratio : state.update_ratios) {
    json["update_ratios"].push_back(number_json(ratio));
  }
  for (const PlateauState& plateau : state.plateaus) {
    json["plateaus"].push_back(to_json(plateau));
  }
  if (state.validation) {
    json["validation"] = to_json(*state.validation);
  }
  json["best"] = {
      {"epoch", state.best.epoch}, {"validation", to_json(state.best.validation)}, {"waited", state.best.waited}};
  if (state.patience) {
    const auto& [reference, waited] = *state.patience;
    json["patience"] = {{"reference", reference ? Json(*reference) : Json()}, {"waited", waited}};
  }
  json["seconds"] = state.seconds;
  json["epoch_seconds"] = state.epoch_seconds;
  return json;
}

RunState run_state(const Json& json) {
  RunState state;
  state.epochs = whole<std::uint32_t>(json, "epochs");
  state.global_step = whole<std::uint64_t>(json, "global_step");
  if (json.contains("earlier_updates")) {
    state.earlier_updates = whole<std::uint64_t>(json, "earlier_updates");
  }
  state.means = means_of(json.at("means"));
  for (const Json& ratio : json.at("update_ratios")) {
    state.update_ratios.push_back(number(ratio, std::numeric_limits<double>::quiet_NaN()));
  }
  for (const Json& plateau : json.at("plateaus")) {
    state.plateaus.push_back(plateau_of(plateau));
  }
  if (json.contains("validation")) {
    state.validation = validation_of(json.at("validation"));
  }
  const Json& best = json.at("best");
  state.best = {whole<std::uint32_t>(best, "epoch"), validation_of(best.at("validation")),
                whole<std::uint32_t>(best, "waited")};
  if (json.contains("patience")) {
    const Json& patience = json.at("patience");
    const Json& reference = patience.at("reference");
    state.patience = Patience{reference.is_null() ? std::nullopt : std::optional(reference.get<double>()),
                              whole<std::uint32_t>(patience, "waited")};
  }
  state.seconds = json.at("seconds").get<double>();
  state.epoch_seconds = json.at("epoch_seconds").get<double>();
  return state;
}

}  // namespace strata
