#include "model/model.h"
#include "tests/catch.h"

namespace model_model_spec_test {

using namespace strata;
using kernels::ActivationKind;

TEST_CASE("the default network's shapes and parameters", "[model]") {
  const ModelSpec model{784, {300, 100, 50}, 10, {ActivationKind::elu, 1.0F}};
  REQUIRE(model.layer_count() == 4);
  const auto layers = model.layers();
  REQUIRE(layers.size() == 4);
  const std::size_t sizes[] = {784, 300, 100, 50, 10};
  for (std::size_t l = 0; l < 4; ++l) {
    CAPTURE(l);
    CHECK(layers[l].inputs == sizes[l]);
    CHECK(layers[l].outputs == sizes[l + 1]);
    CHECK(layers[l].activation.kind == (l < 3 ? ActivationKind::elu : ActivationKind::linear));
    CHECK(layers[l].activation.alpha == (l < 3 ? 1.0F : 0.0F));
    CHECK(model.layer(l).parameters() == sizes[l + 1] * (sizes[l] + 1));
  }
  CHECK(model.parameter_count() == 235500 + 30100 + 5050 + 510);
  CHECK(model.parameter_count() == 271160);
}

TEST_CASE("a network without hidden layers is one linear layer", "[model]") {
  const ModelSpec model{5, {}, 3, {ActivationKind::relu, 0}};
  REQUIRE(model.layer_count() == 1);
  CHECK(model.layer(0).inputs == 5);
  CHECK(model.layer(0).outputs == 3);
  CHECK(model.layer(0).activation.kind == ActivationKind::linear);
  CHECK(model.parameter_count() == 18);
}

}  // namespace model_model_spec_test
