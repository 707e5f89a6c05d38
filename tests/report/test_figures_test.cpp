#include "report/test_figures.h"

#include "tests/catch.h"
#include "tests/core/thrown.h"

using namespace strata;
using Json = nlohmann::ordered_json;

namespace {

/// Pixel c decides for class c: without hidden layers and with the identity as weights.
ModelFile identity_model(std::size_t classes) {
  const ModelSpec spec{.inputs = classes, .hidden = {}, .classes = classes, .activation = {}};
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

}  // namespace

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
