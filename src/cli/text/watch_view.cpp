#include "cli/text/watch_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/shell/sweep_progress.h"
#include "cli/text/option_text.h"
#include "cli/text/plot.h"
#include "cli/text/progress_line.h"
#include "cli/text/sweep_table.h"
#include "cli/text/text_table.h"
#include "core/figure.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kInks{Ink::cyan, Ink::yellow, Ink::green, Ink::magenta, Ink::blue, Ink::red};
constexpr std::string_view kMarks = "123456789abcdefghijklmnopqrstuvwxyz";
constexpr Ink kTrainInk = Ink::cyan;
constexpr Ink kValInk = Ink::yellow;

Ink ink_of(std::size_t i) { return kInks[i % kInks.size()]; }
std::string mark_of(std::size_t i) { return i < kMarks.size() ? std::string(1, kMarks[i]) : "+"; }

std::optional<double> number(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_number() ? std::optional(found->get<double>())
                                                                           : std::nullopt;
}

std::uint64_t count(const Json& object, std::string_view key) {
  const double value = number(object, key).value_or(0);
  return value > 0 && value < 1e18 ? static_cast<std::uint64_t>(value) : 0;
}

std::string string_member(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The table's entry; loss for a figure that this version does not know.
const FigureEntry* entry_of_figure(std::string_view name) {
  const auto* const found = std::ranges::find(kFigures, name, &FigureEntry::name);
  return found == kFigures.end() ? nullptr : found;
}

std::string figure_text(std::string_view name, std::optional<double> value) {
  const FigureEntry* entry = entry_of_figure(name);
  return !value ? "-" : entry == nullptr ? figure(*value) : figure(Figure{entry->name, *value});
}

std::string figure_name(std::string_view name) {
  const FigureEntry* entry = entry_of_figure(name);
  return std::string(entry == nullptr ? name : entry->text);
}

/// `val_macro_f1` as `val macro F1`.
std::string part_figure_name(std::string_view name) {
  const std::size_t end = name.find('_');
  return end == std::string_view::npos ? std::string(name)
                                       : fmt::format("{} {}", name.substr(0, end), figure_name(name.substr(end + 1)));
}

/// The last characters, after … if some are left out: of paths those tell most.
std::string tail_of(const std::string& text, std::size_t width) {
  if (width_of(text) <= width) {
    return text;
  }
  std::size_t first = text.size();
  for (std::size_t characters = 0; characters + 1 < width; ++characters) {
    do {
      --first;
    } while (first > 0 && (static_cast<unsigned char>(text[first]) & 0xC0U) == 0x80U);
  }
  return "…" + text.substr(first);
}

std::uint32_t epochs_of(const FollowedRun& run) { return static_cast<std::uint32_t>(count(run.config, "epochs")); }

/// The epoch that the last step belongs to.
std::uint64_t epoch_now(const FollowedRun& run) {
  return run.steps_per_epoch == 0 || run.steps == 0 ? 0 : (run.steps - 1) / run.steps_per_epoch + 1;
}

/// `784-300-100-50-10 elu`
std::string network_text(const FollowedRun& run) {
  std::uint64_t outputs = count(run.info, "outputs");
  for (const char* key : {"classes", "labels", "targets"}) {
    outputs = outputs > 0 ? outputs : count(run.info, key);
  }
  std::string text = fmt::format("{}", count(run.info, "features"));
  if (const auto hidden = run.config.find("hidden"); hidden != run.config.end() && hidden->is_array()) {
    for (const Json& size : *hidden) {
      text += "-" + size.dump();
    }
  }
  const std::string activation = string_member(run.config, "activation");
  return fmt::format("{}-{}{}{}", text, outputs, activation.empty() ? "" : " ", activation);
}

std::string steps_text(const FollowedRun& run) {
  return run.expected_steps > 0
             ? fmt::format("{} of {} steps", grouped_digits(run.steps), grouped_digits(run.expected_steps))
             : fmt::format("{} steps", grouped_digits(run.steps));
}

/// Until the last step; empty if that is not known.
std::string time_left(const FollowedRun& run) {
  if (!run.seconds_a_step || run.expected_steps <= run.steps) {
    return "";
  }
  const double seconds = *run.seconds_a_step * static_cast<double>(run.expected_steps - run.steps);
  const bool may_end_early = run.config.contains("early_stopping") || run.config.contains("max_time");
  return fmt::format("{}{} left", may_end_early ? "at most " : "", clock_text(seconds));
}

/// In a word or two.
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
  const std::string status = folder.run != nullptr ? string_member(folder.run->result, "status") : "";
  return status.empty() ? "ended" : status;
}

Ink state_ink(const WatchedFolder& folder) {
  const std::string state = state_text(folder);
  return state == "completed" || state == "ended"      ? Ink::green
         : state == "diverged" || state == "cut short" ? Ink::red
         : state == "training" || state == "going on"  ? Ink::cyan
                                                       : Ink::yellow;
}

/// What a diverged run's result says of where that was.
std::string divergence_text(const FollowedRun& run) {
  const auto found = run.result.find("divergence");
  if (found == run.result.end()) {
    return "";
  }
  std::string text = fmt::format(" in epoch {}, step {}", count(*found, "epoch"), count(*found, "step"));
  if (found->contains("layer")) {
    text += fmt::format(", {} of layer {}", string_member(*found, "values"), count(*found, "layer"));
  }
  return text;
}

std::string ending_text(const FollowedRun& run) {
  const Json& result = run.result;
  std::string text =
      fmt::format("{}{} after {} steps in {:.1f} s", string_member(result, "status"), divergence_text(run),
                  grouped_digits(count(result, "steps")), number(result, "seconds").value_or(0));
  const auto is_set = [&](const char* key) { return result.contains(key) && result[key] == true; };
  text += is_set("stopped_early") ? "; stopped early" : "";
  text += is_set("restored_best") ? fmt::format("; weights of epoch {}", count(result, "best_epoch")) : "";
  return text;
}

// One run

/// The curves' x in epochs if it is known how long they are, else in steps.
double steps_of_x(const FollowedRun& run) {
  return run.steps_per_epoch > 0 ? static_cast<double>(run.steps_per_epoch) : 1;
}
std::string x_name(const FollowedRun& run) { return run.steps_per_epoch > 0 ? "epoch" : "step"; }

std::vector<PlotPoint> points_of(const GrowingCurve& curve, double steps_of_x) {
  std::vector<PlotPoint> points;
  points.reserve(curve.points().size());
  for (const GrowingCurve::Point& point : curve.points()) {
    points.push_back({point.x / steps_of_x, point.value});
  }
  return points;
}

std::vector<PlotPoint> epoch_points(const FollowedRun& run, const std::string& name) {
  const auto found = run.by_epoch.find(name);
  return found == run.by_epoch.end() ? std::vector<PlotPoint>() : points_of(found->second, steps_of_x(run));
}

Plot run_plot(const FollowedRun& run, const std::string& name, const GrowingCurve& train) {
  Plot plot{.title = figure_name(name), .x_name = x_name(run), .may_cut_beginning = true, .empty_text = "no steps yet"};
  plot.curves.push_back({.name = "train", .ink = kTrainInk, .points = points_of(train, steps_of_x(run))});
  if (std::vector<PlotPoint> val = epoch_points(run, "val_" + name); !val.empty()) {
    plot.curves.push_back({.name = "val", .ink = kValInk, .points = std::move(val), .marked = true});
  }
  return plot;
}

/// `0-1`
std::string layers_of(const GroupFacts& group) {
  return group.first == group.last ? fmt::format("{}", group.first) : fmt::format("{}-{}", group.first, group.last);
}

Plot rate_plot(const FollowedRun& run) {
  Plot plot{.title = "learning rate", .x_name = x_name(run), .logarithmic = true, .empty_text = "no steps yet"};
  for (std::size_t g = 0; g < run.rates.size(); ++g) {
    const auto& [name, rate] = run.rates[g];
    plot.curves.push_back(
        {.name = name, .ink = ink_of(g), .points = points_of(rate, steps_of_x(run)), .end_mark = name.substr(0, 1)});
  }
  return plot;
}

/// Which group a layer belongs to.
std::size_t group_of_layer(const FollowedRun& run, std::size_t layer) {
  const auto holds = [&](const GroupFacts& group) { return group.first <= layer && layer <= group.last; };
  return static_cast<std::size_t>(std::ranges::find_if(run.groups, holds) - run.groups.begin());
}

Plot ratio_plot(const FollowedRun& run) {
  Plot plot{.title = "update ratio of each layer",
            .x_name = x_name(run),
            .logarithmic = true,
            .empty_text = "at the end of the first epoch"};
  for (std::size_t g = 0; g < run.groups.size(); ++g) {  // the legend
    plot.curves.push_back(
        {.name = fmt::format("{} {}", layers_of(run.groups[g]), run.groups[g].name), .ink = ink_of(g)});
  }
  for (std::size_t layer = 0; layer < run.update_ratios.size(); ++layer) {
    plot.curves.push_back({.ink = ink_of(group_of_layer(run, layer)),
                           .points = points_of(run.update_ratios[layer], steps_of_x(run)),
                           .end_mark = layer < 10 ? fmt::format("{}", layer) : "+"});
  }
  return plot;
}

using Rows = std::vector<std::vector<std::string>>;

std::vector<std::string> lines_of_text(std::string_view text) {
  std::vector<std::string> lines;
  for (; !text.empty(); text.remove_prefix(text.find('\n') + 1)) {
    lines.emplace_back(text.substr(0, text.find('\n')));
  }
  return lines;
}

std::string rate_of(const FollowedRun& run, std::size_t group) {
  const std::string& name = run.groups[group].name;
  const auto found = std::ranges::find_if(run.rates, [&](const auto& rate) { return rate.first == name; });
  return run.groups[group].frozen() || found == run.rates.end() || found->second.empty()
             ? "-"
             : rate_text(found->second.last());
}

/// A line for the heads and one for each group.
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
  return lines_of_text(aligned(rows));
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
        if (value.is_number() && key.starts_with(part) && entry_of_figure(name) != nullptr &&
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
    row.push_back(figure_text(name, number(line, part + "_" + name)));
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
  const std::uint64_t best = count(run.epoch, "best_epoch");
  if (best == 0 || !run.best_value) {
    return "";
  }
  const std::string monitor = run.config.value("monitor", "val_loss");
  return fmt::format("best {} {}, epoch {}", part_figure_name(monitor),
                     figure_text(monitor.substr(monitor.find('_') + 1), run.best_value), best);
}

/// Heads, and a line each for the training, validation and test part as far as they have figures.
std::vector<std::string> figure_lines(const FollowedRun& run) {
  const std::vector<std::string> names = figures_shown(run);
  Rows rows{{""}};
  for (const std::string& name : names) {
    rows.front().push_back(figure_name(name));
  }
  std::vector<std::string> notes{""};
  const std::uint64_t done = count(run.epoch, "epoch");
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
  std::vector<std::string> lines = lines_of_text(aligned(rows, Alignment::numbers));
  std::size_t width = 0;
  for (const std::string& line : lines) {
    width = std::max(width, width_of(line));
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i] += notes[i].empty() ? "" : std::string(width - width_of(lines[i]) + 2, ' ') + notes[i];
  }
  return lines;
}

/// `[████░░░░]` and how far the run is; less of that where the room is short.
void draw_progress(Canvas& canvas, std::size_t y, const WatchedFolder& folder) {
  const FollowedRun& run = *folder.run;
  if (folder.stage == FolderStage::ended) {
    canvas.text(0, y, fmt::format("{}  weights {}", ending_text(run), string_member(run.result, "weights_hash")));
    return;
  }
  if (folder.stage != FolderStage::going_on) {
    canvas.text(0, y, watched_text(folder));
    return;
  }
  const double share = run.expected_steps == 0
                           ? 0
                           : std::min(1.0, static_cast<double>(run.steps) / static_cast<double>(run.expected_steps));
  std::vector<std::string> parts;
  if (run.expected_steps > 0) {
    parts.push_back(fmt::format("{:2.0f} %", std::floor(100 * share)));
  }
  parts.push_back(fmt::format("epoch {}/{}", epoch_now(run), epochs_of(run)));
  if (const std::string left = time_left(run); !left.empty()) {
    parts.push_back(left);
  }
  parts.push_back(fmt::format("step {}{}", grouped_digits(run.steps),
                              run.expected_steps > 0 ? "/" + grouped_digits(run.expected_steps) : ""));
  if (const auto speed = number(run.epoch, "samples_per_second")) {
    parts.push_back(fmt::format("{} samples/s", grouped_digits(static_cast<std::uint64_t>(std::max(0.0, *speed)))));
  }
  constexpr std::size_t kLeastBar = 12;
  std::string text;
  for (const std::string& part : parts) {
    if (text.empty() || text.size() + 2 + part.size() + kLeastBar <= canvas.width()) {
      text += fmt::format("{}{}", text.empty() ? "" : "  ", part);
    }
  }
  std::size_t x = 0;
  if (run.expected_steps > 0 && text.size() + kLeastBar <= canvas.width()) {
    const std::size_t bar = canvas.width() - text.size() - 2;
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(bar));
    for (; x < bar; ++x) {
      canvas.text(x, y, x < filled ? "█" : "░", x < filled ? Ink::cyan : Ink::faint);
    }
    x += 2;
  }
  canvas.text(x, y, text);
}

/// Name and network on the left, what becomes of it on the right.
void draw_title(Canvas& canvas, const WatchedFolder& folder, const std::string& about) {
  const std::string state = state_text(folder);
  const std::size_t room = canvas.width() - std::min(canvas.width(), width_of(state) + 2);
  const std::size_t x = canvas.text(0, 0, tail_of(folder.name, std::max<std::size_t>(room, 1)), Ink::bold);
  if (x + 2 + width_of(about) <= room) {
    canvas.text(x + 2, 0, about);
  }
  canvas.text(canvas.width() - std::min(canvas.width(), width_of(state)), 0, state, state_ink(folder));
}

void draw_lines(Canvas& canvas, std::size_t y, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    canvas.text(0, y + i, shortened(lines[i], canvas.width()), i == 0 ? Ink::faint : Ink::plain);
  }
}

constexpr std::size_t kLeastPlot = 7;     ///< rows of a plot that says something
constexpr std::size_t kPlotWidth = 36;    ///< columns likewise
constexpr std::size_t kBetweenPlots = 2;  ///< columns between plots

/// As many of the plots as there is room for, the first ones, side by side and in two rows.
void draw_plots(Canvas& canvas, std::size_t y, std::size_t height, const std::vector<Plot>& plots) {
  if (height < kLeastPlot || plots.empty()) {
    return;
  }
  const std::size_t across = plots.size() > 1 && canvas.width() >= 2 * kPlotWidth + kBetweenPlots ? 2 : 1;
  const std::size_t most_down = (plots.size() + across - 1) / across;
  const std::size_t least_down = across == 2 ? 12 : kLeastPlot + 1;  // a second row is for large windows
  const std::size_t down = std::clamp<std::size_t>(height / least_down, 1, most_down);
  const std::size_t width = (canvas.width() - (across - 1) * kBetweenPlots) / across;
  for (std::size_t i = 0; i < std::min(plots.size(), across * down); ++i) {
    const std::size_t row = i / across;
    const std::size_t top = y + row * height / down;
    const std::size_t below = y + (row + 1) * height / down;
    draw(canvas, {i % across * (width + kBetweenPlots), top, width, below - top - (row + 1 < down ? 1 : 0)}, plots[i]);
  }
}

void draw_run(Canvas& canvas, const WatchedFolder& folder) {
  const FollowedRun& run = *folder.run;
  draw_title(canvas, folder, run.info.empty() ? "" : network_text(run));
  draw_progress(canvas, 1, folder);
  std::vector<std::string> figures = figure_lines(run);
  std::vector<std::string> groups = group_lines(run);
  const std::size_t rows = canvas.height() - 1;
  constexpr std::size_t kHead = 3;  // and an empty line
  const auto left = [&] {
    const std::size_t taken =
        kHead + (figures.empty() ? 0 : figures.size() + 1) + (groups.empty() ? 0 : groups.size() + 1);
    return rows - std::min(rows, taken);
  };
  if (left() < kLeastPlot) {
    groups.clear();
  }
  if (left() < kLeastPlot && rows >= kHead + kLeastPlot) {
    figures.clear();
  }
  const std::size_t plots = left() >= kLeastPlot ? left() : 0;
  const std::string quick(run.quick().empty() ? "accuracy" : run.quick());
  draw_plots(canvas, kHead - 1, plots,
             {run_plot(run, "loss", run.loss), run_plot(run, quick, run.figure), rate_plot(run), ratio_plot(run)});
  std::size_t y = kHead - 1 + plots + (plots > 0 ? 1 : 0);
  draw_lines(canvas, y, groups);
  y += groups.empty() ? 0 : groups.size() + 1;
  draw_lines(canvas, y, figures);
}

// Several folders

/// A column of the table of folders.
struct TableColumn {
  std::string head;
  int rank = 0;  ///< the largest goes first where room is short
  std::vector<std::string> cells{};
  bool left = false;
};

std::string progress_of(const WatchedFolder& folder) {
  if (folder.sweep != nullptr) {
    const auto& planned = folder.sweep->planned;
    return fmt::format("{}{} trials", folder.sweep->order.size(), planned ? fmt::format("/{}", *planned) : "");
  }
  return folder.run != nullptr && !folder.run->info.empty()
             ? fmt::format("{}/{}", epoch_now(*folder.run), epochs_of(*folder.run))
             : "";
}

std::string rates_of(const FollowedRun& run) {
  std::string text;
  for (std::size_t g = 0; g < run.groups.size(); ++g) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", run.groups[g].name, rate_of(run, g));
  }
  return text;
}

std::string with_epoch(const FollowedRun& run) {
  const std::string monitor = run.config.value("monitor", "val_loss");
  return run.best_value ? fmt::format("{} at {}", figure_text(monitor.substr(monitor.find('_') + 1), run.best_value),
                                      count(run.epoch, "best_epoch"))
                        : "-";
}

/// The best value of a sweep.
std::string best_of(const FollowedSweep& sweep) {
  const std::vector<Candidate> candidates = sweep.candidates();
  return candidates.empty() || candidates.front().completed == 0 ? "-" : figure(candidates.front().value);
}

/// The quick figure that is compared: the first run's that has one.
std::string common_quick(std::span<const WatchedFolder> folders) {
  for (const WatchedFolder& folder : folders) {
    if (folder.run != nullptr && !folder.run->quick().empty()) {
      return std::string(folder.run->quick());
    }
  }
  return "accuracy";
}

std::vector<TableColumn> table_columns(std::span<const WatchedFolder> folders) {
  const std::string quick = common_quick(folders);
  const std::string quick_name = figure_name(quick);
  std::vector<TableColumn> columns{{.head = "", .left = true},
                                   {.head = "folder", .left = true},
                                   {.head = "state", .rank = 1, .left = true},
                                   {.head = "epoch", .rank = 0},
                                   {.head = "loss", .rank = 2},
                                   {.head = quick_name, .rank = 4},
                                   {.head = "val loss", .rank = 1},
                                   {.head = "val " + quick_name, .rank = 2},
                                   {.head = "best at epoch", .rank = 5},
                                   {.head = "time", .rank = 3},
                                   {.head = "rates", .rank = 6, .left = true}};
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const WatchedFolder& folder = folders[i];
    std::vector<std::string> cells{mark_of(i), folder.name, state_text(folder), progress_of(folder)};
    if (const FollowedRun* run = folder.run; run != nullptr && !run->info.empty()) {
      const bool same_quick = run->quick() == quick;
      const std::string left = folder.stage == FolderStage::going_on ? time_left(*run) : "";
      const auto seconds = number(run->result, "seconds");
      const Json& val = run->result.is_object() && run->result.contains("val_loss") ? run->result : run->epoch;
      cells.insert(cells.end(),
                   {run->step ? figure(run->step->mean_loss) : "-",
                    run->step && same_quick ? figure_text(quick, run->step->mean_figure) : "-",
                    figure_text("loss", number(val, "val_loss")), figure_text(quick, number(val, "val_" + quick)),
                    with_epoch(*run), seconds ? fmt::format("{:.1f} s", *seconds) : left, rates_of(*run)});
    } else if (folder.sweep != nullptr) {
      cells.insert(cells.end(), {"", "", "", "", best_of(*folder.sweep), "", ""});
    }
    cells.resize(columns.size());
    for (std::size_t c = 0; c < columns.size(); ++c) {
      columns[c].cells.push_back(std::move(cells[c]));
    }
  }
  return columns;
}

std::size_t width_of_column(const TableColumn& column) {
  std::size_t width = width_of(column.head);
  for (const std::string& cell : column.cells) {
    width = std::max(width, width_of(cell));
  }
  return width;
}

/// Leaves out columns, and the beginning of long names, until the table is no wider than `width`.
void fit(std::vector<TableColumn>& columns, std::size_t width) {
  constexpr std::size_t kLeastName = 12;
  std::erase_if(columns, [](const TableColumn& column) {
    return std::ranges::all_of(column.cells, [](const std::string& cell) { return cell.empty() || cell == "-"; });
  });
  const auto total = [&] {
    std::size_t sum = 0;
    for (const TableColumn& column : columns) {
      sum += width_of_column(column) + kBetweenPlots;
    }
    return sum - std::min(sum, kBetweenPlots);
  };
  const auto names = [&]() -> TableColumn& { return columns[1]; };  // the marks come first
  const auto shorten_names = [&](std::size_t least) {
    const std::size_t now = width_of_column(names());
    const std::size_t excess = total() - std::min(total(), width);
    for (std::string& cell : names().cells) {
      cell = tail_of(cell, std::max(least, now - std::min(now, excess)));
    }
  };
  while (total() > width) {
    shorten_names(kLeastName);
    const auto last = std::ranges::max_element(columns, {}, &TableColumn::rank);
    if (total() <= width || last->rank == 0) {
      break;
    }
    columns.erase(last);
  }
  shorten_names(1);
}

/// Heads and a line each; returns the row after them. Folders beyond `most` are counted.
std::size_t draw_table(Canvas& canvas, std::span<const WatchedFolder> folders, std::size_t most) {
  std::vector<TableColumn> columns = table_columns(folders);
  fit(columns, canvas.width());
  const std::size_t shown = folders.size() <= most ? folders.size() : most - std::min<std::size_t>(most, 1);
  std::size_t x = 0;
  for (const TableColumn& column : columns) {
    const std::size_t width = width_of_column(column);
    const auto place = [&](const std::string& cell) { return column.left ? x : x + width - width_of(cell); };
    canvas.text(place(column.head), 0, column.head, Ink::faint);
    for (std::size_t i = 0; i < shown; ++i) {
      const Ink ink = &column == &columns.front() ? ink_of(i)
                      : column.head == "state"    ? state_ink(folders[i])
                                                  : Ink::plain;
      canvas.text(place(column.cells[i]), i + 1, column.cells[i], ink);
    }
    x += width + kBetweenPlots;
  }
  if (shown == folders.size()) {
    return shown + 1;
  }
  canvas.text(0, shown + 1, fmt::format("and {} more", folders.size() - shown), Ink::faint);
  return shown + 2;
}

/// The same curve of each run.
template <class PointsOf>
Plot common_plot(std::span<const WatchedFolder> folders, std::string title, PointsOf points_of_run) {
  Plot plot{.title = std::move(title), .may_cut_beginning = true, .empty_text = "nothing yet"};
  bool in_steps = false;
  for (const WatchedFolder& folder : folders) {
    in_steps = in_steps || (folder.run != nullptr && folder.run->step && folder.run->steps_per_epoch == 0);
  }
  plot.x_name = in_steps ? "step" : "epoch";
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (const FollowedRun* run = folders[i].run) {
      plot.curves.push_back(
          {.ink = ink_of(i), .points = points_of_run(*run, in_steps ? 1 : steps_of_x(*run)), .end_mark = mark_of(i)});
    }
  }
  return plot;
}

std::vector<PlotPoint> val_points(const FollowedRun& run, const std::string& figure, double steps) {
  const auto found = run.by_epoch.find("val_" + figure);
  return found == run.by_epoch.end() ? std::vector<PlotPoint>() : points_of(found->second, steps);
}

void draw_several(Canvas& canvas, std::span<const WatchedFolder> folders) {
  const std::size_t rows = canvas.height() - 1;
  const bool has_runs = std::ranges::any_of(folders, [](const WatchedFolder& folder) { return folder.run != nullptr; });
  const std::size_t for_plots = has_runs && rows >= kLeastPlot + 4 ? std::max(kLeastPlot + 1, rows / 2) : 0;
  const std::size_t y = draw_table(canvas, folders, rows - for_plots - 1) + 1;
  if (!has_runs || rows < y) {
    return;
  }
  const std::string quick = common_quick(folders);
  const bool has_val = std::ranges::any_of(folders, [](const WatchedFolder& folder) {
    return folder.run != nullptr && count(folder.run->info, "validation_rows") > 0;
  });
  const Plot loss = common_plot(folders, "train loss",
                                [](const FollowedRun& run, double steps) { return points_of(run.loss, steps); });
  const Plot figures = common_plot(folders, "train " + figure_name(quick), [&](const FollowedRun& run, double steps) {
    return run.quick() == quick ? points_of(run.figure, steps) : std::vector<PlotPoint>();
  });
  if (!has_val) {
    draw_plots(canvas, y, rows - y, {loss, figures});
    return;
  }
  const Plot val_loss = common_plot(
      folders, "val loss", [](const FollowedRun& run, double steps) { return val_points(run, "loss", steps); });
  const Plot val_figures = common_plot(folders, "val " + figure_name(quick), [&](const FollowedRun& run, double steps) {
    return val_points(run, quick, steps);
  });
  draw_plots(canvas, y, rows - y, {loss, val_figures, val_loss, figures});
}

// One sweep

/// How many trials are done, and how many of them came to nothing.
std::string trials_text(const FollowedSweep& sweep) {
  const auto bad = std::ranges::count_if(
      sweep.trials, [](const auto& trial) { return trial.second.status != TrialStatus::completed; });
  return fmt::format("{} trials done{}{}", sweep.order.size(),
                     sweep.planned ? fmt::format(" of at most {}", *sweep.planned) : "",
                     bad > 0 ? fmt::format("; {} diverged or failed", bad) : "");
}

/// The monitored figure of the best candidates by epoch.
Plot trials_plot(const FollowedSweep& sweep, const std::vector<Candidate>& candidates) {
  const std::string monitor(monitor_name(sweep.monitor));
  Plot plot{.title = fmt::format("{} of the best trials", part_figure_name(monitor)),
            .x_name = "epoch",
            .may_cut_beginning = true,
            .empty_text = "nothing yet"};
  for (std::size_t i = 0; i < std::min(candidates.size(), kInks.size()); ++i) {
    if (candidates[i].completed == 0) {
      break;
    }
    PlotCurve& curve = plot.curves.emplace_back(PlotCurve{.ink = ink_of(i), .end_mark = mark_of(i)});
    const Curve& recorded = best_run(candidates[i], sweep.monitor).curve;
    if (const auto found = recorded.find(monitor); found != recorded.end()) {
      for (std::size_t epoch = 0; epoch < found->second.size(); ++epoch) {
        if (std::isfinite(found->second[epoch])) {
          curve.points.push_back({static_cast<double>(epoch + 1), found->second[epoch]});
        }
      }
    }
  }
  return plot;
}

void draw_sweep(Canvas& canvas, const WatchedFolder& folder) {
  const FollowedSweep& sweep = *folder.sweep;
  draw_title(canvas, folder, "a sweep");
  canvas.text(0, 1,
              folder.stage == FolderStage::going_on || folder.stage == FolderStage::ended ? trials_text(sweep)
                                                                                          : watched_text(folder));
  const std::vector<Candidate> candidates = sweep.candidates();
  if (candidates.empty() || candidates.front().completed == 0) {
    return;
  }
  const std::vector<std::string> table = lines_of_text(best_table(candidates, sweep.monitor));
  const std::size_t rows = canvas.height() - 1;
  std::size_t y = 3;
  for (std::size_t i = 0; i < table.size() && y < rows; ++i, ++y) {
    const std::size_t x = canvas.text(0, y, table[i].substr(0, 1), i == 0 ? Ink::faint : ink_of(i - 1));
    canvas.text(x, y, shortened(table[i].substr(1), canvas.width() - x), i == 0 ? Ink::faint : Ink::plain);
  }
  const bool has_curves = std::ranges::any_of(candidates, [](const Candidate& c) { return c.epochs > 1; });
  if (has_curves && rows > y + 1) {
    draw_plots(canvas, y + 1, rows - y - 1, {trials_plot(sweep, candidates)});
  }
}

}  // namespace

std::string watched_text(const WatchedFolder& folder) {
  switch (folder.stage) {
    case FolderStage::missing:
      return "is not there yet; waiting for it";
    case FolderStage::waiting:
      return folder.sweep != nullptr ? "has no trials yet; waiting for them" : "has no metrics yet; waiting for them";
    case FolderStage::cut_short:
      return folder.run == nullptr || folder.run->info.empty()
                 ? "cut short before its first step; start it again"
                 : fmt::format("cut short after {}; to go on: strata train --resume {}", steps_text(*folder.run),
                               folder.name);
    case FolderStage::going_on:
      return folder.run != nullptr ? fmt::format("{}, {} steps an epoch, {} epochs", network_text(*folder.run),
                                                 grouped_digits(folder.run->steps_per_epoch), epochs_of(*folder.run))
                                   : "a sweep";
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
  return text + fmt::format("  weights {}", string_member(run.result, "weights_hash"));
}

Canvas watch_view(std::span<const WatchedFolder> folders, std::string_view bottom, std::size_t width,
                  std::size_t height) {
  Canvas canvas(std::max<std::size_t>(width, 1), std::max<std::size_t>(height, 2));
  if (folders.size() > 1) {
    draw_several(canvas, folders);
  } else if (folders.front().run != nullptr) {
    draw_run(canvas, folders.front());
  } else if (folders.front().sweep != nullptr) {
    draw_sweep(canvas, folders.front());
  } else {
    draw_title(canvas, folders.front(), "");
    canvas.text(0, 1, watched_text(folders.front()));
  }
  canvas.text(0, canvas.height() - 1, shortened(bottom, canvas.width()), Ink::faint);
  return canvas;
}

std::string watched_epoch_line(const FollowedRun& run, const Json& epoch) {
  EpochInfo info;
  info.epoch = static_cast<std::uint32_t>(count(epoch, "epoch"));
  info.global_step = count(epoch, "global_step");
  info.train_loss = number(epoch, "train_loss").value_or(std::numeric_limits<double>::quiet_NaN());
  info.val_loss = number(epoch, "val_loss");
  info.seconds = number(epoch, "seconds").value_or(0);
  info.samples_per_second = number(epoch, "samples_per_second").value_or(0);
  for (const auto& [key, value] : epoch.items()) {
    const std::size_t end = key.find('_');
    const FigureEntry* entry = end == std::string::npos ? nullptr : entry_of_figure(key.substr(end + 1));
    if (entry == nullptr || entry->name == "loss") {
      continue;
    }
    const Figure figure{entry->name, number(epoch, key).value_or(std::numeric_limits<double>::quiet_NaN())};
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
    json["best"] = candidates.empty() || candidates.front().completed == 0
                       ? Json()
                       : to_json(best_run(candidates.front(), folder.sweep->monitor), folder.sweep->monitor);
  }
  return json;
}

}  // namespace strata::cli
