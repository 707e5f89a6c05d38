#include "search/trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/field.h"
#include "core/hash.h"
#include "core/text.h"
#include "io/json_text.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> kStatusNames{"completed", "diverged", "failed"};

double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

/// All figures of one epoch.
Json epoch_json(const Curve& curve, std::uint32_t epoch) {
  Json json{{"epoch", epoch}};
  for (const auto& [name, values] : curve) {
    json[name] = number_json(values[epoch - 1]);
  }
  return json;
}

TrialStatus status_named(const std::string& name) {
  const auto found = std::ranges::find(kStatusNames, name);
  if (found == kStatusNames.end()) {
    throw data_error("unknown status '{}'", name);
  }
  return static_cast<TrialStatus>(found - kStatusNames.begin());
}

/// Where the numbers stopped being finite, at which rates, and what the loss was before.
std::string reason(const Divergence& divergence, double finite_loss) {
  std::string rates;
  for (const auto& [group, rate] : divergence.learning_rates) {
    rates += fmt::format("{}{} {}", rates.empty() ? "" : ", ", group, rate);
  }
  return fmt::format("{}; epoch {}, learning rates {}; the last finite loss was {:.4g}", divergence_place(divergence),
                     divergence.epoch, rates, finite_loss);
}

}  // namespace

Json to_json(const Point& point) {
  Json json = Json::object();
  for (const auto& [name, value] : point) {
    json[name] = value;
  }
  return json;
}

std::string trial_key(const Json& options) {
  const std::string text = json_text(options);
  Hash64 hash;
  hash.update(std::as_bytes(std::span(text)));
  return hash.hex();
}

std::string_view status_name(TrialStatus status) { return kStatusNames[static_cast<std::size_t>(status)]; }

std::optional<std::uint32_t> best_epoch(const TrialRecord& record, Monitor monitor) {
  const auto found = record.curve.find(std::string(monitor_name(monitor)));
  if (found == record.curve.end()) {
    return std::nullopt;
  }
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < found->second.size(); ++i) {
    const double value = found->second[i];
    if (std::isfinite(value) && (!best || is_better(monitor, value, found->second[*best]))) {
      best = i;
    }
  }
  return best ? std::optional(static_cast<std::uint32_t>(*best + 1)) : std::nullopt;
}

std::optional<double> best_value(const TrialRecord& record, Monitor monitor) {
  const auto epoch = best_epoch(record, monitor);
  return epoch ? std::optional(record.curve.at(std::string(monitor_name(monitor)))[*epoch - 1]) : std::nullopt;
}

Json to_json(const TrialRecord& record, Monitor monitor) {
  Json json{{"key", record.key}, {"varied", to_json(record.point)}, {"status", status_name(record.status)}};
  if (!record.reason.empty()) {
    json["reason"] = plain(record.reason);
  }
  json["steps"] = record.steps;
  json["seconds"] = number_json(record.seconds);
  if (!record.weights_hash.empty()) {
    json["weights_hash"] = record.weights_hash;
  }
  if (!record.best_weights_hash.empty()) {
    json["best_weights_hash"] = record.best_weights_hash;
  }
  json["final"] = Json::object();
  for (const auto& [name, value] : record.figures) {
    json["final"][name] = number_json(value);
  }
  if (const auto epoch = best_epoch(record, monitor)) {
    json["best"] = epoch_json(record.curve, *epoch);
  }
  json["curve"] = Json::object();
  for (const auto& [name, values] : record.curve) {
    json["curve"][name] = numbers_json(values);
  }
  json["options"] = record.options;
  if (!record.best_command.empty()) {
    json["best_command"] = record.best_command;
  }
  json["command"] = record.command;
  return json;
}

TrialRecord trial_record(const Json& json) {
  TrialRecord record;
  record.key = json.at("key").get<std::string>();
  for (const auto& [name, value] : json.at("varied").items()) {
    record.point.emplace_back(name, value.get<std::string>());
  }
  record.status = status_named(json.at("status").get<std::string>());
  record.reason = json.value("reason", "");
  record.steps = json.at("steps").get<std::uint64_t>();
  record.seconds = number(json.at("seconds"));
  record.weights_hash = json.value("weights_hash", "");
  record.best_weights_hash = json.value("best_weights_hash", "");
  for (const auto& [name, value] : json.at("final").items()) {
    record.figures[name] = number(value);
  }
  for (const auto& [name, values] : json.at("curve").items()) {
    for (const Json& value : values) {
      record.curve[name].push_back(number(value));
    }
  }
  record.options = json.at("options");
  record.command = json.at("command").get<std::string>();
  record.best_command = json.value("best_command", "");
  if (trial_key(record.options) != record.key) {
    throw data_error("the key is not that of the options");
  }
  return record;
}

void TrialObserver::on_step(const StepInfo& step) {
  steps_ = step.global_step;
  finite_loss_ = std::isfinite(step.loss) ? step.loss : finite_loss_;
}

void TrialObserver::on_epoch(const EpochInfo& epoch) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  best_weights_hash_ = epoch.weights_hash.empty() ? best_weights_hash_ : epoch.weights_hash;
  for (const auto& [name, value] : figures_of(epoch)) {
    std::vector<double>& values = curve_[name];
    values.resize(epoch.epoch - 1, kNone);  // epochs that lacked it
    values.push_back(value);
  }
  for (auto& [name, values] : curve_) {
    values.resize(epoch.epoch, kNone);
  }
}

TrialRecord TrialObserver::record(const Trial& trial, const RunResult& result) const {
  TrialRecord record = empty_record(trial);
  if (result.status == RunStatus::diverged) {
    record.status = TrialStatus::diverged;
    record.reason = reason(result.divergence.value(), finite_loss_);
  }
  record.seconds = result.seconds;
  record.weights_hash = result.weights_hash;
  record.figures = figures_of(result);
  return record;
}

TrialRecord TrialObserver::failure(const Trial& trial, const std::string& reason) const {
  TrialRecord record = empty_record(trial);
  record.status = TrialStatus::failed;
  record.reason = utf8_text(reason);
  return record;
}

TrialRecord TrialObserver::empty_record(const Trial& trial) const {
  TrialRecord record;
  record.key = trial.key;
  record.point = trial.point;
  record.options = trial.options;
  record.command = trial.command;
  record.best_command = trial.best_command;
  record.best_weights_hash = best_weights_hash_;
  record.steps = steps_;
  record.curve = curve_;
  return record;
}

}  // namespace strata
