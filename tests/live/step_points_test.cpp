#include "live/step_points.h"

#include "report/metrics_series.h"
#include "tests/catch.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

/// The same steps as the live page and the report have them.
struct Both {
  StepPoints points;
  StepSeries series;

  void add(std::uint64_t number, double loss) {
    const LearningRates rates{{"lower", 0.1 / static_cast<double>(number)}, {"upper", 0.001}};
    points.add({.epoch = 1,
                .step = number,
                .global_step = number,
                .loss = loss,
                .mean_loss = loss / 2,
                .mean_figure = {"accuracy", 0.5},
                .learning_rates = rates});
    series.take(Json{{"global_step", number},
                     {"loss", loss},
                     {"mean_loss", loss / 2},
                     {"mean_accuracy", 0.5},
                     {"learning_rates", {{"lower", 0.1 / static_cast<double>(number)}, {"upper", 0.001}}}});
  }
};

}  // namespace

TEST_CASE("The steps of a short run are those of its report", "[live]") {
  Both both;
  for (std::uint64_t step = 1; step <= kMostPoints; ++step) {
    both.add(step, 1.0 / static_cast<double>(step));
  }
  CHECK(both.points.json() == both.series.json());
}

TEST_CASE("The steps of a long run are so many parts that hide nothing", "[live]") {
  constexpr std::uint64_t kSteps = 100'001;
  StepPoints points;
  for (std::uint64_t step = 1; step <= kSteps; ++step) {
    const LearningRates rates{{"all", 0.1}};
    points.add({.epoch = 1,
                .step = step,
                .global_step = step,
                .loss = step == 77'777 ? 99.0
                        : step == 5    ? std::numeric_limits<double>::quiet_NaN()
                                       : 1.0,
                .mean_loss = 1.0,
                .mean_figure = {"accuracy", 0.5},
                .learning_rates = rates});
  }
  const Json json = points.json();
  CHECK(json["count"] == kSteps);
  const std::size_t parts = json["first"].size();
  CHECK(parts >= kMostPoints);
  CHECK(parts <= 2 * kMostPoints);
  CHECK(json["first"].front() == 1);
  CHECK(json["last"].back() == kSteps);
  std::size_t missing = 0;
  double highest = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    if (i > 0) {
      CHECK(json["first"][i].get<std::uint64_t>() == json["last"][i - 1].get<std::uint64_t>() + 1);
    }
    highest = std::max(highest, json["loss"]["max"][i].get<double>());
    missing += json["loss"]["missing"][i].get<std::size_t>();
  }
  CHECK(highest == 99.0);
  CHECK(missing == 1);
}

}  // namespace strata
