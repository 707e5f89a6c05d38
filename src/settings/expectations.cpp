#include "settings/expectations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "core/error.h"
#include "core/field.h"
#include "core/figure.h"
#include "core/nearest.h"
#include "core/number.h"

namespace strata {

namespace {

constexpr std::array<std::string_view, 6> kUsual{"train_loss",   "train_accuracy", "val_loss",
                                                 "val_accuracy", "test_loss",      "test_accuracy"};
constexpr std::array<std::string_view, 3> kPrefixes{"train_", "val_", "test_"};

/// The figure's name without its part; empty if it has none that is known.
std::string_view without_part(std::string_view figure) {
  for (const std::string_view part : kPrefixes) {
    const std::string_view rest = figure.substr(std::min(part.size(), figure.size()));
    if (figure.starts_with(part) && find_figure_entry(rest) != nullptr) {
      return rest;
    }
  }
  return "";
}

/// Whether the run's result has it of that part, whatever is monitored; others have to be.
bool is_usual(std::string_view name, bool of_training, const RunInfo& run) {
  const bool has_all = !of_training && run.targets.kind == TargetKind::numbers;
  return has_all || name == "loss" || name == run.figures.front();
}

/// The figure that begins so, or is spelled nearly so.
std::string meant_figure(std::string_view text) {
  const auto* const longer =
      std::ranges::find_if(kUsual, [&](std::string_view figure) { return !text.empty() && figure.starts_with(text); });
  return longer != kUsual.end() ? std::string(*longer) : nearest_name(text, kUsual);
}

Expectations::Limit parse_limit(const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string figure = text.substr(0, equals);
  if (without_part(figure).empty()) {
    throw usage_error("‹fail_below›: '{}' is no figure of a result, such as {}; the nearest is {}", figure,
                      join_names(kUsual), meant_figure(figure));
  }
  const auto value = parse_number<double>(std::string_view(text).substr(std::min(equals + 1, text.size())));
  if (!value || !std::isfinite(*value)) {
    throw usage_error("‹fail_below›: expected {}=X with a number X, found '{}'", figure, text);
  }
  return {figure, *value};
}

bool more_is_better(std::string_view figure) { return figure_entry(without_part(figure)).higher_is_better; }

}  // namespace

std::string weights_hash_of(std::string_view option, const std::string& text) {
  constexpr std::size_t kDigits = 16;
  if (text.size() != kDigits || text.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw usage_error("{}: expected 16 digits of 0-9 and a-f, as strata train prints them, found '{}'", field(option),
                      text);
  }
  return text;
}

Expectations expectations(const Given& given) {
  Expectations expected;
  for (const std::string& text : given.texts("fail-below")) {
    expected.limits.push_back(parse_limit(text));
  }
  if (given.given("expect-hash")) {
    expected.hash = weights_hash_of("expect-hash", given.text("expect-hash"));
  }
  return expected;
}

void check_can_be_met(const Expectations& expected, const RunInfo& run) {
  for (const auto& [figure, value] : expected.limits) {
    const bool validation = figure.starts_with("val_");
    if ((validation && run.validation_rows == 0) || (figure.starts_with("test_") && run.test_rows == 0)) {
      throw usage_error("‹fail_below› {}: the run has no {} rows", figure, validation ? "validation" : "test");
    }
    const std::string_view name = without_part(figure);
    if (name != "loss" && std::ranges::find(run.figures, name) == run.figures.end()) {
      throw usage_error("‹fail_below› {}: {} is no figure of what is learnt; there are loss, {}", figure, name,
                        fmt::join(run.figures, ", "));
    }
    const bool of_training = figure.starts_with("train_");
    if (!is_usual(name, of_training, run) && (of_training || name != run.config.monitor.figure)) {
      throw usage_error("‹fail_below› {}: the result has no such figure; give ‹monitor› val_{}, and val_{} or test_{}",
                        figure, name, name, name);
    }
  }
}

std::string unmet_expectation(const Expectations& expected, const RunResult& result) {
  const NamedValues figures = figures_of(result);
  for (const auto& [figure, limit] : expected.limits) {
    const auto found = figures.find(figure);
    if (found == figures.end()) {
      return fmt::format("the result has no {}, which ‹fail_below› names", figure);
    }
    const double value = found->second;
    const bool more = more_is_better(figure);
    if (more ? !(value >= limit) : !(value <= limit)) {  // NaN is neither
      return fmt::format("{} ended at {}, {} the {} of ‹fail_below›", figure, value, more ? "below" : "above", limit);
    }
  }
  return expected.hash.empty() || expected.hash == result.weights_hash
             ? ""
             : fmt::format("the weights' hash is {}, not the {} of ‹expect_hash›", result.weights_hash, expected.hash);
}

}  // namespace strata
