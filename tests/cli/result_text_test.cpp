#include "cli/result_text.h"

#include "tests/catch.h"
#include "tests/core/thrown.h"

using namespace strata;
using namespace strata::cli;
using strata::test::missing;

TEST_CASE("the best epoch is told where it decided something", "[cli]") {
  RunResult result;
  CHECK(result_text(result).find("best") == std::string::npos);
  result.monitor = Monitor::val_auc;
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
