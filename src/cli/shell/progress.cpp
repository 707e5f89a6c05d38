#include "cli/shell/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/shell/streams.h"

namespace strata::cli {

namespace {

/// Between two drawings: 40 a second look smooth and cost a terminal little.
constexpr std::chrono::milliseconds kDrawInterval{25};

/// A character in the last column would make some terminals wrap.
std::size_t usable_width() { return std::max<std::size_t>(terminal_width(), 2) - 1; }

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

}  // namespace strata::cli
