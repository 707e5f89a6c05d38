#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "tests/catch.h"

namespace optim_plateau_test {

using namespace strata;

namespace {

/// How often the rate has been cut after each epoch.
std::vector<std::uint32_t> cuts(std::string_view keys, const std::vector<double>& losses,
                                Convention convention = Convention::keras) {
  const OptimizerSpec optimizer = parse_optimizer(fmt::format("sgd,schedule=plateau{}", keys), convention, "--lower");
  PlateauState state;
  std::vector<std::uint32_t> all;
  for (const double loss : losses) {
    state = after_epoch(state, optimizer.schedule, convention, loss);
    all.push_back(state.cuts);
  }
  return all;
}

using Cuts = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a rate is cut after patience epochs without a lower loss, and again after as many", "[optim]") {
  CHECK(cuts(",patience=2", {5, 4, 3, 2, 1}) == Cuts{0, 0, 0, 0, 0});
  CHECK(cuts(",patience=2", {5, 5, 5, 5, 5, 5}) == Cuts{0, 0, 1, 1, 2, 2});
  CHECK(cuts(",patience=1", {5, 6, 4, 4, 3}) == Cuts{0, 1, 1, 2, 2});
  CHECK(cuts(",patience=2", {5, 6, 4, 6, 3, 6, 6}) == Cuts{0, 0, 0, 0, 0, 0, 1});
}

TEST_CASE("a fall that is not above min_delta does not count", "[optim]") {
  CHECK(cuts(",patience=1,min_delta=0.5", {5, 4.5, 4.25, 3.75}) == Cuts{0, 1, 1, 2});
  CHECK(cuts(",patience=1,min_delta=0", {5, 4.999999999}) == Cuts{0, 0});
  CHECK(cuts(",patience=1", {5, 4.99995}) == Cuts{0, 1});
}

TEST_CASE("epochs of the cooldown do not count, but their losses do", "[optim]") {
  const std::vector<double> flat(8, 5);
  CHECK(cuts(",patience=2,cooldown=3", flat, Convention::torch) == Cuts{0, 0, 1, 1, 1, 1, 1, 2});
  CHECK(cuts(",patience=1,cooldown=1", {5, 6, 4, 4, 4, 4}, Convention::torch) == Cuts{0, 1, 1, 2, 2, 3});
  CHECK(cuts(",patience=1,cooldown=1", {5, 6, 6, 6, 6, 6}, Convention::torch) == Cuts{0, 1, 1, 2, 2, 3});
}

TEST_CASE("in Keras the cooldown's last epoch counts", "[optim]") {
  const std::vector<double> flat(8, 5);
  CHECK(cuts(",patience=2,cooldown=3", flat) == Cuts{0, 0, 1, 1, 1, 1, 2, 2});
  CHECK(cuts(",patience=2,cooldown=1", flat) == Cuts{0, 0, 1, 1, 2, 2, 3, 3});
  CHECK(cuts(",patience=1,cooldown=1", {5, 6, 4, 4, 4, 4}) == Cuts{0, 1, 1, 2, 3, 4});
  CHECK(cuts(",patience=1,cooldown=1", flat) == Cuts{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("a loss that is no number is no fall", "[optim]") {
  CHECK(cuts(",patience=2", {5, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) ==
        Cuts{0, 0, 1});
}

TEST_CASE("a figure that should rise is followed upwards", "[optim]") {
  CHECK(cuts(",patience=1,monitor=val_accuracy", {0.5, 0.6, 0.6, 0.55, 0.7}) == Cuts{0, 0, 1, 2, 2});
  CHECK(cuts(",patience=1,monitor=val_accuracy,min_delta=0.25", {0.5, 0.75, 0.8, 0.9}) == Cuts{0, 1, 1, 2});
  CHECK(cuts(",patience=1,monitor=val_rmse", {0.5, 0.6, 0.4}) == Cuts{0, 1, 1});
}

}  // namespace optim_plateau_test
