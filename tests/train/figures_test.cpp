// Named figures of predictions. The expected values are scikit-learn 1.9's for the same rows.
#include "train/figures.h"

#include <algorithm>
#include <cmath>

#include "tests/catch.h"
#include "tests/train/lcg.h"
#include "train/classification_figures.h"

namespace train_figures_test {

using namespace strata;
using strata::test::Lcg;

namespace {

struct Rows {
  std::size_t rows;
  std::size_t columns;
  std::vector<float> targets{};
  std::vector<float> predictions{};
  std::vector<std::uint32_t> labels{};

  MatrixView<const float> target_matrix() const { return {targets.data(), rows, columns}; }
  MatrixView<const float> prediction_matrix() const { return {predictions.data(), rows, columns}; }
};

/// Eighths from -50 on, missed by up to six.
Rows numbers(std::size_t rows, std::size_t columns, std::uint32_t seed) {
  Rows r{rows, columns};
  Lcg draws{seed};
  for (std::size_t i = 0; i < rows * columns; ++i) {
    r.targets.push_back(static_cast<float>(draws.below(1000)) / 8 - 50);
    r.predictions.push_back(r.targets.back() + (static_cast<float>(draws.below(200)) - 100) / 16);
  }
  return r;
}

/// Scores are twentieths, many of them equal; the higher one is, the more often its row is positive.
Rows binary(std::size_t rows, std::size_t columns, std::uint32_t seed) {
  Rows r{rows, columns};
  Lcg draws{seed};
  for (std::size_t i = 0; i < rows * columns; ++i) {
    const std::uint32_t score = draws.below(21);
    r.predictions.push_back(static_cast<float>(score) / 20);
    r.labels.push_back(draws.below(20) < score ? 1 : 0);
    r.targets.push_back(static_cast<float>(r.labels.back()));
  }
  return r;
}

Approx about(double value) { return Approx(value).epsilon(1e-12); }

Task task_of(std::string_view loss) { return {.objective = parse_objective(loss, "loss")}; }

double value(std::string_view name, const Task& task, const Judged& judged) {
  Judgement judgement(task, judged);
  return figure_of(name, judgement).value();
}

}  // namespace

TEST_CASE("figures of three numbers are scikit-learn's", "[train]") {
  const Rows r = numbers(40, 3, 5);
  const auto of = number_figures(r.target_matrix(), r.prediction_matrix(), {});
  REQUIRE(of.size() == 3);
  const std::vector<double> rmse{3.6844796952894177, 3.603356724985746, 3.8437754064200993};
  const std::vector<double> mae{3.209375, 3.1875, 3.365625};
  const std::vector<double> r2{0.990612011019251, 0.9873468287550611, 0.9859994274545757};
  const std::vector<double> median{3.5, 3.34375, 3.34375};
  const std::vector<double> p95{5.69375, 5.875, 6.128125};
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    CHECK(of[i].rmse == about(rmse[i]));
    CHECK(of[i].mae == about(mae[i]));
    CHECK(of[i].r2.value() == about(r2[i]));
    CHECK(of[i].median_error == about(median[i]));
    CHECK(of[i].p95_error == about(p95[i]));
    CHECK_FALSE(of[i].quantile);
  }
  const Judged judged{.targets = r.target_matrix(), .predictions = r.prediction_matrix()};
  CHECK(value("rmse", task_of("mse"), judged) == about(3.7105372755650876));
  CHECK(value("mae", task_of("mse"), judged) == about(3.2541666666666664));
  CHECK(value("r2", task_of("mse"), judged) == about(0.9879860890762959));
}

TEST_CASE("r2 of equal targets is 1 if all are met and else 0, of a single row it has no value", "[train]") {
  const std::vector<float> equal(5, 3.0F);
  const std::vector<float> missed(5, 4.0F);
  const MatrixView<const float> targets(equal.data(), 5, 1);
  CHECK(number_figures(targets, targets, {})[0].r2 == 1.0);
  CHECK(number_figures(targets, {missed.data(), 5, 1}, {})[0].r2 == 0.0);
  const MatrixView<const float> one(equal.data(), 1, 1);
  CHECK_FALSE(number_figures(one, one, {})[0].r2);
  const Task task = task_of("mse");
  Judgement judgement(task, {.targets = one, .predictions = one});
  CHECK(figures_of(std::vector<std::string_view>{"mae", "rmse", "r2"}, judgement) ==
        FigureList{{"mae", 0}, {"rmse", 0}});
}

TEST_CASE("three quantiles of one target are scikit-learn's", "[train]") {
  Rows r = numbers(40, 3, 5);
  std::vector<float> first;
  for (std::size_t row = 0; row < r.rows; ++row) {
    first.push_back(r.targets[3 * row]);
  }
  const MatrixView<const float> target(first.data(), r.rows, 1);
  const Task task = task_of("quantile,q=0.1:0.5:0.9");
  const auto of = number_figures(target, r.prediction_matrix(), quantiles_of(task));
  const std::vector<double> pinball{1.5609375, 21.5859375, 20.8571875};
  const std::vector<double> below{0.475, 0.5, 0.55};
  const std::vector<double> mae{3.209375, 43.171875, 41.121875};
  REQUIRE(of.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    CHECK(of[i].quantile == task.objective.quantiles[i]);
    CHECK(of[i].pinball == about(pinball[i]));
    CHECK(of[i].below == about(below[i]));
    CHECK(of[i].mae == about(mae[i]));
  }
  const Judged judged{.targets = target, .predictions = r.prediction_matrix()};
  CHECK(value("pinball", task, judged) == about((pinball[0] + pinball[1] + pinball[2]) / 3));
}

TEST_CASE("figures of two classes by one output are scikit-learn's at any threshold", "[train]") {
  const Rows r = binary(60, 1, 3);
  const Judged judged{.labels = r.labels, .predictions = r.prediction_matrix()};
  Task task = task_of("binary_cross_entropy");
  CHECK(value("accuracy", task, judged) == about(0.7833333333333333));
  CHECK(value("f1", task, judged) == about(0.7936507936507936));
  CHECK(value("macro_f1", task, judged) == about(0.7827903091060986));
  CHECK(value("auc", task, judged) == about(0.8659621802002225));
  CHECK(value("average_precision", task, judged) == about(0.8763949139417194));
  CHECK(confusion_matrix(r.labels, decided_classes(r.prediction_matrix(), 2, 0.5), 2).counts ==
        std::vector<std::size_t>{22, 7, 6, 25});
  task.threshold = 0.25;
  CHECK(value("accuracy", task, judged) == about(0.7166666666666667));
  CHECK(value("f1", task, judged) == about(0.7733333333333333));
  CHECK(value("macro_f1", task, judged) == about(0.6977777777777778));
}

TEST_CASE("two outputs say of two classes what one does", "[train]") {
  const Rows r = binary(60, 1, 3);
  std::vector<float> both;
  for (const float p : r.predictions) {
    both.insert(both.end(), {1 - p, p});
  }
  const Judged judged{.labels = r.labels, .predictions = {both.data(), r.rows, 2}};
  for (const std::string_view name : {"accuracy", "macro_f1", "auc", "f1", "average_precision"}) {
    CAPTURE(name);
    CHECK(value(name, task_of("softmax_cross_entropy"), judged) ==
          value(name, task_of("binary_cross_entropy"), {.labels = r.labels, .predictions = r.prediction_matrix()}));
  }
}

TEST_CASE("the points of the curves are scikit-learn's, one for each score", "[train]") {
  const Rows r = binary(60, 1, 3);
  const auto points = decision_curve(ranked(r.predictions, positives_of(r.target_matrix(), 0)));
  REQUIRE(points.size() == 21);
  CHECK(points[0].score == 1);
  CHECK(points[0].recall == about(0.0967741935483871));
  CHECK(points[2].false_positive_rate == 0);
  CHECK(points[2].recall == about(0.3870967741935484));
  CHECK(points[2].precision == 1);
  CHECK(points.back().recall == 1);
  CHECK(points.back().false_positive_rate == 1);
  CHECK(decision_curve(ranked(r.predictions, std::vector<bool>(60, true))).empty());
  CHECK_FALSE(average_precision(ranked(r.predictions, std::vector<bool>(60, false))));
}

TEST_CASE("figures of four labels, one of which never occurs, are scikit-learn's", "[train]") {
  Rows r = binary(50, 4, 11);
  for (std::size_t row = 0; row < r.rows; ++row) {
    r.targets[4 * row + 3] = 0;
  }
  const Judged judged{.targets = r.target_matrix(), .predictions = r.prediction_matrix()};
  const Task task = task_of("binary_cross_entropy");
  CHECK(value("label_accuracy", task, judged) == about(0.69));
  CHECK(value("subset_accuracy", task, judged) == about(0.18));
  CHECK(value("micro_f1", task, judged) == about(0.6352941176470588));
  CHECK(value("macro_f1", task, judged) == about(0.5590763403263403));
  const auto labels = label_figures(r.target_matrix(), r.prediction_matrix(), 0.5);
  REQUIRE(labels.size() == 4);
  CHECK(labels[1].precision == about(0.7391304347826086));
  CHECK(labels[1].recall == about(0.68));
  CHECK(labels[1].f1 == about(0.7083333333333334));
  CHECK(labels[1].support == 25);
  CHECK(labels[1].predicted == 23);
  CHECK(labels[3].f1 == 0);
  CHECK(labels[3].predicted == 26);
}

TEST_CASE("a row is of one class to predictions, confusion matrix, figures and the engine: at the threshold it is no",
          "[train]") {
  CHECK_FALSE(says_yes(0.3F, 0.3));  // fp32's 0.3 is above 0.3, but the kernels and exported graphs compare in fp32
  CHECK(says_yes(std::nextafter(0.3F, 1.0F), 0.3));
  CHECK(decided_class(std::vector<float>{0.3F}, 2, 0.3) == 0);
  CHECK(decided_class(std::vector<float>{0.4F}, 2, 0.3) == 1);
  CHECK(decided_class(std::vector<float>{1.0F}, 1, 0.5) == 0);              // the only class
  CHECK(decided_class(std::vector<float>{0.2F, 0.4F, 0.4F}, 3, 0.3) == 1);  // the first of the most probable ones
  const std::vector<float> p{0.3F, 0.4F};
  const std::vector<std::uint32_t> labels{0, 1};
  Task task = task_of("binary_cross_entropy");
  task.threshold = 0.3;
  CHECK(value("accuracy", task, {.labels = labels, .predictions = {p.data(), 2, 1}}) == 1);
  const std::vector<float> targets{0, 1};
  CHECK(value("subset_accuracy", task, {.targets = {targets.data(), 2, 1}, .predictions = {p.data(), 2, 1}}) == 1);
  CHECK(value("label_accuracy", task, {.targets = {targets.data(), 2, 1}, .predictions = {p.data(), 2, 1}}) == 1);
}

TEST_CASE("figures that are asked for together are those asked for one by one, and share what they are read from",
          "[train]") {
  const Rows two = binary(60, 1, 3);
  const Rows four = binary(50, 4, 11);
  const Rows three = numbers(40, 3, 5);
  const Judged classes{.labels = two.labels, .predictions = two.prediction_matrix()};
  const Judged labels{.targets = four.target_matrix(), .predictions = four.prediction_matrix()};
  const Judged values{.targets = three.target_matrix(), .predictions = three.prediction_matrix()};
  const auto check = [](std::string_view loss, TargetShape shape, const Judged& judged) {
    const Task task = task_of(loss);
    Judgement judgement(task, judged);
    const FigureList together = figures_of(figures(task.objective, shape), judgement);
    CHECK(together.size() == figures(task.objective, shape).size());
    for (const Figure& figure : together) {
      CAPTURE(figure.name);
      CHECK(figure.value == value(figure.name, task, judged));
    }
  };
  check("binary_cross_entropy", {TargetKind::classes, 2}, classes);
  check("binary_cross_entropy", {TargetKind::labels, 4}, labels);
  check("huber", {TargetKind::numbers, 3}, values);
  check("quantile,q=0.3", {TargetKind::numbers, 3}, values);
  const Task task = task_of("binary_cross_entropy");
  Judgement judgement(task, classes);
  CHECK(judgement.classes().data() == judgement.classes().data());
  CHECK(&judgement.confusion() == &judgement.confusion());
  CHECK(judgement.ranking().data() == judgement.ranking().data());
}

TEST_CASE("every figure of every objective has an entry, and every monitor's figure too", "[train]") {
  const auto known = [](std::string_view name) { return std::ranges::find(kFigures, name, &FigureEntry::name); };
  for (const ObjectiveEntry& entry : objective_registry()) {
    const Objective objective{.kind = entry.kind};
    for (const TargetKind targets : entry.takes) {
      const TargetShape shape{targets, 2};
      for (const std::string_view name : figures(objective, shape)) {
        CAPTURE(name);
        CHECK(known(name) != kFigures.end());
      }
    }
  }
}

}  // namespace train_figures_test
