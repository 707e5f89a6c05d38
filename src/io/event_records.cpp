#include "io/event_records.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/number.h"
#include "io/json_text.h"
#include "io/wire_message.h"

namespace strata {

namespace {

constexpr std::uint32_t kReflectedPolynomial = 0x82f63b78;
constexpr std::uint32_t kByte = 0xff;

/// The remainder of each byte.
constexpr std::array<std::uint32_t, 256> remainders() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? kReflectedPolynomial : 0);
    }
    table[byte] = remainder;
  }
  return table;
}

constexpr auto kRemainders = remainders();

using nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "records hold their numbers as this machine does");

template <class Number>
void append_bytes(std::string& text, Number number) {
  text.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

/// A CRC that is stored beside what it covers, so that a CRC over both is no special value.
std::uint32_t masked_crc(std::string_view bytes) {
  constexpr std::uint32_t kMaskDelta = 0xa282ead8;
  return std::rotr(crc32c(bytes), 15) + kMaskDelta;
}

/// A TFRecord: the length and its CRC, the content and its CRC.
std::string framed(const std::string& content) {
  std::string record;
  append_bytes(record, std::uint64_t{content.size()});
  append_bytes(record, masked_crc(record));
  record += content;
  append_bytes(record, masked_crc(content));
  return record;
}

// Field numbers are TensorBoard's (github.com/tensorflow/tensorboard: compat/proto/event.proto and summary.proto,
// plugins/hparams/*.proto).
namespace event {
constexpr int kWallTime = 1;  // seconds since 1970
constexpr int kStep = 2;
constexpr int kFileVersion = 3;
constexpr int kSummary = 5;
constexpr int kSessionLog = 7;
}  // namespace event
namespace summary {
constexpr int kValue = 1;
constexpr int kTag = 1;
constexpr int kSimpleValue = 2;
constexpr int kMetadata = 9;
constexpr int kPluginData = 1;
constexpr int kPluginName = 1;
constexpr int kPluginContent = 2;
}  // namespace summary
namespace session_log {
constexpr int kStatus = 1;
constexpr int kStart = 1;
}  // namespace session_log
namespace hparams {
constexpr int kExperiment = 2;
constexpr int kSessionStart = 3;
constexpr int kSessionEnd = 4;
}  // namespace hparams
namespace experiment {
constexpr int kTimeCreated = 3;
constexpr int kHparamInfos = 4;
constexpr int kMetricInfos = 5;
constexpr int kMetricName = 1;
constexpr int kMetricTag = 2;
}  // namespace experiment
namespace hparam_info {
constexpr int kName = 1;
constexpr int kType = 4;
constexpr int kTypeString = 1;
constexpr int kTypeNumber = 3;
constexpr int kDiscrete = 5;
constexpr int kDiscreteValues = 1;
constexpr int kInterval = 6;
constexpr int kMinimum = 1;
constexpr int kMaximum = 2;
}  // namespace hparam_info
namespace session_start {
constexpr int kHparams = 1;
constexpr int kKey = 1;
constexpr int kMappedValue = 2;
constexpr int kGroupName = 4;
constexpr int kStartTime = 5;
}  // namespace session_start
namespace session_end {
constexpr int kStatus = 1;
constexpr int kSuccess = 1;
constexpr int kFailure = 2;
constexpr int kEndTime = 2;
}  // namespace session_end

WireMessage event_at(double time, std::uint64_t step) {
  WireMessage event;
  event.number(event::kWallTime, time);
  event.integer(event::kStep, static_cast<std::int64_t>(step));
  return event;
}

/// The HParams plugin finds its content, the field `what` of its message, in the metadata of values that have this tag
/// and nothing else.
std::string hparams_event(double time, const std::string& tag, int what, const WireMessage& content) {
  WireMessage hparams;
  hparams.message(what, content);
  WireMessage plugin_data;
  plugin_data.text(summary::kPluginName, "hparams");
  plugin_data.message(summary::kPluginContent, hparams);
  WireMessage metadata;
  metadata.message(summary::kPluginData, plugin_data);
  WireMessage value;
  value.text(summary::kTag, "_hparams_/" + tag);
  value.message(summary::kMetadata, metadata);
  WireMessage summary;
  summary.message(summary::kValue, value);
  WireMessage event = event_at(time, 0);
  event.message(event::kSummary, summary);
  return framed(event.bytes());
}

/// What is google.protobuf.Value on the wire.
WireMessage to_value(const ordered_json& json) {
  constexpr int kNumber = 2;
  constexpr int kString = 3;
  constexpr int kBool = 4;
  WireMessage value;
  if (json.is_boolean()) {
    value.integer(kBool, json.get<bool>() ? 1 : 0);
  } else if (json.is_number()) {
    value.number(kNumber, json.get<double>());
  } else {
    value.text(kString, json.is_string() ? json.get<std::string>() : json_text(json));
  }
  return value;
}

WireMessage to_info(const Hyperparameter& hyperparameter) {
  WireMessage info;
  info.text(hparam_info::kName, hyperparameter.name);
  info.integer(hparam_info::kType, hyperparameter.numeric ? hparam_info::kTypeNumber : hparam_info::kTypeString);
  WireMessage domain;
  if (hyperparameter.range) {
    domain.number(hparam_info::kMinimum, hyperparameter.range->first);
    domain.number(hparam_info::kMaximum, hyperparameter.range->second);
    info.message(hparam_info::kInterval, domain);
  } else if (!hyperparameter.values.empty()) {
    for (const std::string& text : hyperparameter.values) {
      domain.message(hparam_info::kDiscreteValues, to_value(hyperparameter_value(text, hyperparameter.numeric)));
    }
    info.message(hparam_info::kDiscrete, domain);
  }
  return info;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const char c : bytes) {
    crc = (crc >> 8) ^ kRemainders[(crc ^ static_cast<unsigned char>(c)) & kByte];
  }
  return ~crc;
}

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string event_file_name(std::string_view suffix) { return fmt::format("events.out.tfevents.{}", suffix); }

std::string event_file_head(double time) {
  WireMessage event = event_at(time, 0);
  event.text(event::kFileVersion, "brain.Event:2");
  return framed(event.bytes());
}

std::string scalars_event(double time, std::uint64_t step, std::span<const Scalar> scalars) {
  WireMessage summary;
  for (const Scalar& scalar : scalars) {
    WireMessage value;
    value.text(summary::kTag, scalar.tag);
    value.number(summary::kSimpleValue, static_cast<float>(scalar.value));
    summary.message(summary::kValue, value);
  }
  WireMessage event = event_at(time, step);
  event.message(event::kSummary, summary);
  return framed(event.bytes());
}

std::string start_event(double time, std::uint64_t step) {
  WireMessage log;
  log.integer(session_log::kStatus, session_log::kStart);
  WireMessage event = event_at(time, step);
  event.message(event::kSessionLog, log);
  return framed(event.bytes());
}

std::string session_start_event(double time, const Session& session) {
  WireMessage start;
  for (const auto& [name, value] : session.options.items()) {
    WireMessage option;
    option.text(session_start::kKey, name);
    option.message(session_start::kMappedValue, to_value(value));
    start.message(session_start::kHparams, option);
  }
  start.text(session_start::kGroupName, session.group);
  start.number(session_start::kStartTime, time);
  return hparams_event(time, "session_start_info", hparams::kSessionStart, start);
}

std::string session_end_event(double time, bool success) {
  WireMessage end;
  end.integer(session_end::kStatus, success ? session_end::kSuccess : session_end::kFailure);
  end.number(session_end::kEndTime, time);
  return hparams_event(time, "session_end_info", hparams::kSessionEnd, end);
}

std::string experiment_event(double time, std::span<const Hyperparameter> hyperparameters,
                             std::span<const std::string> metrics) {
  WireMessage experiment;
  experiment.number(experiment::kTimeCreated, time);
  for (const Hyperparameter& hyperparameter : hyperparameters) {
    experiment.message(experiment::kHparamInfos, to_info(hyperparameter));
  }
  for (const std::string& metric : metrics) {
    WireMessage name;
    name.text(experiment::kMetricTag, metric);
    WireMessage info;
    info.message(experiment::kMetricName, name);
    experiment.message(experiment::kMetricInfos, info);
  }
  return hparams_event(time, "experiment", hparams::kExperiment, experiment);
}

ordered_json hyperparameter_value(const std::string& text, bool numeric) {
  const auto number = numeric ? parse_number<double>(text) : std::nullopt;
  return number ? ordered_json(*number) : ordered_json(text);
}

}  // namespace strata
