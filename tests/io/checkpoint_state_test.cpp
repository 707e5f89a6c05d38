#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "io/checkpoint.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace io_checkpoint_state_test {

using namespace strata;
using Json = nlohmann::ordered_json;

namespace {

RunState full_state() {
  RunState state;
  state.epochs = 3;
  state.global_step = 71;
  state.means = {LossSums{.loss = 1.5, .figure = 20, .weight = 24.25}, 24};
  state.update_ratios = {0.001, std::numeric_limits<double>::quiet_NaN()};
  state.plateaus = {{.best = std::numeric_limits<double>::infinity(), .waited = 0, .cooldown = 0, .cuts = 0},
                    {.best = 0.5, .waited = 1, .cooldown = 2, .cuts = 3}};
  state.validation = Validation{.loss = 0.6, .figures = {{"accuracy", 0.75}, {"auc", 0.9}}};
  state.best = {2, {.loss = 0.5, .figures = {{"accuracy", 0.8}}}, 1};
  state.patience = Patience{.reference = 0.55, .waited = 4};
  state.seconds = 12.5;
  state.epoch_seconds = 0.25;
  return state;
}

}  // namespace

TEST_CASE("a run's state comes back from its JSON", "[io]") {
  const RunState state = full_state();
  const Json json = to_json(state);
  const RunState read = run_state(json);
  CHECK(read.epochs == 3);
  CHECK(read.global_step == 71);
  CHECK(read.means.rows() == 24);
  CHECK(read.means.sums().loss == 1.5);
  CHECK(read.means.sums().figure == 20);
  CHECK(read.means.sums().weight == 24.25);
  REQUIRE(read.update_ratios.size() == 2);
  CHECK(read.update_ratios[0] == 0.001);
  CHECK(std::isnan(read.update_ratios[1]));
  CHECK(read.plateaus == state.plateaus);
  REQUIRE(read.validation.has_value());
  CHECK(read.validation->figures == state.validation->figures);
  CHECK(read.best.epoch == 2);
  CHECK(read.best.validation.figures == state.best.validation.figures);
  CHECK(read.best.waited == 1);
  REQUIRE(read.patience.has_value());
  CHECK(read.patience->reference == 0.55);
  CHECK(read.patience->waited == 4);
  CHECK(read.seconds == 12.5);
  CHECK(read.epoch_seconds == 0.25);
  CHECK(to_json(read) == json);
}

TEST_CASE("a run's state before its first validation has none", "[io]") {
  const RunState read = run_state(to_json(RunState()));
  CHECK_FALSE(read.validation.has_value());
  CHECK(read.update_ratios.empty());
  CHECK(read.plateaus.empty());
}

TEST_CASE("numbers of a run's state that are no whole numbers, or too large, are told by name", "[io]") {
  const auto error = [](const char* pointer, const Json& value) {
    Json json = to_json(full_state());
    json[Json::json_pointer(pointer)] = value;
    return test::thrown([&] { run_state(json); });
  };
  CHECK(error("/epochs", -1) == "data: epochs is -1; expected a whole number");
  CHECK(error("/epochs", 4294967295U) == "nothing thrown");
  CHECK(error("/epochs", 4294967296U) == "data: epochs is 4294967296; expected a whole number");
  CHECK(error("/global_step", 1.5) == "data: global_step is 1.5; expected a whole number");
  CHECK(error("/global_step", 18446744073709551615U) == "nothing thrown");
  CHECK(error("/means/rows", "x") == "data: rows is \"x\"; expected a whole number");
  CHECK(error("/plateaus/1/cuts", 4294967296U) == "data: cuts is 4294967296; expected a whole number");
  CHECK(error("/best/epoch", nullptr) == "data: epoch is null; expected a whole number");
}

TEST_CASE("the means of a run of before there were other figures have its correct rows", "[io]") {
  Json json = to_json(full_state());
  json["means"].erase("figure");
  json["means"]["correct"] = 20U;
  CHECK(run_state(json).means.sums().figure == 20);
}

}  // namespace io_checkpoint_state_test
