#include "settings/expectations.h"

#include <cmath>

#include "tests/catch.h"

namespace strata::settings_expectations_test {

RunResult completed(double val_loss, double val_accuracy) {
  RunResult result;
  result.train_loss = 0.5;
  result.train_figures = {{"accuracy", 0.75}};
  result.val_loss = val_loss;
  result.val_figures = {{"accuracy", val_accuracy}};
  result.weights_hash = "0123456789abcdef";
  return result;
}

TEST_CASE("a figure that ends worse than expected is named, in its direction", "[settings]") {
  const RunResult result = completed(0.4, 0.8);
  CHECK(unmet_expectation({{{"val_loss", 0.4}, {"val_accuracy", 0.8}, {"train_accuracy", 0.7}}, ""}, result).empty());
  CHECK(unmet_expectation({{{"val_loss", 0.3}}, ""}, result) == "val_loss ended at 0.4, above the 0.3 of ‹fail_below›");
  CHECK(unmet_expectation({{{"val_accuracy", 0.9}}, ""}, result) ==
        "val_accuracy ended at 0.8, below the 0.9 of ‹fail_below›");
  CHECK(unmet_expectation({{{"test_loss", 1}}, ""}, result) == "the result has no test_loss, which ‹fail_below› names");
}

TEST_CASE("a figure that is no number is not as expected", "[settings]") {
  const RunResult result = completed(std::nan(""), std::nan(""));
  CHECK_FALSE(unmet_expectation({{{"val_loss", 1}}, ""}, result).empty());
  CHECK_FALSE(unmet_expectation({{{"val_accuracy", 0}}, ""}, result).empty());
}

TEST_CASE("another hash is not as expected", "[settings]") {
  CHECK(unmet_expectation({{}, "0123456789abcdef"}, completed(1, 1)).empty());
  CHECK_FALSE(unmet_expectation({{}, "0123456789abcdee"}, completed(1, 1)).empty());
}

}  // namespace strata::settings_expectations_test
