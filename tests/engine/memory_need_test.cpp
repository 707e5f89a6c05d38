#include "engine/memory_need.h"

#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/engine/small_problem.h"

using namespace strata;
using namespace strata::test;

TEST_CASE("memory counts weights, the copies of them, optimizer state and activations", "[engine]") {
  const ModelSpec model{100, {200}, 10, activation_of(kernels::ActivationKind::elu)};
  const auto floats = [](double count) { return Approx(4 * count); };
  const double activations = 32 * (100 + 2 * 200 + 2 * 10);
  CHECK(memory_need(model, {group(0, 1, "sgd,lr=0.1")}, 32) == floats(2 * 20000 + 3 * 2000 + activations));
  CHECK(memory_need(model, {group(0, 0, "adam"), group(1, 1, "freeze")}, 32) ==
        floats(4 * 20000 + 2 * 2000 + activations));
  CHECK(memory_need(model, {group(0, 1, "sgd,lr=0.1")}, 32, kernels::Precision::bf16) ==
        floats(2 * 20000 + 3 * 2000 + activations / 2));
}

TEST_CASE("what does not fit is refused in one line", "[engine]") {
  require_memory(1e9, 1000000000);
  require_memory(1e18, std::nullopt);
  CHECK(missing(thrown([] { require_memory(3e9, 2000000000); }),
                {"failed: ", "out of memory", "3000 MB", "2000 MB are available"}) == "");
}
