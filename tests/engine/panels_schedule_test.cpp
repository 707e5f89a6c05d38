#include <algorithm>
#include <cmath>

#include "engine/panels/engine.h"
#include "engine/panels/schedule.h"
#include "kernels/instruction_set.h"
#include "tests/catch.h"
#include "tests/engine/small_problem.h"

namespace engine_panels_schedule_test {

using namespace strata;
using namespace strata::test;

namespace {

int useful(const std::vector<std::size_t>& hidden, std::size_t batch_size, std::size_t inputs = 784) {
  EnginePlan plan;
  plan.model = {inputs, hidden, 10, Activation{}};
  plan.groups = {group(0, hidden.size(), "sgd,lr=0.1")};
  return useful_threads(make_live_layers(plan), batch_size);
}

}  // namespace

TEST_CASE("more rows and wider layers are worth more threads", "[engine]") {
  int before = 0;
  for (const std::size_t batch_size : {1U, 8U, 32U, 128U, 1024U, 4096U}) {
    const int threads = useful({300, 100, 50}, batch_size);
    CHECK(threads > before);
    before = threads;
  }
  CHECK(useful({}, 1) >= 1);
  CHECK(useful({300, 100, 50}, 32) >= 8);  // what two readings of the model agree on
  CHECK(useful({300, 100, 50}, 32) <= 32);
  CHECK(useful({4096, 4096}, 256) >= 192);
}

TEST_CASE("a small network's step is not worth a second thread", "[engine]") {
  CHECK(useful({16}, 16, 4) == 1);
  CHECK(useful({16}, 120, 4) == 1);
  CHECK(useful({64}, 16, 28) == 1);
  CHECK(useful({64}, 100, 28) == 1);
  CHECK(useful({64}, 400, 28) >= 2);
  CHECK(useful({64}, 1024, 28) >= 2);
  CHECK(useful({300, 100, 50}, 8) >= 2);
}

TEST_CASE("threads' shares of panels follow each other, and a narrow panel counts half", "[engine]") {
  for (const std::size_t results : {1U, 8U, 9U, 16U, 17U, 24U, 25U, 100U, 300U}) {
    const std::size_t panels = kernels::panels::blocks_of(results);
    const bool narrow = kernels::panels::is_narrow(results);
    for (const std::size_t each : {1U, 7U, 32U}) {
      for (const int count : {1, 2, 3, 16}) {
        CAPTURE(results, each, count);
        const double fair = (static_cast<double>(panels) - (narrow ? 0.5 : 0.0)) * static_cast<double>(each) / count;
        std::size_t end = 0;
        for (int thread = 0; thread < count; ++thread) {
          const kernels::panels::Range mine = share_of_panels(results, each, thread, count);
          CHECK(mine.first == end);
          REQUIRE(mine.last >= mine.first);
          end = mine.last;
          const std::size_t last_begins = (panels - 1) * each;
          const std::size_t in_last = std::max(mine.last, last_begins) - std::max(mine.first, last_begins);
          CHECK(std::abs(static_cast<double>(mine.size()) - (narrow ? 0.5 : 0.0) * static_cast<double>(in_last) -
                         fair) <= 1.0);
        }
        CHECK(end == panels * each);
      }
    }
  }
}

TEST_CASE("the panels engine spares threads only where it may", "[engine]") {
  if (kernels::instruction_set_name() == "baseline") {
    return;
  }
  EnginePlan plan;
  plan.model = {7, {6, 5}, 3, activation_of(kernels::ActivationKind::elu)};
  plan.groups = {group(0, 2, "sgd,lr=0.1")};
  plan.scaler = SmallProblem(4, plan.model).scaler;
  plan.train_batch_sizes = {4};
  plan.threads = 3;
  CHECK(make_panels_engine(plan)->threads() == 3);
  plan.may_spare_threads = true;
  CHECK(make_panels_engine(plan)->threads() == 1);
}

}  // namespace engine_panels_schedule_test
