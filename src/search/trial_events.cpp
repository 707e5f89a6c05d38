#include "search/trial_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/number.h"
#include "io/atomic_file.h"
#include "io/event_records.h"

namespace strata {

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// Whether every value is a number, so that it can be drawn along an axis.
bool is_numeric(const Axis& axis) {
  return std::ranges::all_of(axis.values, [](const std::string& text) {
    const auto number = parse_number<double>(text);
    return number && std::isfinite(*number);
  });
}

Hyperparameter hyperparameter(const Axis& axis) {
  Hyperparameter result{.name = axis.name, .numeric = is_numeric(axis), .values = axis.values};
  if (axis.values.empty() && axis.range) {
    result.range = {axis.range->first, axis.range->last};
  }
  return result;
}

/// The trial's value on each axis that applies to it.
ordered_json varied_options(const TrialRecord& record, const std::vector<Axis>& axes) {
  ordered_json options = ordered_json::object();
  for (const Axis& axis : axes) {
    if (const std::string_view value = value_at(record.point, axis.name); !value.empty()) {
      options[axis.name] = hyperparameter_value(std::string(value), is_numeric(axis));
    }
  }
  return options;
}

/// The same for trials that differ in nothing but the seed.
std::string group_of(const TrialRecord& record) {
  ordered_json options = record.options;
  options.erase("seed");
  return trial_key(options);
}

/// Each figure of that epoch (from 0) under `type`.
std::vector<Scalar> figures_at(const Curve& curve, std::size_t epoch, std::string_view type) {
  std::vector<Scalar> scalars;
  for (const auto& [name, values] : curve) {
    if (epoch < values.size() && !std::isnan(values[epoch])) {
      scalars.push_back({fmt::format("{}/{}", type, name), values[epoch]});
    }
  }
  return scalars;
}

std::size_t epochs_of(const Curve& curve) {
  std::size_t epochs = 0;
  for (const auto& [name, values] : curve) {
    epochs = std::max(epochs, values.size());
  }
  return epochs;
}

std::string figures_events(const TrialRecord& record, Monitor monitor, double time) {
  std::string events;
  const std::size_t epochs = epochs_of(record.curve);
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    events += scalars_event(time, epoch + 1, figures_at(record.curve, epoch, "epoch"));
  }
  if (const auto best = best_epoch(record, monitor)) {
    events += scalars_event(time, *best, figures_at(record.curve, *best - 1, "best"));
  }
  std::vector<Scalar> last;
  for (const auto& [name, value] : record.figures) {
    last.push_back({fmt::format("final/{}", name), value});
  }
  return events + scalars_event(time, epochs, last);
}

void write_file(const fs::path& path, const std::string& records) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) {
    throw failed_error("cannot make folder {}: {}", path.parent_path().string(), error.message());
  }
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(records)));
  file.commit();
}

/// One file a folder: its name need not order it.
fs::path event_file(const fs::path& folder) { return folder / event_file_name("strata"); }

/// What trials are compared by: the best epoch's figure first.
std::vector<std::string> metrics(Monitor monitor) {
  std::vector<std::string> tags{fmt::format("best/{}", monitor_name(monitor))};
  for (const char* name : {"val_loss", "val_accuracy", "train_loss", "train_accuracy"}) {
    tags.push_back(fmt::format("epoch/{}", name));
  }
  return tags;
}

}  // namespace

TrialEvents::TrialEvents(fs::path folder, std::vector<Axis> axes, Monitor monitor)
    : folder_(std::move(folder)), axes_(std::move(axes)), monitor_(monitor) {
  std::vector<Hyperparameter> hyperparameters;
  hyperparameters.reserve(axes_.size());
  std::ranges::transform(axes_, std::back_inserter(hyperparameters), hyperparameter);
  const double time = wall_time();
  write_file(event_file(folder_), event_file_head(time) + experiment_event(time, hyperparameters, metrics(monitor)));
}

void TrialEvents::write(const TrialRecord& record) const {
  const fs::path path = event_file(folder_ / record.key);
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    return;
  }
  const double end = wall_time();
  const double start = end - record.seconds;
  const ordered_json options = varied_options(record, axes_);
  write_file(path, event_file_head(start) + session_start_event(start, {options, group_of(record)}) +
                       figures_events(record, monitor_, end) +
                       session_end_event(end, record.status == TrialStatus::completed));
}

}  // namespace strata
