#include "watch/progress_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "core/figure.h"

namespace strata::watch {

namespace {

constexpr std::size_t kMinBar = 10;
constexpr std::size_t kMaxBar = 30;

std::size_t digits(std::uint64_t number) { return fmt::formatted_size("{}", number); }

std::string epoch_count(std::uint32_t epoch, const ProgressScale& scale) {
  return fmt::format("{:>{}}/{}", epoch, digits(scale.epochs), scale.epochs);
}

std::string step_count(std::size_t step, const ProgressScale& scale) {
  return fmt::format("{:>{}}/{}", step, digits(scale.steps_per_epoch), scale.steps_per_epoch);
}

std::string speed(double samples_per_second) {
  const double shown = std::isfinite(samples_per_second) ? std::clamp(samples_per_second, 0.0, 1e15) : 0.0;
  return fmt::format("{} samples/s", grouped_digits(static_cast<std::uint64_t>(std::llround(shown))));
}

/// `[#####-----]` of `width` columns.
std::string bar(std::size_t step, std::size_t steps, std::size_t width) {
  const std::size_t inside = width - 2;
  const double share = std::min(1.0, static_cast<double>(step) / static_cast<double>(std::max<std::size_t>(steps, 1)));
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(inside));
  return fmt::format("[{:#<{}}{:-<{}}]", "", filled, "", inside - filled);
}

/// The first text that fits, or else as much of the last as does.
std::string first_that_fits(std::initializer_list<std::string> texts, std::size_t width) {
  for (const std::string& text : texts) {
    if (text.size() <= width) {
      return text;
    }
  }
  return std::data(texts)[texts.size() - 1].substr(0, width);
}

}  // namespace

std::string live_line(const StepInfo& step, const ProgressScale& scale, std::size_t width) {
  const std::string epoch = epoch_count(step.epoch, scale);
  const std::string steps = step_count(step.step, scale);
  const std::string loss = figure_text(step.mean_loss);
  const std::string quick = figure_text(step.mean_figure);
  const double seconds_a_step = step.step == 0 ? 0 : step.train_seconds / static_cast<double>(step.step);
  const double steps_left = static_cast<double>(scale.steps_per_epoch - std::min(step.step, scale.steps_per_epoch));
  const std::string left = clock_text(seconds_a_step * steps_left) + " left";
  const std::string rate = speed(static_cast<double>(step.rows) / std::max(step.train_seconds, 1e-9));

  const std::string head = fmt::format("Epoch {}", epoch);
  const std::string figures =
      fmt::format("  {}  loss {}  {} {}", steps, loss, figure_entry(step.mean_figure.name).text, quick);
  const std::string tail =
      first_that_fits({fmt::format("{}  {}  {}", figures, rate, left), fmt::format("{}  {}", figures, left), figures},
                      std::max(width, head.size()) - head.size());
  if (tail.size() < figures.size()) {
    return first_that_fits({fmt::format("{}  {}  loss {}  {} {}", epoch, steps, loss,
                                        figure_entry(step.mean_figure.name).short_text, quick),
                            fmt::format("{} {} {} {}", epoch, steps, loss, quick)},
                           width);
  }
  const std::size_t room = width - head.size() - tail.size();
  const bool has_bar = room >= kMinBar + 2;
  return has_bar
             ? fmt::format("{}  {}{}", head, bar(step.step, scale.steps_per_epoch, std::min(room - 2, kMaxBar)), tail)
             : fmt::format("{}{}", head, tail);
}

std::string epoch_line(const EpochInfo& epoch, std::size_t steps, const ProgressScale& scale, std::size_t width) {
  const std::string number = epoch_count(epoch.epoch, scale);
  const std::string made = step_count(steps, scale);
  const std::string loss = figure_text(epoch.train_loss);
  const Figure& train = epoch.train_figures.front();
  const std::string_view name = figure_entry(train.name).text;
  const std::string_view short_name = figure_entry(train.name).short_text;
  const std::string quick = figure_text(train);
  std::string validation;  // three forms, from long to short
  std::string short_validation;
  std::string bare_validation;
  if (epoch.val_loss && !epoch.val_figures.empty()) {
    const std::string val_loss = figure_text(*epoch.val_loss);
    const std::string val_quick = figure_text(epoch.val_figures.front());
    validation = fmt::format("  val loss {}  val {} {}", val_loss, name, val_quick);
    short_validation = fmt::format("  val loss {}  {} {}", val_loss, short_name, val_quick);
    bare_validation = fmt::format("  val {} {}", val_loss, val_quick);
  }
  const std::string full = fmt::format("Epoch {}  {}  loss {}  {} {}{}", number, made, loss, name, quick, validation);
  const std::string rate = speed(epoch.samples_per_second);
  return first_that_fits(
      {fmt::format("{}  {}  {:.1f} s", full, rate, epoch.seconds), fmt::format("{}  {:.1f} s", full, epoch.seconds),
       full, fmt::format("Epoch {}  {}  loss {}  {} {}{}", number, made, loss, short_name, quick, short_validation),
       fmt::format("{}  {}  {} {}{}", number, made, loss, quick, bare_validation),
       fmt::format("{} {} {} {}{}", number, made, loss, quick, bare_validation)},
      width);
}

}  // namespace strata::watch
