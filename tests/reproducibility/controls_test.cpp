// What must change a run's hash: without such controls equal hashes would prove nothing.
#include <bit>
#include <cstdint>
#include <functional>
#include <string>

#include "kernels/instruction_set.h"
#include "tests/catch.h"
#include "tests/reproducibility/configurations.h"
#include "tests/reproducibility/run_hash.h"

namespace reproducibility_controls_test {

using namespace strata;
using namespace strata::test;

namespace {

bool panels_run_here() { return kernels::instruction_set_name() != "baseline"; }

/// Of the base configuration, changed.
std::string changed_hash(const std::function<void(TrainConfig&)>& change,
                         const std::function<void(DataSource&)>& change_data = {}) {
  const Configuration configuration{"", change, change_data};
  return hash_of(run_to_end(config_of(configuration), source_of(configuration)));
}

void flip_lowest_bit(float& value) { value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ 1U); }

}  // namespace

TEST_CASE("a run's hash is another after any change to what it computes", "[reproducibility]") {
  if (!panels_run_here()) {
    return;
  }
  const std::string plain = changed_hash({});
  CHECK(changed_hash({}) == plain);
  CHECK(changed_hash([](TrainConfig& c) { c.seed = 43; }) != plain);
  CHECK(changed_hash([](TrainConfig& c) { c.max_steps = 41; }) != plain);
  CHECK(changed_hash([](TrainConfig& c) { c.batch_size = 33; }) != plain);
  CHECK(changed_hash([](TrainConfig& c) { set_groups(c, "sgd,lr=0.05", "adam,lr=0.01,epsilon=1.01e-7"); }) != plain);
  CHECK(changed_hash([](TrainConfig& c) { set_groups(c, "sgd,lr=0.0500001", "adam,lr=0.01"); }) != plain);
  CHECK(changed_hash([](TrainConfig& c) { c.convention = Convention::torch; }) != plain);
  CHECK(changed_hash([](TrainConfig& c) { c.label_smoothing = 1e-6; }) != plain);
}

TEST_CASE("a run's hash is another after one bit of the data has flipped", "[reproducibility]") {
  if (!panels_run_here()) {
    return;
  }
  const auto in_order = [](TrainConfig& c) {  // so that the row is trained on, once
    c.sampling = SamplingKind::sequential;
    c.validation_split = 0;
  };
  const std::string plain = changed_hash(in_order);
  CHECK(changed_hash(in_order, [](DataSource& s) { s.train.pixels[100 * 19 + 7] ^= 1U; }) != plain);
  CHECK(changed_hash(in_order, [](DataSource& s) { s.train.labels[100] ^= 1U; }) != plain);
  const auto of_values = [&](bool flip) {
    return changed_hash(
        [&](TrainConfig& c) {
          in_order(c);
          c.scaler = ScalerKind::unit;
          c.missing = MissingValues::mean;
        },
        [&](DataSource& s) {
          take_values(s);
          if (flip) {
            flip_lowest_bit(s.train.values[100 * 19 + 8]);
          }
        });
  };
  CHECK(of_values(false) == of_values(false));
  CHECK(of_values(true) != of_values(false));
}

TEST_CASE("a run's hash sees the weights and every quantity of the optimizers' state", "[reproducibility]") {
  if (!panels_run_here()) {
    return;
  }
  const Configuration configuration{"", [](TrainConfig& c) { set_groups(c, "sgd,momentum=0.9", "adam"); }};
  const EndOfRun end = run_to_end(config_of(configuration), source_of(configuration));
  const std::string plain = hash_of(end);
  REQUIRE(end.snapshot.optimizers.slots.size() == 2);
  for (const std::size_t i : {std::size_t{0}, end.snapshot.parameters.values().size() - 1}) {
    EndOfRun changed = end;
    flip_lowest_bit(changed.snapshot.parameters.values()[i]);
    CHECK(hash_of(changed) != plain);
    for (std::size_t slot = 0; slot < 2; ++slot) {
      changed = end;
      flip_lowest_bit(changed.snapshot.optimizers.slots[slot].values()[i]);
      CHECK(hash_of(changed) != plain);
    }
  }
}

}  // namespace reproducibility_controls_test
