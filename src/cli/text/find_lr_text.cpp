#include "cli/text/find_lr_text.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/text/option_text.h"
#include "cli/text/progress_line.h"

namespace strata::cli {

namespace {

constexpr std::size_t kShownRates = 16;  ///< rates shown of a test

std::string short_rate(double rate) { return fmt::format("{:.2g}", rate); }

std::string suggestion_text(const GroupRange& group) {
  if (group.suggestion.rate > 0) {
    const bool tenth = suggested_share(group.optimizer) >= 0.1;
    return fmt::format("{}: try lr={}, a {} of {}, above which the loss rises\n", group.test.group,
                       rate_text(group.suggestion.rate), tenth ? "tenth" : "hundredth",
                       rate_text(group.suggestion.limit));
  }
  return fmt::format("{}: no suggestion: {}\n", group.test.group, as_options(group.suggestion.reason));
}

std::string table(const RangeTest& test) {
  std::string text = fmt::format("{:>8}  {:>8}  {:>8}  {:>8}\n", "rate", "loss", "lr=0", "gain");
  const std::size_t count = test.rates.size();
  const std::size_t rows = std::min(count, kShownRates);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t i = rows < 2 ? 0 : row * (count - 1) / (rows - 1);
    text += fmt::format("{:>8}  {:>8}  {:>8}  {:>8}\n", short_rate(test.rates[i]), figure(test.smoothed[i]),
                        figure(test.control[i]), figure(test.control[i] - test.smoothed[i]));
  }
  return text;
}

std::string range_text(const std::vector<GroupRange>& groups) {
  std::string text;
  for (const GroupRange& group : groups) {
    text += fmt::format("{}, {}: smoothed loss by rate, and of the same batches without training it\n",
                        group.test.group, group.optimizer.name());
    text += table(group.test);
  }
  for (const GroupRange& group : groups) {
    text += suggestion_text(group);
  }
  return text;
}

std::string map_text(const RateMap& map) {
  const std::size_t best = map.lowest();
  std::string text = fmt::format("{} by rate of {} (rows) and {} (columns); * is the lowest, - diverged\n", map.figure,
                                 map.groups[0], map.groups[1]);
  text += fmt::format("{:>9}", "");
  for (const double rate : map.second) {
    text += fmt::format("  {:>9}", short_rate(rate));
  }
  text += '\n';
  for (std::size_t row = 0; row < map.first.size(); ++row) {
    text += fmt::format("{:>9}", short_rate(map.first[row]));
    for (std::size_t column = 0; column < map.second.size(); ++column) {
      const double value = map.at(row, column);
      const bool is_best = row * map.second.size() + column == best;
      text += fmt::format("  {:>9}", std::isfinite(value) ? figure(value) + (is_best ? "*" : "") : "-");
    }
    text += '\n';
  }
  if (best == map.values.size()) {
    return text + "every run diverged; try lower --rates\n";
  }
  return text + fmt::format("lowest: {} lr={}, {} lr={}\n", map.groups[0],
                            rate_text(map.first[best / map.second.size()]), map.groups[1],
                            rate_text(map.second[best % map.second.size()]));
}

}  // namespace

std::string rates_text(const FoundRates& found) { return found.map ? map_text(*found.map) : range_text(found.groups); }

}  // namespace strata::cli
