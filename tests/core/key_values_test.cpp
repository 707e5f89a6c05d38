#include "core/field.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace core_key_values_test {

using namespace strata;

TEST_CASE("a list is cut at its separators, and empty parts count", "[core]") {
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split("a", ',') == std::vector<std::string_view>{"a"});
  CHECK(split("a,,b,", ',') == std::vector<std::string_view>{"a", "", "b", ""});
}

TEST_CASE("a text's keys and values follow its name", "[core]") {
  CHECK(name_of_text("sgd") == "sgd");
  CHECK(name_of_text("sgd,lr=1") == "sgd");
  CHECK(parse_key_values("sgd", "‹lower›", "sgd,lr=1").empty());
  const auto settings = parse_key_values("sgd,lr=1,schedule=", "‹lower›", "sgd,lr=1");
  REQUIRE(settings.size() == 2);
  CHECK(settings[0].key == "lr");
  CHECK(settings[0].value == "1");
  CHECK(settings[1].key == "schedule");
  CHECK(settings[1].value.empty());
}

TEST_CASE("a text's settings are of one form, and each is given once", "[core]") {
  const auto error = [](const char* text) {
    return test::thrown([&] { parse_key_values(text, "‹lower›", "sgd,lr=1"); });
  };
  CHECK(error("sgd,lr") == "usage: --lower: 'lr' is not of the form key=value, as in sgd,lr=1");
  CHECK(error("sgd,") == "usage: --lower: '' is not of the form key=value, as in sgd,lr=1");
  CHECK(error("sgd,a=1,b=2,a=1") == "usage: --lower: a is given twice");
}

}  // namespace core_key_values_test
