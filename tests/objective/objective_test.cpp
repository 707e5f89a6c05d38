#include "objective/objective.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/figure.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace objective_objective_test {

using namespace strata;

namespace {

Objective parsed(std::string_view text) { return parse_objective(text, "‹loss›"); }

std::string parse_error(std::string_view text) {
  return test::thrown([&] { parsed(text); });
}

std::string output_error(std::string_view text, const TargetShape& targets) {
  return test::thrown([&] { output_count(parsed(text), targets); });
}

}  // namespace

TEST_CASE("every objective's text comes back", "[objective]") {
  for (const ObjectiveEntry& entry : objective_registry()) {
    CAPTURE(entry.name);
    CHECK(parsed(entry.name) == Objective{.kind = entry.kind});
    CHECK(parsed(to_string(parsed(entry.name))) == parsed(entry.name));
  }
  CHECK(to_string(parsed("mse")) == "mse");
  CHECK(to_string(parsed("huber")) == "huber,delta=1");
  CHECK(to_string(parsed("huber,delta=0.25")) == "huber,delta=0.25");
  CHECK(to_string(parsed("quantile")) == "quantile,q=0.5");
  CHECK(to_string(parsed("quantile,q=0.1:0.5:0.9")) == "quantile,q=0.1:0.5:0.9");
  CHECK(parsed("quantile,q=0.1:0.5:0.9").quantiles == std::vector<double>{0.1, 0.5, 0.9});
}

TEST_CASE("what no objective's text says is refused", "[objective]") {
  CHECK(parse_error("msee") ==
        "usage: --loss: unknown loss 'msee'; did you mean mse? Known: softmax_cross_entropy, binary_cross_entropy, "
        "mse, mae, huber, quantile");
  CHECK(parse_error("mse,delta=1") == "usage: --loss: mse takes no keys, but got 'delta'");
  CHECK(parse_error("huber,q=1") == "usage: --loss: huber has no key 'q'; it knows delta");
  CHECK(parse_error("huber,delta") == "usage: --loss: 'delta' is not of the form key=value, as in huber,delta=1");
  CHECK(parse_error("huber,delta=1,delta=2") == "usage: --loss: delta is given twice");
  for (const char* delta : {"0", "-1", "x", "", "nan", "inf", "1e31"}) {
    CHECK(parse_error(std::string("huber,delta=") + delta) ==
          std::string("usage: --loss: delta=") + delta + " is not a number in [1e-30, 1e+30]");
  }
  for (const char* q : {"0", "1", "x", "nan", ""}) {
    CHECK(parse_error(std::string("quantile,q=") + q) ==
          std::string("usage: --loss: q=") + q + " is not a number in [1e-06, 0.999999]");
  }
  CHECK(parse_error("quantile,q=0.1:") == "usage: --loss: q= is not a number in [1e-06, 0.999999]");
  CHECK(parse_error("quantile,q=0.5:0.1") == "usage: --loss: the values of q must ascend, as in q=0.1:0.5:0.9");
  CHECK(parse_error("quantile,q=0.5:0.5") == "usage: --loss: the values of q must ascend, as in q=0.1:0.5:0.9");
}

TEST_CASE("targets decide the objective if nobody does", "[objective]") {
  for (const TargetKind kind : {TargetKind::classes, TargetKind::labels, TargetKind::numbers}) {
    const Objective objective = default_objective(kind);
    CHECK(std::ranges::count(entry_of(objective.kind).takes, kind) == 1);
  }
  CHECK(default_objective(TargetKind::classes).kind == ObjectiveKind::softmax_cross_entropy);
  CHECK(default_objective(TargetKind::labels).kind == ObjectiveKind::binary_cross_entropy);
  CHECK(default_objective(TargetKind::numbers).kind == ObjectiveKind::mse);
}

TEST_CASE("an objective has the outputs that its targets need", "[objective]") {
  CHECK(output_count(parsed("softmax_cross_entropy"), {TargetKind::classes, 2}) == 2);
  CHECK(output_count(parsed("binary_cross_entropy"), {TargetKind::classes, 2}) == 1);
  CHECK(output_count(parsed("binary_cross_entropy"), {TargetKind::labels, 5}) == 5);
  for (const char* loss : {"mse", "mae", "huber", "quantile"}) {
    CHECK(output_count(parsed(loss), {TargetKind::numbers, 3}) == 3);
  }
  CHECK(output_count(parsed("quantile,q=0.1:0.5:0.9"), {TargetKind::numbers, 1}) == 3);
}

TEST_CASE("an objective that does not go with the targets says what would", "[objective]") {
  CHECK(output_error("mse", {TargetKind::classes, 3}) ==
        "usage: --loss mse learns numbers, but the data have classes; name the columns of numbers by "
        "--target-columns, or give --loss softmax_cross_entropy");
  CHECK(output_error("softmax_cross_entropy", {TargetKind::numbers, 1}) ==
        "usage: --loss softmax_cross_entropy learns classes, but the data have numbers; name one column of classes by "
        "--label-column, or give --loss mse");
  CHECK(output_error("binary_cross_entropy", {TargetKind::numbers, 1}) ==
        "usage: --loss binary_cross_entropy learns labels that are 0 or 1, but the data have numbers; name the labels' "
        "columns by --label-columns, or give --loss mse");
  CHECK(output_error("binary_cross_entropy", {TargetKind::classes, 3}) ==
        "usage: --loss binary_cross_entropy tells two classes apart, but the data have 3; give --loss "
        "softmax_cross_entropy");
  CHECK(output_error("quantile,q=0.1:0.9", {TargetKind::numbers, 2}) ==
        "usage: --loss quantile with 2 values of q learns one number, but the data have 2; give one q");
}

TEST_CASE("the quick figure comes first, and each figure knows its direction", "[objective]") {
  const auto first = [](const char* loss, const TargetShape& targets) {
    return std::string(figures(parsed(loss), targets).front());
  };
  CHECK(first("softmax_cross_entropy", {TargetKind::classes, 10}) == "accuracy");
  CHECK(first("binary_cross_entropy", {TargetKind::classes, 2}) == "accuracy");
  CHECK(first("binary_cross_entropy", {TargetKind::labels, 4}) == "label_accuracy");
  CHECK(first("mse", {TargetKind::numbers, 1}) == "mae");
  CHECK(first("quantile", {TargetKind::numbers, 1}) == "mae");
  for (const std::string_view figure : figures(parsed("mse"), {TargetKind::numbers, 1})) {
    CHECK(figure_entry(figure).higher_is_better == (figure == "r2"));
  }
}

}  // namespace objective_objective_test
