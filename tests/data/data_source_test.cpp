#include "data/data_source.h"

#include <functional>

#include "tests/catch.h"
#include "tests/train/small_source.h"

namespace data_data_source_test {

using namespace strata;

TEST_CASE("the hash of a data set tells every change of what a run depends on", "[data]") {
  const DataSource source = test::small_source();
  const std::string hash = data_hash(source);
  CHECK(data_hash(test::small_source()) == hash);
  CHECK(hash.size() == 16);
  const auto changed = [&](const std::function<void(DataSource&)>& change) {
    DataSource other = source;
    change(other);
    return data_hash(other) != hash;
  };
  CHECK(changed([](DataSource& s) { s.train.pixels.back() ^= 1; }));
  CHECK(changed([](DataSource& s) { s.train.labels.front() ^= 1; }));
  CHECK(changed([](DataSource& s) { s.train.row_weights.assign(203, 1); }));
  CHECK(changed([](DataSource& s) { s.train.values.push_back(0); }));
  CHECK(changed([](DataSource& s) { s.validation = s.test; }));
  CHECK(changed([](DataSource& s) { std::swap(s.validation, s.test); }));
  CHECK(changed([](DataSource& s) { s.test.pixels.front() ^= 1; }));
  CHECK(changed([](DataSource& s) { s.classes = 4; }));
  CHECK(!changed([](DataSource& s) { s.train.source = "elsewhere"; }));
}

}  // namespace data_data_source_test
