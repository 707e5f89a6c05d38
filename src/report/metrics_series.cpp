#include "report/metrics_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "io/json_text.h"
#include "report/curves.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// A number, or NaN for null.
double number_of(const Json& json) { return json.is_null() ? kNone : json.get<double>(); }

/// Reads text piece by piece; after the first piece that is not there nothing is.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool literal(std::string_view text) {
    if (!rest_.starts_with(text)) {
      return false;
    }
    rest_.remove_prefix(text.size());
    return true;
  }

  /// As JSON has it, or null: NaN.
  bool number(double& value) {
    if (literal("null")) {
      value = kNone;
      return true;
    }
    return from_digits(value);
  }

  bool whole(std::uint64_t& value) { return from_digits(value); }

  /// Up to the next quote, if all before it is plain.
  bool name(std::string& text) {
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] >= ' ' && rest_[end] <= '~' && rest_[end] != '"' && rest_[end] != '\\') {
      ++end;
    }
    if (end == rest_.size() || rest_[end] != '"') {
      return false;
    }
    text.assign(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool at_end() const { return rest_.empty(); }

 private:
  template <class Number>
  bool from_digits(Number& value) {
    const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const auto length = static_cast<std::size_t>(stop - rest_.data());
    const bool good = error == std::errc() && is_json(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return good;
  }

  /// from_chars knows inf, nan, 01, .5 and 1. as well.
  static bool is_json(std::string_view number) {
    const auto is_digit = [&](std::size_t i) { return i < number.size() && number[i] >= '0' && number[i] <= '9'; };
    const std::size_t first = number.starts_with('-') ? 1 : 0;
    const std::size_t point = number.find('.');
    return is_digit(first) && !(number[first] == '0' && is_digit(first + 1)) &&
           (point == std::string_view::npos || is_digit(point + 1));
  }

  std::string_view rest_;
};

/// The name of the figure whose mean a step's line has beside its mean loss.
std::string quick_figure(const Json& line) {
  constexpr std::string_view kMean = "mean_";
  for (const auto& [name, value] : line.items()) {
    if (name.starts_with(kMean) && name != "mean_loss") {
      return name.substr(kMean.size());
    }
  }
  throw data_error("a step has no mean of a figure beside mean_loss");
}

Json numbers_of(const std::vector<std::uint64_t>& numbers, const std::vector<Bucket>& buckets,
                std::size_t (*index)(const Bucket&)) {
  Json json = Json::array();
  for (const Bucket& bucket : buckets) {
    json.push_back(numbers[index(bucket)]);
  }
  return json;
}

std::size_t first_of(const Bucket& bucket) { return bucket.first; }
std::size_t last_of(const Bucket& bucket) { return bucket.last - 1; }

/// Members that say where a line stands, and are no figures.
bool places_line(std::string_view name) { return name == "epoch" || name == "global_step" || name == "best_epoch"; }

}  // namespace

bool StepLine::read(std::string_view line) {
  Cursor at(line);
  std::uint64_t ignored = 0;
  rates.clear();
  if (!at.literal(R"({"type":"step","epoch":)") || !at.whole(ignored) || !at.literal(R"(,"step":)") ||
      !at.whole(step) || !at.literal(R"(,"global_step":)") || !at.whole(number) || !at.literal(R"(,"loss":)") ||
      !at.number(loss) || !at.literal(R"(,"mean_loss":)") || !at.number(mean_loss) || !at.literal(R"(,"mean_)") ||
      !at.name(figure) || !at.literal(":") || !at.number(mean_figure)) {
    return false;
  }
  gradient_norm.reset();
  if (at.literal(R"(,"gradient_norm":)") && !at.number(gradient_norm.emplace())) {
    return false;
  }
  if (!at.literal(R"(,"learning_rates":{)")) {
    return false;
  }
  for (bool more = at.literal("\""); more; more = at.literal(",\"")) {
    auto& [group, rate] = rates.emplace_back();
    if (!at.name(group) || !at.literal(":") || !at.number(rate)) {
      return false;
    }
  }
  return at.literal("}}") && at.at_end();
}

void StepLine::read(const Json& line) {
  step = line.value("step", std::uint64_t{0});
  number = line.at("global_step").get<std::uint64_t>();
  loss = number_of(line.at("loss"));
  mean_loss = number_of(line.at("mean_loss"));
  figure = quick_figure(line);
  mean_figure = number_of(line.at("mean_" + figure));
  gradient_norm.reset();
  if (const auto norm = line.find("gradient_norm"); norm != line.end()) {
    gradient_norm = number_of(*norm);
  }
  rates.clear();
  for (const auto& [group, rate] : line.at("learning_rates").items()) {
    rates.emplace_back(group, number_of(rate));
  }
}

bool StepSeries::take(std::string_view line) {
  if (!step_.read(line)) {
    return false;
  }
  add();
  return true;
}

void StepSeries::take(const Json& line) {
  step_.read(line);
  add();
}

void StepSeries::add() {
  if (numbers_.empty()) {
    for (const auto& [group, rate] : step_.rates) {
      rates_.emplace_back(group, std::vector<double>());
    }
  }
  const auto same_group = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (!std::ranges::equal(rates_, step_.rates, same_group)) {
    throw data_error("learning_rates has other groups than the lines before");
  }
  for (std::size_t g = 0; g < rates_.size(); ++g) {
    rates_[g].second.push_back(step_.rates[g].second);
  }
  numbers_.push_back(step_.number);
  loss_.push_back(step_.loss);
  mean_loss_.push_back(step_.mean_loss);
  mean_figure_.push_back(step_.mean_figure);
  if (step_.gradient_norm) {
    gradient_norms_.push_back(*step_.gradient_norm);
  }
}

Json StepSeries::json() const {
  const std::vector<Bucket> parts = buckets(numbers_.size(), kMostPoints);
  Json rates = Json::object();
  for (const auto& [group, values] : rates_) {
    rates[group] = envelope(values, parts);
  }
  return {{"count", numbers_.size()},
          {"first", numbers_of(numbers_, parts, first_of)},
          {"last", numbers_of(numbers_, parts, last_of)},
          {"loss", envelope(loss_, parts)},
          {"mean_loss", last_values(mean_loss_, parts)},
          {"quick", step_.figure},
          {"mean_" + step_.figure, last_values(mean_figure_, parts)},
          {"learning_rates", std::move(rates)}};
}

bool EpochSeries::take(std::string_view line) {
  if (!read(line)) {
    return false;
  }
  add(std::string(line));
  return true;
}

bool EpochSeries::read(std::string_view line) {
  Cursor at(line);
  line_.clear();
  if (!at.literal(R"({"type":"epoch")")) {
    return false;
  }
  std::string outer;
  while (at.literal(",\"")) {
    if (!at.name(outer) || !at.literal(":")) {
      return false;
    }
    if (at.literal("{")) {
      for (bool more = at.literal("\""); more; more = at.literal(",\"")) {
        Value& inner = line_.emplace_back(Value{outer, "", false, 0});
        if (!at.name(inner.name) || !at.literal(":") || !at.number(inner.value)) {
          return false;
        }
      }
      if (!at.literal("}")) {
        return false;
      }
    } else if (at.literal("[")) {
      std::size_t place = 0;
      do {
        Value& element = line_.emplace_back(Value{outer, fmt::format("{}", place++), true, 0});
        if (!at.number(element.value)) {
          return false;
        }
      } while (at.literal(","));
      if (!at.literal("]")) {
        return false;
      }
    } else if (!at.number(line_.emplace_back(Value{"", outer, false, 0}).value)) {
      return false;
    }
  }
  return at.literal("}") && at.at_end() && !line_.empty() && line_.front().name == "epoch" && line_.front().value >= 0;
}

void EpochSeries::take(const Json& line) {
  line_.assign(1, Value{"", "epoch", false, static_cast<double>(line.at("epoch").get<std::uint64_t>())});
  for (const auto& [name, value] : line.items()) {
    if (value.is_structured()) {
      for (const auto& [inner, element] : value.items()) {
        line_.push_back({name, inner, value.is_array(), element.is_number() ? element.get<double>() : kNone});
      }
    } else if (name != "epoch" && (value.is_number() || value.is_null())) {
      line_.push_back({"", name, false, number_of(value)});
    }
  }
  add(json_text(line));
}

void EpochSeries::add(std::string text) {
  texts_.push_back(std::move(text));
  for (std::size_t i = 0; i < line_.size(); ++i) {
    add(line_[i], i);
  }
  for (Figure& figure : figures_) {
    figure.values.resize(texts_.size(), kNone);
  }
}

void EpochSeries::add(const Value& value, std::size_t expected) {
  if (value.outer.empty() && places_line(value.name)) {
    constexpr double kMost = 1e15;
    const auto whole = static_cast<std::uint64_t>(std::isnan(value.value) ? 0.0 : std::clamp(value.value, 0.0, kMost));
    if (value.name == "epoch") {
      numbers_.resize(texts_.size(), whole);
    } else if (value.name == "global_step") {
      last_step_ = whole;
    } else {
      best_epoch_ = whole;
    }
  }
  const auto is_it = [&](const Figure& figure) { return figure.outer == value.outer && figure.name == value.name; };
  auto found = expected < figures_.size() && is_it(figures_[expected])
                   ? figures_.begin() + static_cast<std::ptrdiff_t>(expected)  // lines have their members in one order
                   : std::ranges::find_if(figures_, is_it);
  if (found == figures_.end()) {
    found = figures_.insert(found, {value.outer, value.name, value.in_array, {}});
  }
  found->values.resize(texts_.size() - 1, kNone);
  found->values.push_back(value.value);
}

Json EpochSeries::curves() const {
  const std::vector<Bucket> parts = buckets(numbers_.size(), kMostPoints);
  Json json{{"learning_rates", Json::object()}, {"update_ratios", Json::array()}};
  for (const Figure& figure : figures_) {
    if (figure.outer.empty()) {
      if (!places_line(figure.name)) {
        json[figure.name] = envelope(figure.values, parts);
      }
    } else if (Json& outer = json[figure.outer]; figure.in_array && (outer.is_array() || outer.is_null())) {
      outer.push_back(envelope(figure.values, parts));
    } else if (!figure.in_array && (outer.is_object() || outer.is_null())) {
      outer[figure.name] = envelope(figure.values, parts);
    }
  }
  json["first"] = numbers_of(numbers_, parts, first_of);
  json["last"] = numbers_of(numbers_, parts, last_of);
  return json;
}

void EpochSeries::add_to(Json& json) const {
  const std::vector<Bucket> parts = buckets(texts_.size(), kMostPoints);
  Json kept = Json::array();
  auto part = parts.begin();
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    const bool ends_part = i == last_of(*part);
    if (ends_part || i == 0 || numbers_[i] == best_epoch_) {
      kept.push_back(Json::parse(texts_[i]));
      kept.back().erase("type");
    }
    part += ends_part ? 1 : 0;
  }
  json["epoch_count"] = texts_.size();
  json["epochs"] = std::move(kept);
  if (texts_.size() > kMostPoints) {
    json["epoch_curves"] = curves();
  }
}

}  // namespace strata
