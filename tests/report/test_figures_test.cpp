#include "report/test_figures.h"

#include <cmath>

#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace report_test_figures_test {

using namespace strata;
using Json = nlohmann::ordered_json;

namespace {

/// Pixel c decides for class c: without hidden layers and with the identity as weights.
ModelFile identity_model(std::size_t classes) {
  const ModelSpec spec{.inputs = classes, .hidden = {}, .outputs = classes, .activation = {}};
  Parameters parameters(spec.layers());
  for (std::size_t c = 0; c < classes; ++c) {
    parameters.weight(0)(c, c) = 1;
  }
  return {.spec = spec,
          .convention = Convention::keras,
          .parameters = std::move(parameters),
          .scaler = {std::vector<float>(classes, 0.0F), std::vector<float>(classes, 1.0F)},
          .sample_shape = {classes, 1},
          .notes = {}};
}

struct Samples {
  Dataset data;

  /// A row of that label, taken for `predicted` the more surely the brighter.
  void add(std::uint32_t label, std::size_t predicted, std::uint8_t brightness, std::size_t classes) {
    for (std::size_t c = 0; c < classes; ++c) {
      data.pixels.push_back(c == predicted ? brightness : std::uint8_t{0});
    }
    data.features = classes;
    data.labels.push_back(label);
  }
  TestRows test() const { return {.part = "test", .rows = all_rows_of(data), .compute = {.threads = 2}}; }
};

/// Numbers 0, 1, 2, … that are missed by 0, -1, 2, -3, …, of so many outputs; the one feature is the row's number.
struct MissedNumbers {
  Dataset data;
  PartEvaluation evaluation{};

  MissedNumbers(std::size_t rows, std::size_t outputs) {
    data.features = 1;
    evaluation.kind = TargetKind::numbers;
    evaluation.outputs = outputs;
    evaluation.target_columns = outputs;
    evaluation.predictions = AlignedVector<float>(rows * outputs);
    evaluation.targets = AlignedVector<float>(rows * outputs);
    for (std::size_t i = 0; i < rows * outputs; ++i) {
      const auto row = static_cast<float>(i / outputs);
      evaluation.targets[i] = row;
      evaluation.predictions[i] = i / outputs % 2 == 0 ? 2 * row : 0;
    }
    for (std::size_t row = 0; row < rows; ++row) {
      data.values.push_back(static_cast<float>(row));
    }
    evaluation.numbers.resize(outputs);
  }
  Json shown() const {
    Json json = numbers_shown(evaluation);
    add_worst(json, evaluation, identity_model(1), all_rows_of(data));
    return json;
  }
};

std::size_t sum_of(const Json& counts) {
  std::size_t sum = 0;
  for (const Json& count : counts) {
    sum += (count.is_array() ? count[2] : count).get<std::size_t>();
  }
  return sum;
}

}  // namespace

TEST_CASE("of numbers a page has the points, the distribution of errors, and the largest ones with their features",
          "[report]") {
  const Json json = MissedNumbers(101, 2).shown();
  REQUIRE(json.size() == 2);
  CHECK_FALSE(json[0].contains("bins"));
  CHECK(json[0]["points"].size() == 101);
  CHECK(json[0]["points"][4] == Json({4.0, 8.0}));
  CHECK(sum_of(json[0]["errors"]["counts"]) == 101);
  CHECK(json[0]["errors"]["from"] == -99.0);
  CHECK(json[0]["worst"].size() == 12);
  CHECK(json[0]["worst"][0] == Json::parse(R"({"row":100,"actual":100.0,"predicted":200.0,
                                               "features":[{"name":"0","value":100.0}]})"));
  CHECK(json[0]["worst"][1]["row"] == 99);
}

TEST_CASE("of more than 5,000 rows the points are counted in bins, of more than eight outputs the first are shown",
          "[report]") {
  const Json json = MissedNumbers(5001, 9).shown();
  REQUIRE(json.size() == 8);
  CHECK_FALSE(json[0].contains("points"));
  CHECK(sum_of(json[0]["bins"]["counts"]) == 5001);
  CHECK(json[0]["bins"]["from"] == 0.0);
  CHECK(json[0]["bins"]["step"].get<double>() == Approx(10000.0 / 60));
  CHECK(sum_of(json[0]["errors"]["counts"]) == 5001);
}

TEST_CASE("a category among the features of a row goes by its name, a number by its value before the offset",
          "[report]") {
  MissedNumbers numbers(3, 1);
  numbers.data.features = 3;
  const std::vector<float> values{0, 1, 7, 1, 0, 8, 0, 0, std::nanf("")};
  numbers.data.values.clear();
  numbers.data.values.append(values.begin(), values.end());
  numbers.data.offsets = {0, 0, 100};
  ModelFile model = identity_model(3);
  model.table = TableSchema{.features = {{"colour", true, {"blue", "red"}}, {"size"}}};
  Json shown = numbers_shown(numbers.evaluation);
  add_worst(shown, numbers.evaluation, model, all_rows_of(numbers.data));
  const Json& worst = shown[0]["worst"];
  REQUIRE(worst.size() == 3);
  CHECK(worst[0]["features"] == Json::parse(R"([{"name":"colour","value":null},{"name":"size","value":null}])"));
  CHECK(worst[1]["features"] == Json::parse(R"([{"name":"colour","value":"blue"},{"name":"size","value":108.0}])"));
  CHECK(worst[2]["features"] == Json::parse(R"([{"name":"colour","value":"red"},{"name":"size","value":107.0}])"));
}

TEST_CASE("the curves have a point for each score, thinned if there are many, with the first and the last",
          "[report]") {
  const Json few = curves_json(std::vector<float>{0.9F, 0.1F, 0.5F, 0.5F}, {true, false, false, true});
  CHECK(few["score"].size() == 3);
  CHECK(few["false_positive_rate"] == Json({0.0, 0.5, 1.0}));
  CHECK(few["recall"] == Json({0.5, 1.0, 1.0}));
  std::vector<float> scores;
  std::vector<bool> positive;
  for (int i = 0; i < 2000; ++i) {
    scores.push_back(static_cast<float>(i) / 2000);
    positive.push_back(i % 3 > 0);
  }
  const Json many = curves_json(scores, positive);
  CHECK(many["score"].size() == 300);
  CHECK(many["score"].front() == static_cast<double>(scores.back()));
  CHECK(many["score"].back() == 0.0);
  CHECK(curves_json(scores, std::vector<bool>(2000, true))["score"].empty());
}

TEST_CASE("colour images keep their three colours", "[report]") {
  Samples samples;
  samples.add(0, 1, 255, 3);
  ModelFile model = identity_model(3);
  model.sample_shape = {1, 1, 3};
  const Json json = test_figures(model, samples.test());
  CHECK(json["image"] == Json{{"rows", 1}, {"columns", 1}, {"channels", 3}});
  CHECK(json["mistakes"][0]["shown"][0]["pixels"] == "AP8A");
  model.sample_shape = {3, 1};
  CHECK(test_figures(model, samples.test())["image"] == Json{{"rows", 3}, {"columns", 1}});
}

TEST_CASE("the confusion matrix, the figures and the mistakes of a model are those of its predictions", "[report]") {
  Samples samples;
  samples.add(0, 0, 5, 3);
  samples.add(0, 1, 1, 3);
  samples.add(0, 1, 3, 3);
  samples.add(1, 1, 9, 3);
  samples.add(2, 0, 2, 3);
  const Json json = test_figures(identity_model(3), samples.test());
  CHECK(json["part"] == "test");
  CHECK(json["rows"] == 5);
  CHECK(json["accuracy"] == 0.4);
  CHECK(json["confusion"] == Json::parse("[[1,2,0],[0,1,0],[1,0,0]]"));
  CHECK(json["classes"][1]["precision"] == 1.0 / 3);
  CHECK(json["classes"][1]["recall"] == 1.0);
  CHECK(json["classes"][0]["support"] == 3);
  CHECK(json["classes"][0]["name"] == "0");
  REQUIRE(json["mistakes"].size() == 2);
  CHECK(json["mistakes"][0]["label"] == 0);
  CHECK(json["mistakes"][0]["predicted"] == 1);
  CHECK(json["mistakes"][0]["count"] == 2);
  CHECK(json["mistakes"][0]["shown"][0]["row"] == 2);  // the surest first
  CHECK(json["mistakes"][0]["shown"][0]["pixels"] == "AAMA");
  CHECK(json["mistakes"][0]["shown"][1]["pixels"] == "AAEA");
  CHECK(json["image"] == Json::parse(R"({"rows":3,"columns":1})"));
}

TEST_CASE("of many mistakes few are shown, of many classes the matrix is left out", "[report]") {
  constexpr std::size_t kClasses = 41;
  Samples samples;
  for (int i = 0; i < 50; ++i) {
    samples.add(1, 2, static_cast<std::uint8_t>(i + 1), kClasses);
  }
  samples.add(40, 40, 1, kClasses);
  const Json json = test_figures(identity_model(kClasses), samples.test());
  CHECK_FALSE(json.contains("confusion"));
  CHECK(json["classes"].size() == kClasses);
  REQUIRE(json["mistakes"].size() == 1);
  CHECK(json["mistakes"][0]["count"] == 50);
  CHECK(json["mistakes"][0]["shown"].size() == 12);
}

TEST_CASE("a model that does not fit the samples is refused", "[report]") {
  Samples samples;
  samples.add(3, 0, 5, 3);
  CHECK(test::missing(test::thrown([&] { test_figures(identity_model(3), samples.test()); }), {"label 3"}).empty());
  samples.data.labels = {0};
  CHECK(test::missing(test::thrown([&] { test_figures(identity_model(1), samples.test()); }), {"3 features", "takes 1"})
            .empty());
}

}  // namespace report_test_figures_test
