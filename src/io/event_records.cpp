#include "io/event_records.h"

#include <fmt/format.h>
#include <tensorboard.pb.h>

#include <bit>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/number.h"
#include "io/crc32c.h"

namespace strata {

namespace {

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

tensorboard::Event event_at(double time, std::uint64_t step) {
  tensorboard::Event event;
  event.set_wall_time(time);
  event.set_step(static_cast<std::int64_t>(step));
  return event;
}

/// The HParams plugin finds its content in the metadata of values that have this tag and nothing else.
std::string hparams_event(double time, const std::string& tag, const tensorboard::HParams& content) {
  tensorboard::Event event = event_at(time, 0);
  tensorboard::SummaryValue& value = *event.mutable_summary()->add_value();
  value.set_tag("_hparams_/" + tag);
  tensorboard::PluginData& data = *value.mutable_metadata()->mutable_plugin_data();
  data.set_plugin_name("hparams");
  data.set_content(content.SerializeAsString());
  return framed(event.SerializeAsString());
}

tensorboard::HParamValue to_value(const ordered_json& json) {
  tensorboard::HParamValue value;
  if (json.is_boolean()) {
    value.set_bool_value(json.get<bool>());
  } else if (json.is_number()) {
    value.set_number_value(json.get<double>());
  } else if (json.is_string()) {
    value.set_string_value(json.get<std::string>());
  } else {
    value.set_string_value(json.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  }
  return value;
}

tensorboard::HParamInfo to_info(const Hyperparameter& hyperparameter) {
  tensorboard::HParamInfo info;
  info.set_name(hyperparameter.name);
  info.set_type(hyperparameter.numeric ? tensorboard::HParamInfo::FLOAT64 : tensorboard::HParamInfo::STRING);
  if (hyperparameter.range) {
    info.mutable_domain_interval()->set_min_value(hyperparameter.range->first);
    info.mutable_domain_interval()->set_max_value(hyperparameter.range->second);
  } else {
    for (const std::string& text : hyperparameter.values) {
      *info.mutable_domain_discrete()->add_values() = to_value(hyperparameter_value(text, hyperparameter.numeric));
    }
  }
  return info;
}

}  // namespace

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string event_file_name(std::string_view suffix) { return fmt::format("events.out.tfevents.{}", suffix); }

std::string event_file_head(double time) {
  tensorboard::Event event = event_at(time, 0);
  event.set_file_version("brain.Event:2");
  return framed(event.SerializeAsString());
}

std::string scalars_event(double time, std::uint64_t step, std::span<const Scalar> scalars) {
  tensorboard::Event event = event_at(time, step);
  for (const Scalar& scalar : scalars) {
    tensorboard::SummaryValue& value = *event.mutable_summary()->add_value();
    value.set_tag(scalar.tag);
    value.set_simple_value(static_cast<float>(scalar.value));
  }
  return framed(event.SerializeAsString());
}

std::string start_event(double time, std::uint64_t step) {
  tensorboard::Event event = event_at(time, step);
  event.mutable_session_log()->set_status(tensorboard::SessionLog::START);
  return framed(event.SerializeAsString());
}

std::string session_start_event(double time, const Session& session) {
  tensorboard::HParams content;
  tensorboard::SessionStart& start = *content.mutable_session_start_info();
  for (const auto& [name, value] : session.options.items()) {
    (*start.mutable_hparams())[name] = to_value(value);
  }
  start.set_group_name(session.group);
  start.set_start_time_secs(time);
  return hparams_event(time, "session_start_info", content);
}

std::string session_end_event(double time, bool success) {
  tensorboard::HParams content;
  tensorboard::SessionEnd& end = *content.mutable_session_end_info();
  end.set_status(success ? tensorboard::SessionEnd::SUCCESS : tensorboard::SessionEnd::FAILURE);
  end.set_end_time_secs(time);
  return hparams_event(time, "session_end_info", content);
}

std::string experiment_event(double time, std::span<const Hyperparameter> hyperparameters,
                             std::span<const std::string> metrics) {
  tensorboard::HParams content;
  tensorboard::Experiment& experiment = *content.mutable_experiment();
  experiment.set_time_created_secs(time);
  for (const Hyperparameter& hyperparameter : hyperparameters) {
    *experiment.add_hparam_infos() = to_info(hyperparameter);
  }
  for (const std::string& metric : metrics) {
    experiment.add_metric_infos()->mutable_name()->set_tag(metric);
  }
  return hparams_event(time, "experiment", content);
}

ordered_json hyperparameter_value(const std::string& text, bool numeric) {
  const auto number = numeric ? parse_number<double>(text) : std::nullopt;
  return number ? ordered_json(*number) : ordered_json(text);
}

}  // namespace strata
