#include "cli/shell/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/shell/streams.h"
#include "cli/text/option_text.h"
#include "core/figure.h"
#include "search/ranking.h"

namespace strata::cli {

namespace {

/// Between two drawings: 40 a second look smooth and cost a terminal little.
constexpr std::chrono::milliseconds kDrawInterval{25};

/// A character in the last column would make some terminals wrap.
std::size_t usable_width() { return std::max<std::size_t>(terminal_width(), 2) - 1; }

/// What `style` means here: automatic is a bar where stderr is a terminal that can rewrite a line, and a bar elsewhere
/// is lines.
ProgressStyle progress_style_here(ProgressStyle style) {
  if (style == ProgressStyle::none) {
    return style;
  }
  return style != ProgressStyle::lines && stderr_is_terminal() ? ProgressStyle::bar : ProgressStyle::lines;
}

/// The best trials that are shown.
constexpr std::size_t kRows = 5;

}  // namespace

Progress::Progress(ProgressStyle style) : style_(progress_style_here(style)) {}

void Progress::on_run(const RunInfo& run) {
  scale_ = {.epochs = run.config.epochs, .steps_per_epoch = run.steps_per_epoch};
}

void Progress::on_step(const StepInfo& step) {
  last_step_ = step;
  epoch_open_ = true;
  if (style_ != ProgressStyle::bar) {
    return;
  }
  const auto now = Clock::now();
  if (now >= next_draw_ || step.step == scale_.steps_per_epoch) {
    redraw(watch::live_line(step, scale_, usable_width()));
    next_draw_ = now + kDrawInterval;
  }
}

void Progress::on_epoch(const EpochInfo& epoch) {
  epoch_open_ = false;
  if (style_ != ProgressStyle::none) {
    const std::size_t width = style_ == ProgressStyle::bar ? usable_width() : watch::kUnlimitedWidth;
    const std::uint64_t before = std::uint64_t{epoch.epoch - 1} * scale_.steps_per_epoch;
    finish_line(watch::epoch_line(epoch, epoch.global_step - before, scale_, width));
  }
}

void Progress::on_result(const RunResult&) {
  if (epoch_open_ && style_ != ProgressStyle::none) {
    draw_last_step();
  }
}

void Progress::draw_last_step() {
  EpochInfo epoch;
  epoch.epoch = last_step_.epoch;
  epoch.global_step = last_step_.global_step;
  epoch.train_loss = last_step_.mean_loss;
  epoch.train_figures = {last_step_.mean_figure};
  epoch.seconds = last_step_.train_seconds;
  epoch.samples_per_second = static_cast<double>(last_step_.rows) / std::max(last_step_.train_seconds, 1e-9);
  on_epoch(epoch);
}

void Progress::redraw(std::string_view line) {
  const std::size_t covered = std::min(drawn_, usable_width());  // the terminal may have become narrower
  const std::size_t blanks = covered - std::min(covered, line.size());
  print_notes(fmt::format("\r{}{:{}}", line, "", blanks));
  drawn_ = line.size();
}

void Progress::finish_line(std::string_view line) {
  if (style_ == ProgressStyle::bar) {
    redraw(line);
    print_notes("\n");
    drawn_ = 0;
  } else {
    print_notes(fmt::format("{}\n", line));
  }
}

SweepProgress::SweepProgress(ProgressStyle style, Monitor monitor)
    : style_(progress_style_here(style)), monitor_(monitor) {}

void SweepProgress::expect(std::size_t trials, std::uint32_t epochs) {
  trials_ += trials;
  epochs_ += std::uint64_t{epochs} * trials;
}

void SweepProgress::skip(const Trial& trial, const TrialRecord& record) {
  ++done_;
  epochs_ -= trial.epochs;
  count(record);
}

void SweepProgress::on_start(const Trial&) {
  ++running_;
  draw();
}

void SweepProgress::on_end(const Trial& trial, const TrialRecord& record) {
  --running_;
  ++done_;
  epochs_done_ += trial.epochs;
  count(record);
  if (style_ == ProgressStyle::lines) {
    print_notes(
        fmt::format("{}  {}  {}\n", head(), as_options(outcome_text(record, monitor_)), point_text(record.point)));
  }
  draw();
}

void SweepProgress::count(const TrialRecord& record) {
  const auto value = best_value(record, monitor_);
  if (record.status != TrialStatus::completed || !value) {
    ++unfinished_;
    return;
  }
  const auto place =
      std::ranges::find_if(best_, [&](const Row& row) { return is_better(monitor_, *value, row.value); });
  best_.insert(place, {*value, fmt::format("{}  {}", figure_text(*value), point_text(record.point))});
  best_.resize(std::min(best_.size(), kRows));
}

std::string SweepProgress::time_left() const {
  const double share = static_cast<double>(epochs_done_) / static_cast<double>(std::max<std::uint64_t>(epochs_, 1));
  return share > 0 ? fmt::format("{} left", clock_text(clock_.seconds() * (1 - share) / share)) : "";
}

std::string SweepProgress::head() const { return fmt::format("trial {}/{}  {}", done_, trials_, time_left()); }

void SweepProgress::draw() {
  if (style_ != ProgressStyle::bar) {
    return;
  }
  const std::size_t width = usable_width();
  std::vector<std::string> lines{
      fmt::format("{}  {} running{}", head(), running_,
                  unfinished_ > 0 ? fmt::format("  {} diverged or failed", unfinished_) : "")};
  for (const Row& row : best_) {
    lines.push_back(fmt::format("  {} {}", monitor_name(monitor_), row.text));
  }
  std::string text = drawn_ > 0 ? fmt::format("\x1b[{}A", drawn_) : "";
  for (const std::string& line : lines) {
    text += fmt::format("\r{}\x1b[K\n", line.substr(0, width));
  }
  print_notes(text);
  drawn_ = lines.size();
}

void SweepProgress::finish() { drawn_ = 0; }

}  // namespace strata::cli
