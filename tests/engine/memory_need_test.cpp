#include "engine/engine.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/engine/small_problem.h"

namespace engine_memory_need_test {

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

TEST_CASE("ranks need memory for their part of the rows and for sums of gradients", "[engine]") {
  const ModelSpec model{100, {200}, 10, activation_of(kernels::ActivationKind::elu)};
  const std::vector<ParameterGroup> groups{group(0, 0, "freeze"), group(1, 1, "adam")};
  const auto need = [&](std::size_t rows) { return memory_need(model, groups, rows); };
  const auto of_node = [&](std::size_t rows, int world_size, int node_size) {
    return memory_need_of_node(model, groups, rows, kernels::Precision::f32, world_size, node_size);
  };
  CHECK(of_node(256, 4, 1) == Approx(need(64) + 4 * 1.75 * 2000));
  CHECK(of_node(256, 4, 2) == Approx(2 * of_node(256, 4, 1)));
  CHECK(of_node(300, 2, 1) == Approx(need(192) + 4 * 1.5 * 2000));
  CHECK(missing(thrown([] { require_memory(3e9, 2000000000, 4); }), {"3000 MB for the 4 ranks of this machine"}) == "");
}

TEST_CASE("what does not fit is refused in one line", "[engine]") {
  require_memory(1e9, 1000000000);
  require_memory(1e18, std::nullopt);
  CHECK(missing(thrown([] { require_memory(3e9, 2000000000); }),
                {"failed: ", "out of memory", "3000 MB", "2000 MB are available"}) == "");
}

}  // namespace engine_memory_need_test
