#include "model/initialize.h"

#include <algorithm>
#include <cmath>

#include "tests/catch.h"

namespace model_initialize_test {

using namespace strata;

namespace {

constexpr Convention kConventions[] = {Convention::keras, Convention::torch};

/// One layer of 200 inputs and 150 outputs.
Parameters draw(Initializer initializer, Convention convention, std::uint64_t seed = 42) {
  Parameters parameters(ModelSpec{200, {}, 150, {}}.layers());
  initialize(parameters, initializer, convention, seed);
  return parameters;
}

std::vector<double> weights_of(const Parameters& parameters, std::size_t layer = 0) {
  const auto weight = parameters.weight(layer);
  return {weight.data(), weight.data() + weight.rows() * weight.columns()};
}

/// He et al. 2015, Glorot & Bengio 2010, LeCun et al. 1998.
double expected_variance(std::string_view name) {
  if (name.starts_with("he")) {
    return 2.0 / 200;
  }
  return name.starts_with("glorot") ? 2.0 / (200 + 150) : 1.0 / 200;
}

struct Moments {
  double mean = 0;
  double variance = 0;
  double largest = 0;   ///< of |x|
  double kurtosis = 0;  ///< fourth moment over squared variance: normal 3, normal cut at 2 sigma 2.37, uniform 1.8
};

Moments moments(const std::vector<double>& values) {
  Moments m;
  const auto n = static_cast<double>(values.size());
  for (const double x : values) {
    m.mean += x / n;
    m.largest = std::max(m.largest, std::fabs(x));
  }
  double fourth = 0;
  for (const double x : values) {
    m.variance += std::pow(x - m.mean, 2) / n;
    fourth += std::pow(x - m.mean, 4) / n;
  }
  m.kurtosis = fourth / (m.variance * m.variance);
  return m;
}

}  // namespace

TEST_CASE("every initializer has its mean, variance, bounds and shape", "[model]") {
  // 30,000 draws: the mean's deviation is sigma/173, the variance's at most sigma^2 * sqrt(2/30000) = 0.8 %.
  for (const InitializerName& entry : kInitializers) {
    for (const Convention convention : kConventions) {
      CAPTURE(entry.name, static_cast<int>(convention));
      const Moments m = moments(weights_of(draw(entry.initializer, convention)));
      const double variance = expected_variance(entry.name);
      const double sigma = std::sqrt(variance);
      CHECK(std::fabs(m.mean) < 4 * sigma / std::sqrt(30000.0));
      CHECK(m.variance == Approx(variance).epsilon(0.03));
      if (entry.name.ends_with("uniform")) {
        CHECK(m.largest <= std::sqrt(3.0) * sigma * (1 + 1e-7));
        CHECK(m.largest > 0.999 * std::sqrt(3.0) * sigma);
        CHECK(m.kurtosis == Approx(1.8).epsilon(0.03));
      } else if (convention == Convention::keras) {
        const double bound = 2 * sigma / 0.87962566103423978;
        CHECK(m.largest <= bound * (1 + 1e-7));
        CHECK(m.largest > 0.99 * bound);
        CHECK(m.kurtosis == Approx(2.37).epsilon(0.03));
      } else {
        CHECK(m.largest > 3.3 * sigma);
        CHECK(m.kurtosis == Approx(3).epsilon(0.05));
      }
    }
  }
}

TEST_CASE("conventions differ in normals only", "[model]") {
  for (const InitializerName& entry : kInitializers) {
    CAPTURE(entry.name);
    const bool same = weights_of(draw(entry.initializer, Convention::keras)) ==
                      weights_of(draw(entry.initializer, Convention::torch));
    CHECK(same == entry.name.ends_with("uniform"));
  }
}

TEST_CASE("biases become 0, whatever they were", "[model]") {
  Parameters parameters(ModelSpec{4, {3}, 2, {}}.layers());
  std::ranges::fill(parameters.values(), 7.0F);
  initialize(parameters, Initializer::he_normal, Convention::keras, 1);
  for (std::size_t l = 0; l < 2; ++l) {
    CHECK(std::ranges::all_of(parameters.bias(l), [](float x) { return x == 0; }));
    CHECK(std::ranges::none_of(weights_of(parameters, l), [](double x) { return x == 7; }));
  }
}

TEST_CASE("a weight is a function of seed, layer and canonical index alone", "[model]") {
  // Layers of one fan-in and fan-out have one scale; a wider network's first weights are the narrower one's.
  Parameters three(ModelSpec{20, {20, 20}, 20, {}}.layers());
  Parameters one(ModelSpec{20, {}, 20, {}}.layers());
  initialize(three, Initializer::glorot_normal, Convention::keras, 5);
  initialize(one, Initializer::glorot_normal, Convention::keras, 5);
  CHECK(weights_of(three, 0) == weights_of(one));
  CHECK(weights_of(three, 1) != weights_of(one));
  CHECK(weights_of(three, 2) != weights_of(three, 1));

  Parameters wide(ModelSpec{20, {}, 33, {}}.layers());
  Parameters narrow(ModelSpec{20, {}, 7, {}}.layers());
  initialize(wide, Initializer::he_normal, Convention::torch, 5);
  initialize(narrow, Initializer::he_normal, Convention::torch, 5);
  auto prefix = weights_of(wide);
  prefix.resize(7 * 20);
  CHECK(weights_of(narrow) == prefix);
}

TEST_CASE("seeds give other weights, and one seed the same", "[model]") {
  for (const InitializerName& entry : kInitializers) {
    const auto weights = weights_of(draw(entry.initializer, Convention::keras, 1));
    CHECK(weights == weights_of(draw(entry.initializer, Convention::keras, 1)));
    CHECK(weights != weights_of(draw(entry.initializer, Convention::keras, 2)));
    CHECK(weights != weights_of(draw(entry.initializer, Convention::keras, 1 + (std::uint64_t{1} << 32))));
  }
}

TEST_CASE("no two weights are one draw", "[model]") {
  auto weights = weights_of(draw(Initializer::he_normal, Convention::keras));
  std::ranges::sort(weights);
  const auto repeated = weights.end() - std::unique(weights.begin(), weights.end());
  CHECK(repeated < 200);  // fp32 rounding alone merges some tens of 30,000
}

TEST_CASE("the default network's initial weights for seed 42 are frozen", "[model]") {
  // They must not change from version to version, nor between CPUs and compilers.
  Parameters parameters(ModelSpec{784, {300, 100, 50}, 10, {}}.layers());
  initialize(parameters, Initializer::he_normal, Convention::keras, 42);
  CHECK(weights_hash(parameters) == "5f98cc2518d550cb");
}

}  // namespace model_initialize_test
