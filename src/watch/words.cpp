#include "watch/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/figure.h"
#include "core/text.h"
#include "search/ranking.h"
#include "watch/progress_line.h"

namespace strata::watch {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

std::string steps_text(const FollowedRun& run) {
  return run.expected_steps > 0
             ? fmt::format("{} of {} steps", grouped_digits(run.steps), grouped_digits(run.expected_steps))
             : fmt::format("{} steps", grouped_digits(run.steps));
}

/// What a diverged run's result says of where that was.
std::string divergence_text(const FollowedRun& run) {
  const auto found = run.result.find("divergence");
  if (found == run.result.end()) {
    return "";
  }
  std::string text = fmt::format(" in epoch {}, step {}", count_in(*found, "epoch"), count_in(*found, "step"));
  if (found->contains("layer")) {
    text += fmt::format(", {} of layer {}", text_in(*found, "values"), count_in(*found, "layer"));
  }
  return text;
}

/// The figures' names after `val_`, the loss first, then the quick one.
std::vector<std::string> figures_shown(const FollowedRun& run) {
  std::vector<std::string> names{"loss"};
  if (!run.quick().empty()) {
    names.emplace_back(run.quick());
  }
  for (const Json* line : {&run.epoch, &run.result}) {
    if (!line->is_object()) {
      continue;
    }
    for (const auto& [key, value] : line->items()) {
      for (const std::string_view part : {"train_", "val_", "test_"}) {
        const std::string name = key.substr(std::min(key.size(), part.size()));
        if (value.is_number() && key.starts_with(part) && find_figure_entry(name) != nullptr &&
            std::ranges::find(names, name) == names.end()) {
          names.push_back(name);
        }
      }
    }
  }
  return names;
}

/// A row of figures: of a part, in a line of the metrics.
std::vector<std::string> figure_row(const std::string& part, const Json& line, const std::vector<std::string>& names) {
  std::vector<std::string> row{part};
  for (const std::string& name : names) {
    row.push_back(figure_text(name, number_in(line, fmt::format("{}_{}", part, name))));
  }
  return row;
}

/// Of the epoch so far, as the last step's line has it.
std::vector<std::string> step_row(const FollowedRun& run, const std::vector<std::string>& names) {
  std::vector<std::string> row{"train"};
  for (const std::string& name : names) {
    const bool known = run.step && (name == "loss" || name == run.quick());
    row.push_back(known ? figure_text(name, name == "loss" ? run.step->mean_loss : run.step->mean_figure) : "-");
  }
  return row;
}

std::string best_text(const FollowedRun& run) {
  const std::uint64_t best = count_in(run.epoch, "best_epoch");
  if (best == 0 || !run.best_value) {
    return "";
  }
  const std::string monitor = run.config.value("monitor", "val_loss");
  return fmt::format("best {} {}, epoch {}", part_figure_name(monitor),
                     figure_text(monitor.substr(monitor.find('_') + 1), run.best_value), best);
}

}  // namespace

std::optional<double> number_in(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_number() ? std::optional(found->get<double>())
                                                                           : std::nullopt;
}

std::uint64_t count_in(const Json& object, std::string_view key) {
  const double value = number_in(object, key).value_or(0);
  return value > 0 && value < 1e18 ? static_cast<std::uint64_t>(value) : 0;
}

std::string text_in(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint32_t epochs_of(const FollowedRun& run) { return static_cast<std::uint32_t>(count_in(run.config, "epochs")); }

std::uint64_t epoch_now(const FollowedRun& run) {
  return run.steps_per_epoch == 0 || run.steps == 0 ? 0 : (run.steps - 1) / run.steps_per_epoch + 1;
}

std::string network_text(const FollowedRun& run) {
  std::uint64_t outputs = count_in(run.info, "outputs");
  for (const char* key : {"classes", "labels", "targets"}) {
    outputs = outputs > 0 ? outputs : count_in(run.info, key);
  }
  std::string text = fmt::format("{}", count_in(run.info, "features"));
  if (const auto hidden = run.config.find("hidden"); hidden != run.config.end() && hidden->is_array()) {
    for (const Json& size : *hidden) {
      text += "-" + size.dump();
    }
  }
  const std::string activation = text_in(run.config, "activation");
  return fmt::format("{}-{}{}{}", text, outputs, activation.empty() ? "" : " ", activation);
}

std::string time_left(const FollowedRun& run) {
  if (!run.seconds_a_step || run.expected_steps <= run.steps) {
    return "";
  }
  const double seconds = *run.seconds_a_step * static_cast<double>(run.expected_steps - run.steps);
  const bool may_end_early = run.config.contains("early_stopping") || run.config.contains("max_time");
  return fmt::format("{}{} left", may_end_early ? "at most " : "", clock_text(seconds));
}

std::string state_text(const WatchedFolder& folder) {
  switch (folder.stage) {
    case FolderStage::missing:
      return "not there yet";
    case FolderStage::waiting:
      return folder.sweep != nullptr ? "no trials yet" : "no metrics yet";
    case FolderStage::cut_short:
      return "cut short";
    case FolderStage::going_on:
    case FolderStage::ended:
      break;
  }
  if (folder.stage == FolderStage::going_on) {
    return folder.run == nullptr ? "going on" : folder.run->is_paused() ? "paused" : "training";
  }
  const std::string status = folder.run != nullptr ? text_in(folder.run->result, "status") : "";
  return status.empty() ? "ended" : status;
}

std::string ending_text(const FollowedRun& run) {
  const Json& result = run.result;
  std::string text = fmt::format("{}{} after {} steps in {:.1f} s", text_in(result, "status"), divergence_text(run),
                                 grouped_digits(count_in(result, "steps")), number_in(result, "seconds").value_or(0));
  const auto is_set = [&](const char* key) { return result.contains(key) && result[key] == true; };
  text += is_set("stopped_early") ? "; stopped early" : "";
  text += is_set("restored_best") ? fmt::format("; weights of epoch {}", count_in(result, "best_epoch")) : "";
  return text;
}

std::string rate_of(const FollowedRun& run, std::size_t group) {
  const std::string& name = run.groups[group].name;
  const auto found = std::ranges::find_if(run.rates, [&](const auto& rate) { return rate.first == name; });
  return run.groups[group].frozen() || found == run.rates.end() || found->second.empty()
             ? "-"
             : rate_text(found->second.last());
}

std::string layers_of(const GroupFacts& group) {
  return group.first == group.last ? fmt::format("{}", group.first) : fmt::format("{}-{}", group.first, group.last);
}

std::vector<std::string> group_lines(const FollowedRun& run) {
  Rows rows{{"group", "layers", "optimizer", "rate", "update ratio of each layer"}};
  const auto ratios = run.epoch.find("update_ratios");
  for (std::size_t g = 0; g < run.groups.size(); ++g) {
    const GroupFacts& group = run.groups[g];
    std::string list;
    for (std::size_t layer = group.first; layer <= group.last; ++layer) {
      const bool told =
          ratios != run.epoch.end() && ratios->is_array() && layer < ratios->size() && (*ratios)[layer].is_number();
      list += fmt::format("{}{}", list.empty() ? "" : "  ",
                          told ? fmt::format("{:.2e}", (*ratios)[layer].get<double>()) : "-");
    }
    rows.push_back({group.name, layers_of(group), group.optimizer, rate_of(run, g), list});
  }
  return lines_of(aligned(rows));
}

std::vector<std::string> figure_lines(const FollowedRun& run) {
  const std::vector<std::string> names = figures_shown(run);
  Rows rows{{""}};
  for (const std::string& name : names) {
    rows.front().emplace_back(figure_name(name));
  }
  std::vector<std::string> notes{""};
  const std::uint64_t done = count_in(run.epoch, "epoch");
  const bool under_way = run.step && run.result.is_null() && epoch_now(run) > done;
  if (under_way || run.epoch.empty()) {
    rows.push_back(step_row(run, names));
    notes.push_back(run.step ? fmt::format("epoch {} so far", epoch_now(run)) : "");
  } else {
    rows.push_back(figure_row("train", run.epoch, names));
    notes.push_back(fmt::format("epoch {}", done));
  }
  const auto has = [](const Json& line, const char* key) { return line.is_object() && line.contains(key); };
  if (has(run.result, "val_loss") || has(run.epoch, "val_loss")) {
    const bool of_result = has(run.result, "val_loss");
    rows.push_back(figure_row("val", of_result ? run.result : run.epoch, names));
    const std::string epoch = of_result ? "" : fmt::format("epoch {}", done);
    const std::string best = best_text(run);
    notes.push_back(fmt::format("{}{}{}", epoch, epoch.empty() || best.empty() ? "" : "; ", best));
  }
  if (has(run.result, "test_loss")) {
    rows.push_back(figure_row("test", run.result, names));
    notes.emplace_back();
  }
  std::vector<std::string> lines = lines_of(aligned(rows, Alignment::numbers));
  std::size_t width = 0;
  for (const std::string& line : lines) {
    width = std::max(width, width_of(line));
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i] += notes[i].empty() ? "" : std::string(width - width_of(lines[i]) + 2, ' ') + notes[i];
  }
  return lines;
}

std::string best_of(const FollowedSweep& sweep) {
  const std::vector<Candidate> candidates = sweep.candidates();
  return count_completed(candidates) == 0 ? "-" : figure_text(candidates.front().value);
}

std::string trials_text(const FollowedSweep& sweep) {
  const auto bad = std::ranges::count_if(
      sweep.trials, [](const auto& trial) { return trial.second.status != TrialStatus::completed; });
  return fmt::format("{} trials done{}{}", sweep.order.size(),
                     sweep.planned ? fmt::format(" of at most {}", *sweep.planned) : "",
                     bad > 0 ? fmt::format("; {} diverged or failed", bad) : "");
}

std::string watched_text(const WatchedFolder& folder) {
  switch (folder.stage) {
    case FolderStage::missing:
      return "is not there yet; waiting for it";
    case FolderStage::waiting:
      return folder.sweep != nullptr ? "has no trials yet; waiting for them" : "has no metrics yet; waiting for them";
    case FolderStage::cut_short:
      return folder.run == nullptr || folder.run->info.empty()
                 ? "cut short before its first step; start it again"
                 : fmt::format("cut short after {}; to go on: {}", steps_text(*folder.run), folder.resuming);
    case FolderStage::going_on:
      return fmt::format("{}: {}", state_text(folder),
                         folder.run != nullptr ? steps_text(*folder.run) : trials_text(*folder.sweep));
    case FolderStage::ended:
      break;
  }
  if (folder.sweep != nullptr) {
    return trials_text(*folder.sweep) +
           fmt::format("; best {} {}", part_figure_name(monitor_name(folder.sweep->monitor)), best_of(*folder.sweep));
  }
  const FollowedRun& run = *folder.run;
  std::string text = ending_text(run);
  for (const auto& [key, value] : run.result.items()) {
    if (value.is_number() && (key.starts_with("val_") || key.starts_with("test_")) && key != "val_epoch") {
      text += fmt::format("  {} {}", part_figure_name(key),
                          figure_text(key.substr(key.find('_') + 1), value.get<double>()));
    }
  }
  return text + fmt::format("  weights {}", text_in(run.result, "weights_hash"));
}

std::string trained_text(const FollowedRun& run) {
  return fmt::format("{}, {} steps an epoch, {} epochs", network_text(run), grouped_digits(run.steps_per_epoch),
                     epochs_of(run));
}

std::string watched_epoch_line(const FollowedRun& run, const Json& epoch) {
  EpochInfo info;
  info.epoch = static_cast<std::uint32_t>(count_in(epoch, "epoch"));
  info.global_step = count_in(epoch, "global_step");
  info.train_loss = number_in(epoch, "train_loss").value_or(std::numeric_limits<double>::quiet_NaN());
  info.val_loss = number_in(epoch, "val_loss");
  info.seconds = number_in(epoch, "seconds").value_or(0);
  info.samples_per_second = number_in(epoch, "samples_per_second").value_or(0);
  for (const auto& [key, value] : epoch.items()) {
    const std::size_t end = key.find('_');
    const FigureEntry* entry = end == std::string::npos ? nullptr : find_figure_entry(key.substr(end + 1));
    if (entry == nullptr || entry->name == "loss") {
      continue;
    }
    const Figure figure{entry->name, number_in(epoch, key).value_or(std::numeric_limits<double>::quiet_NaN())};
    if (key.starts_with("train_")) {
      info.train_figures.push_back(figure);
    } else if (key.starts_with("val_")) {
      info.val_figures.push_back(figure);
    }
  }
  if (info.train_figures.empty()) {
    info.train_figures.push_back({"loss", info.train_loss});
  }
  const std::uint64_t before = (std::max<std::uint64_t>(info.epoch, 1) - 1) * run.steps_per_epoch;
  return epoch_line(info, info.global_step - std::min(info.global_step, before),
                    {.epochs = epochs_of(run), .steps_per_epoch = run.steps_per_epoch}, kUnlimitedWidth);
}

std::string watched_trial_line(const FollowedSweep& sweep, const TrialRecord& trial) {
  return fmt::format("{}  {}", outcome_text(trial, sweep.monitor), point_text(trial.point));
}

Json watched_json(const WatchedFolder& folder) {
  Json json{{"folder", folder.name}, {"state", state_text(folder)}};
  if (folder.run != nullptr) {
    json["steps"] = folder.run->steps;
    json["result"] = folder.run->result;
  }
  if (folder.sweep != nullptr) {
    json["trials"] = folder.sweep->order.size();
    const std::vector<Candidate> candidates = folder.sweep->candidates();
    json["best"] = count_completed(candidates) == 0
                       ? Json()
                       : to_json(best_run(candidates.front(), folder.sweep->monitor), folder.sweep->monitor);
  }
  return json;
}

}  // namespace strata::watch
