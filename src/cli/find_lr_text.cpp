#include "cli/find_lr_text.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/progress_line.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kRows = 16;  ///< rates shown of a test

std::string rate_text(double rate) { return fmt::format("{:.2g}", rate); }

Json number_json(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json numbers_json(const std::vector<double>& values) {
  Json json = Json::array();
  for (const double value : values) {
    json.push_back(number_json(value));
  }
  return json;
}

std::string suggestion_text(const GroupRange& group) {
  if (group.suggestion.rate > 0) {
    return fmt::format("{}: try lr={}, half the rate at which training it gains most\n", group.test.group,
                       group.suggestion.rate);
  }
  return fmt::format("{}: no suggestion: {}\n", group.test.group, group.suggestion.reason);
}

std::string table(const RangeTest& test) {
  std::string text = fmt::format("{:>8}  {:>8}  {:>8}  {:>8}\n", "rate", "loss", "lr=0", "gain");
  const std::size_t count = test.rates.size();
  const std::size_t rows = std::min(count, kRows);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t i = rows < 2 ? 0 : row * (count - 1) / (rows - 1);
    text += fmt::format("{:>8}  {:>8}  {:>8}  {:>8}\n", rate_text(test.rates[i]), figure(test.smoothed[i]),
                        figure(test.control[i]), figure(test.control[i] - test.smoothed[i]));
  }
  return text;
}

}  // namespace

std::size_t RateMap::lowest() const {
  std::size_t best = values.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i]) && (best == values.size() || values[i] < values[best])) {
      best = i;
    }
  }
  return best;
}

std::string range_text(const std::vector<GroupRange>& groups) {
  std::string text;
  for (const GroupRange& group : groups) {
    text += fmt::format("{}, {}: smoothed loss by rate, and of the same batches without training it\n",
                        group.test.group, group.optimizer.name);
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
    text += fmt::format("  {:>9}", rate_text(rate));
  }
  text += '\n';
  for (std::size_t row = 0; row < map.first.size(); ++row) {
    text += fmt::format("{:>9}", rate_text(map.first[row]));
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
  return text + fmt::format("lowest: {} lr={}, {} lr={}\n", map.groups[0], map.first[best / map.second.size()],
                            map.groups[1], map.second[best % map.second.size()]);
}

Json range_json(const std::vector<GroupRange>& groups) {
  Json json = Json::array();
  for (const GroupRange& group : groups) {
    Json entry{{"group", group.test.group}, {"optimizer", to_string(group.optimizer)}};
    if (group.suggestion.rate > 0) {
      entry["suggestion"] = group.suggestion.rate;
    } else {
      entry["reason"] = group.suggestion.reason;
    }
    entry["noise"] = number_json(group.test.noise);
    entry["rates"] = numbers_json(group.test.rates);
    entry["loss"] = numbers_json(group.test.losses);
    entry["smoothed"] = numbers_json(group.test.smoothed);
    entry["control"] = numbers_json(group.test.control);
    json.push_back(std::move(entry));
  }
  return {{"groups", json}};
}

Json map_json(const RateMap& map) {
  Json rows = Json::array();
  for (std::size_t row = 0; row < map.first.size(); ++row) {
    const auto first = map.values.begin() + static_cast<std::ptrdiff_t>(row * map.second.size());
    rows.push_back(numbers_json({first, first + static_cast<std::ptrdiff_t>(map.second.size())}));
  }
  Json json{{"groups", map.groups}, {"rates", {map.first, map.second}}, {"figure", map.figure}, {"values", rows}};
  if (const std::size_t best = map.lowest(); best < map.values.size()) {
    json["lowest"] = {map.first[best / map.second.size()], map.second[best % map.second.size()]};
  }
  return {{"map", json}};
}

}  // namespace strata::cli
