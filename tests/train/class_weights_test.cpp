#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "train/run_setup.h"

namespace train_class_weights_test {

using namespace strata;
using namespace strata::test;

namespace {

DataSource source_of(std::vector<std::uint32_t> labels, std::vector<std::string> names) {
  DataSource source;
  source.train.source = "three.csv";
  source.train.labels = std::move(labels);
  source.classes = 3;
  source.class_names = std::move(names);
  return source;
}

const DataSource kNumbered = source_of({0, 1, 2, 1, 1, 0, 2, 2}, {});
const DataSource kNamed = source_of({0, 1, 2, 1, 1, 0, 2, 2}, {"ant", "bee", "cat"});

TrainConfig weighted(ClassWeights weights, SplitKind split = SplitKind::shuffled) {
  TrainConfig config;
  config.class_weights = std::move(weights);
  config.split = split;
  return config;
}

}  // namespace

TEST_CASE("balanced weights are scikit-learn's, from the training rows", "[train]") {
  const std::vector<std::uint32_t> rows{0, 1, 2, 3, 4, 5};
  // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 1, 2, 1, 1, 0])
  CHECK(class_weights(weighted({true, {}}), kNumbered, rows) == std::vector<double>{1, 6.0 / 9, 2});
}

TEST_CASE("given weights are taken as they are, no weights stay none", "[train]") {
  const std::vector<std::uint32_t> rows{0, 1, 2};
  CHECK(class_weights(weighted({false, {1, 2, 3}}), kNumbered, rows) == std::vector<double>{1, 2, 3});
  CHECK(class_weights(weighted({}), kNumbered, rows).empty());
}

TEST_CASE("classes that are named have their weights, the others 1", "[train]") {
  const std::vector<std::uint32_t> rows{0, 1, 2};
  const auto named = [&](std::vector<std::pair<std::string, double>> weights, const DataSource& source) {
    return class_weights(weighted({false, {}, std::move(weights)}), source, rows);
  };
  CHECK(named({{"cat", 3}, {"ant", 0}}, kNamed) == std::vector<double>{0, 1, 3});
  CHECK(named({{"2", 0.5}}, kNumbered) == std::vector<double>{1, 1, 0.5});
  CHECK(missing(thrown([&] {
                  named({{"car", 3}}, kNamed);
                }),
                {"usage: ", "no class is called 'car'; the nearest of the 3 is 'cat'"}) == "");
  CHECK(missing(thrown([&] { named({{"3", 3}}, kNumbered); }), {"usage: ", "no class is called '3'"}) == "");
  CHECK(missing(thrown([&] {
                  named({{"ant", 0}, {"bee", 0}, {"cat", 0}}, kNamed);
                }),
                {"usage: ", "every class has weight 0"}) == "");
}

TEST_CASE("weights that do not fit the classes are refused", "[train]") {
  const std::vector<std::uint32_t> rows{0, 1, 3};
  const auto fault = [&](const TrainConfig& config, const DataSource& source) {
    return thrown([&] { class_weights(config, source, rows); });
  };
  CHECK(missing(fault(weighted({false, {1, 2}}), kNumbered), {"usage: ", "3 classes", "2 weights"}) == "");
  CHECK(missing(fault(weighted({false, {1, 2}}), kNamed), {"usage: ", "('ant', 'bee', 'cat')"}) == "");
  CHECK(missing(fault(weighted({true, {}}), kNumbered), {"data: ", "three.csv", "the class 2 "}) == "");
}

TEST_CASE("a class to balance without training rows is named with the reason and the way out", "[train]") {
  const std::vector<std::uint32_t> rows{0, 1, 3};
  const auto fault = [&](SplitKind split, const DataSource& source) {
    return thrown([&] { class_weights(weighted({true, {}}, split), source, rows); });
  };
  CHECK(missing(fault(SplitKind::tail, kNamed),
                {"data: ", "the split holds out all rows of the class 'cat' (3 in all)", "--split stratified"}) == "");
  CHECK(missing(fault(SplitKind::stratified, kNamed), {"'cat'", "cannot divide so few"}) == "");
  const DataSource without = source_of({0, 1, 0, 1}, {"ant", "bee", "cat"});
  CHECK(missing(fault(SplitKind::shuffled, without), {"data: ", "no row is of the class 'cat'"}) == "");
}

TEST_CASE("classes without a training row are known by number", "[train]") {
  CHECK(untrained_classes(kNamed, std::vector<std::uint32_t>{0, 5}) == std::vector<std::size_t>{1, 2});
  CHECK(untrained_classes(kNamed, std::vector<std::uint32_t>{0, 1, 2}).empty());
}

}  // namespace train_class_weights_test
