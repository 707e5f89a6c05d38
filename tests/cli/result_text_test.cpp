#include "cli/text/run_text.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace cli_result_text_test {

using namespace strata;
using namespace strata::cli;
using strata::test::missing;

TEST_CASE("the best epoch is told where it decided something", "[cli]") {
  RunResult result;
  CHECK(result_text(result).find("best") == std::string::npos);
  result.monitor = Monitor{"auc"};
  result.best_epoch = 3;
  result.best_value = 0.875;
  CHECK(result_text(result).find("best") == std::string::npos);
  result.stopped_early = true;
  CHECK(missing(result_text(result), {"\nbest epoch 3: val_auc 0.8750; stopped early\n"}) == "");
  result.restored_best = true;
  CHECK(missing(result_text(result), {"val_auc 0.8750; stopped early; its weights are restored\n"}) == "");
  result.stopped_early = false;
  CHECK(missing(result_text(result), {"best epoch 3: val_auc 0.8750; its weights are restored\n"}) == "");
}

TEST_CASE("figures of an epoch before the weights say so", "[cli]") {
  RunResult result;
  result.val_loss = 0.5;
  result.val_figures = {{"accuracy", 0.75}};
  CHECK(missing(result_text(result), {"\nvalidation loss 0.5000  validation accuracy 0.7500\n"}) == "");
  result.val_epoch = 3;
  CHECK(missing(result_text(result), {"validation accuracy 0.7500  (after epoch 3, before these weights)\n"}) == "");
}

TEST_CASE("what the epochs leave of another limit is told", "[cli]") {
  TrainConfig config;
  RunResult result;
  result.epochs = 10;
  result.steps = 60;
  result.seconds = 0.1;
  CHECK(unused_limit_text(result, config).empty());
  config.max_seconds = 5;
  CHECK(unused_limit_text(result, config) ==
        "limit   10 epochs ended the run after 0.1 of the 5 s of --max-time; give more --epochs\n");
  config.max_steps = 1000;
  CHECK(missing(unused_limit_text(result, config), {"of --max-time and 60 of the 1,000 steps of --max-steps; "}) == "");
  config.max_seconds = 0.1;
  CHECK(missing(unused_limit_text(result, config), {"after 60 of the 1,000 steps of --max-steps; "}) == "");
  config.max_steps = 60;
  CHECK(unused_limit_text(result, config).empty());
  config.max_steps = 1000;
  result.stopped_early = true;
  CHECK(unused_limit_text(result, config).empty());
  result.stopped_early = false;
  result.epochs = 9;
  CHECK(unused_limit_text(result, config).empty());
}

TEST_CASE("rates are told in four digits", "[cli]") {
  Divergence divergence;
  divergence.learning_rates = {{"lower", 0.0177827941004}, {"upper", 1e30}};
  CHECK(missing(divergence_text(divergence, {}, false), {"lower 0.01778, upper 1e+30"}) == "");
}

}  // namespace cli_result_text_test
