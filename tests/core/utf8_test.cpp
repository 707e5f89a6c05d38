#include <string>

#include "core/text.h"
#include "tests/catch.h"

namespace strata::test::core_utf8_test {

TEST_CASE("Well-formed UTF-8 is told from other bytes", "[core]") {
  for (const std::string good : {"", "abc", "\x7f", "\xc2\x80", "é", "€", "\xed\x9f\xbf", "\xee\x80\x80", "\U0001F600",
                                 "\xf4\x8f\xbf\xbf", "a\xc3\xa9z"}) {
    INFO(good);
    CHECK(is_utf8(good));
  }
  for (const std::string bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3z", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80",
        "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xe9z", "\xf0\x9f\x98"}) {
    INFO(bad);
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("Bytes that are not UTF-8 are told by their numbers", "[core]") {
  CHECK(utf8_text("") == "");
  CHECK(utf8_text("Öl €") == "Öl €");
  CHECK(utf8_text("f\xfcr €") == "f\\xfcr €");
  CHECK(utf8_text("\xe2\x82") == "\\xe2\\x82");
}

}  // namespace strata::test::core_utf8_test
