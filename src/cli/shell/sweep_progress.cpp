#include "cli/shell/sweep_progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/shell/streams.h"
#include "cli/text/option_text.h"
#include "core/figure.h"
#include "search/ranking.h"

namespace strata::cli {

namespace {

constexpr std::size_t kRows = 5;

}  // namespace

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
  const std::size_t width = std::max<std::size_t>(terminal_width(), 2) - 1;
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
