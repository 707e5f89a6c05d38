#include "settings/parse_value.h"

#include <limits>

#include "core/error.h"
#include "tests/catch.h"

namespace settings_parse_value_test {

using namespace strata;

TEST_CASE("whole numbers are read to the last character", "[settings]") {
  CHECK(parse_whole("seed", "0", 0, 10) == 0);
  CHECK(parse_whole("seed", "18446744073709551615", 0, std::numeric_limits<std::uint64_t>::max()) ==
        std::numeric_limits<std::uint64_t>::max());
  for (const char* text : {"", " 1", "1 ", "+1", "-1", "0x1", "1.0", "1e1", "11", "18446744073709551616"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_whole("seed", text, 0, 10), Error);
  }
}

TEST_CASE("shares lie in [0, 1)", "[settings]") {
  CHECK(parse_share("validation-split", "0") == 0.0);
  CHECK(parse_share("validation-split", "0.25") == 0.25);
  CHECK(parse_share("validation-split", "1e-3") == 1e-3);
  for (const char* text : {"", "1", "-0.1", "nan", "inf", "0.2x", "0,2"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_share("validation-split", text), Error);
  }
}

TEST_CASE("positive numbers are so in fp32 too", "[settings]") {
  CHECK(parse_positive("clip-norm", "1") == 1.0);
  CHECK(parse_positive("clip-norm", "1e-3") == 1e-3);
  for (const char* text : {"", "0", "-1", "nan", "inf", "1e-60", "1e60", "1x", "1,2"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_positive("clip-norm", text), Error);
  }
}

TEST_CASE("lists are read value by value", "[settings]") {
  CHECK(parse_list("dropout", "0.5", parse_share) == std::vector<double>{0.5});
  CHECK(parse_list("dropout", "0.5,0,0.25", parse_share) == std::vector<double>{0.5, 0, 0.25});
  for (const char* text : {"", ",", "0.5,", ",0.5", "0.5,,0.5", "0.5,1"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_list("dropout", text, parse_share), Error);
  }
}

TEST_CASE("durations need a number and a unit", "[settings]") {
  CHECK(parse_duration("max-time", "90s") == 90.0);
  CHECK(parse_duration("max-time", "10m") == 600.0);
  CHECK(parse_duration("max-time", "2h") == 7200.0);
  CHECK(parse_duration("max-time", "1.5h") == 5400.0);
  CHECK(parse_duration("max-time", "1h30m") == 5400.0);
  CHECK(parse_duration("max-time", "1m30s") == 90.0);
  CHECK(parse_duration("max-time", "2h5m0.5s") == 7500.5);
  CHECK(parse_duration("max-time", "0h1s") == 1.0);
  for (const char* text : {"", "s", "90", "0s", "-1s", "1d", "1m1h", "1m1m", "1h30", "1h-1m", "0h0s", "1hm", "1hm1",
                           "nans", "infs", "1 s", "1S", "1e308h"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_duration("max-time", text), Error);
  }
}

TEST_CASE("layer sizes are a list or none", "[settings]") {
  CHECK(parse_layer_sizes("hidden", "none").empty());
  CHECK(parse_layer_sizes("hidden", "7") == std::vector<std::size_t>{7});
  CHECK(parse_layer_sizes("hidden", "300,100,50") == std::vector<std::size_t>{300, 100, 50});
  for (const char* text : {"", ",", "1,", ",1", "1,,2", "0", "-1", "1;2", "1, 2", "1000001", "none,1"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_layer_sizes("hidden", text), Error);
  }
}

}  // namespace settings_parse_value_test
