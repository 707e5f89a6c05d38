#include "io/run_state_json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "core/error.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

/// A whole number that Number holds.
template <class Number>
Number whole(const Json& json, const char* key) {
  const Json& value = json.at(key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::numeric_limits<Number>::max()) {
    throw data_error("{} is {}; expected a whole number", key, value.dump());
  }
  return value.get<Number>();
}

/// JSON has no infinities and no NaN: `missing` stands for the one that can occur.
Json number_json(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

double number(const Json& json, double missing) { return json.is_null() ? missing : json.get<double>(); }

Json to_json(const EpochMeans& means) {
  const LossSums& sums = means.sums();
  return {{"loss", sums.loss}, {"figure", sums.figure}, {"weight", sums.weight}, {"rows", means.rows()}};
}

/// Runs of before there were other figures than accuracy have the rows that were correct.
double figure_of(const Json& json) {
  return json.contains("figure") ? json.at("figure").get<double>()
                                 : static_cast<double>(whole<std::size_t>(json, "correct"));
}

EpochMeans means_of(const Json& json) {
  const LossSums sums{
      .loss = json.at("loss").get<double>(), .figure = figure_of(json), .weight = json.at("weight").get<double>()};
  return {sums, whole<std::size_t>(json, "rows")};
}

Json to_json(const PlateauState& plateau) {
  return {{"best", number_json(plateau.best)},
          {"waited", plateau.waited},
          {"cooldown", plateau.cooldown},
          {"cuts", plateau.cuts}};
}

PlateauState plateau_of(const Json& json) {
  return {.best = number(json.at("best"), std::numeric_limits<double>::infinity()),
          .waited = whole<std::uint64_t>(json, "waited"),
          .cooldown = whole<std::uint64_t>(json, "cooldown"),
          .cuts = whole<std::uint32_t>(json, "cuts")};
}

Json to_json(const Validation& validation) {
  Json json{{"loss", validation.loss}};
  for (const auto& [name, value] : validation.figures) {
    json[name] = value;
  }
  return json;
}

Validation validation_of(const Json& json) {
  Validation validation{.loss = json.at("loss").get<double>(), .figures = {}};
  for (const auto& [name, value] : json.items()) {
    const auto* const entry = std::ranges::find(kFigures, name, &FigureEntry::name);
    if (entry == kFigures.end()) {
      throw data_error("{} is no figure that this version knows", name);
    }
    if (entry->name != "loss") {
      validation.figures.push_back({entry->name, value.get<double>()});
    }
  }
  return validation;
}

}  // namespace

Json to_json(const RunState& state) {
  Json json{{"epochs", state.epochs},
            {"global_step", state.global_step},
            {"means", to_json(state.means)},
            {"update_ratios", Json::array()},
            {"plateaus", Json::array()}};
  if (state.earlier_updates > 0) {
    json["earlier_updates"] = state.earlier_updates;
  }
  for (const double ratio : state.update_ratios) {
    json["update_ratios"].push_back(number_json(ratio));
  }
  for (const PlateauState& plateau : state.plateaus) {
    json["plateaus"].push_back(to_json(plateau));
  }
  if (state.validation) {
    json["validation"] = to_json(*state.validation);
  }
  json["best"] = {
      {"epoch", state.best.epoch}, {"validation", to_json(state.best.validation)}, {"waited", state.best.waited}};
  if (state.patience) {
    const auto& [reference, waited] = *state.patience;
    json["patience"] = {{"reference", reference ? Json(*reference) : Json()}, {"waited", waited}};
  }
  json["seconds"] = state.seconds;
  json["epoch_seconds"] = state.epoch_seconds;
  return json;
}

RunState run_state(const Json& json) {
  RunState state;
  state.epochs = whole<std::uint32_t>(json, "epochs");
  state.global_step = whole<std::uint64_t>(json, "global_step");
  if (json.contains("earlier_updates")) {
    state.earlier_updates = whole<std::uint64_t>(json, "earlier_updates");
  }
  state.means = means_of(json.at("means"));
  for (const Json& ratio : json.at("update_ratios")) {
    state.update_ratios.push_back(number(ratio, std::numeric_limits<double>::quiet_NaN()));
  }
  for (const Json& plateau : json.at("plateaus")) {
    state.plateaus.push_back(plateau_of(plateau));
  }
  if (json.contains("validation")) {
    state.validation = validation_of(json.at("validation"));
  }
  const Json& best = json.at("best");
  state.best = {whole<std::uint32_t>(best, "epoch"), validation_of(best.at("validation")),
                whole<std::uint32_t>(best, "waited")};
  if (json.contains("patience")) {
    const Json& patience = json.at("patience");
    const Json& reference = patience.at("reference");
    state.patience = Patience{reference.is_null() ? std::nullopt : std::optional(reference.get<double>()),
                              whole<std::uint32_t>(patience, "waited")};
  }
  state.seconds = json.at("seconds").get<double>();
  state.epoch_seconds = json.at("epoch_seconds").get<double>();
  return state;
}

}  // namespace strata
