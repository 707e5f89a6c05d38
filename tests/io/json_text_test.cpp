#include "io/json_text.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace strata::io_json_text_test {

namespace {

std::string nested(int depth) {
  const auto count = static_cast<std::size_t>(depth);
  return std::string(count, '[') + std::string(count, ']');
}

}  // namespace

TEST_CASE("JSON nests only as deep as it can be walked through", "[io]") {
  CHECK(parse_json(nested(kMostNesting)).is_array());
  CHECK(test::thrown([] { parse_json(nested(kMostNesting + 1)); }) == "data: arrays and objects nest deeper than 64");
  CHECK(test::thrown([] { parse_json(std::string(10'000'000, '[')); }) ==
        "data: arrays and objects nest deeper than 64");
  CHECK(parse_json(R"([[1],["[[\"[","\\"],{"a":[[]]}])").size() == 3);  // brackets in text are none
  CHECK(parse_json('"' + nested(1000) + '"').is_string());
}

TEST_CASE("what is no JSON is told by its place", "[io]") {
  CHECK(test::missing(test::thrown([] { parse_json(R"({"a":1,})"); }), {"data: ", "line 1, column 8"}).empty());
  CHECK(test::missing(test::thrown([] { parse_json(""); }), {"data: "}).empty());
  CHECK(test::missing(test::thrown([] { parse_json("[1e999]"); }), {"data: ", "1e999"}).empty());
}

}  // namespace strata::io_json_text_test
