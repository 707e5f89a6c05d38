#include "watch/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/figure.h"
#include "core/text.h"
#include "search/ranking.h"

namespace strata::watch {

namespace {

using Json = nlohmann::ordered_json;

Ink state_ink(const WatchedFolder& folder) {
  const std::string state = state_text(folder);
  return state == "completed" || state == "ended"      ? Ink::green
         : state == "diverged" || state == "cut short" ? Ink::red
         : state == "training" || state == "going on"  ? Ink::cyan
                                                       : Ink::yellow;
}

// One run

/// `[████░░░░]` and how far the run is; less of that where the room is short.
void draw_progress(Canvas& canvas, std::size_t y, const WatchedFolder& folder) {
  const FollowedRun& run = *folder.run;
  if (folder.stage == FolderStage::ended) {
    canvas.text(0, y, fmt::format("{}  weights {}", ending_text(run), text_in(run.result, "weights_hash")));
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
  if (const auto speed = number_in(run.epoch, "samples_per_second")) {
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
  draw_plots(canvas, kHead - 1, plots, run_plots(run));
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
                                      count_in(run.epoch, "best_epoch"))
                        : "-";
}

std::vector<TableColumn> table_columns(std::span<const WatchedFolder> folders) {
  const std::string quick = common_quick(folders);
  const std::string quick_name(figure_name(quick));
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
      const auto seconds = number_in(run->result, "seconds");
      const Json& val = run->result.is_object() && run->result.contains("val_loss") ? run->result : run->epoch;
      cells.insert(cells.end(),
                   {run->step ? figure_text(run->step->mean_loss) : "-",
                    run->step && same_quick ? figure_text(quick, run->step->mean_figure) : "-",
                    figure_text("loss", number_in(val, "val_loss")), figure_text(quick, number_in(val, "val_" + quick)),
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

void draw_several(Canvas& canvas, std::span<const WatchedFolder> folders) {
  const std::size_t rows = canvas.height() - 1;
  const bool has_runs = std::ranges::any_of(folders, [](const WatchedFolder& folder) { return folder.run != nullptr; });
  const std::size_t for_plots = has_runs && rows >= kLeastPlot + 4 ? std::max(kLeastPlot + 1, rows / 2) : 0;
  const std::size_t y = draw_table(canvas, folders, rows - for_plots - 1) + 1;
  if (has_runs && rows >= y) {
    draw_plots(canvas, y, rows - y, common_plots(folders));
  }
}

// One sweep

void draw_sweep(Canvas& canvas, const WatchedFolder& folder) {
  const FollowedSweep& sweep = *folder.sweep;
  draw_title(canvas, folder, "a sweep");
  canvas.text(0, 1,
              folder.stage == FolderStage::going_on || folder.stage == FolderStage::ended ? trials_text(sweep)
                                                                                          : watched_text(folder));
  const std::vector<Candidate> candidates = sweep.candidates();
  if (count_completed(candidates) == 0) {
    return;
  }
  const std::vector<std::string> table = lines_of(best_table(candidates, sweep.monitor));
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

Canvas page(std::span<const WatchedFolder> folders, std::string_view bottom, std::size_t width, std::size_t height) {
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
  canvas.text(0, canvas.height() - 1, std::string(canvas.width(), ' '));  // over whatever had no room
  canvas.text(0, canvas.height() - 1, shortened(bottom, canvas.width()), Ink::faint);
  return canvas;
}

}  // namespace strata::watch
