
#include "data/shown_text.h"

#include "tests/catch.h"

namespace strata::test::data_shown_text_test {

using Groups = std::vector<std::vector<std::string>>;

TEST_CASE("Names that differ only in what is not seen look alike", "[data]") {
  for (const std::string hidden :
       {"\u00a0", "\u2009", "\u200b", "\u202f", "\u2060", "\u3000", "\ufeff", "\u00ad", " ", "\t"}) {
    CAPTURE(shown(hidden));
    CHECK(look_alikes({"ash", "elm", "ash" + hidden}) == Groups{{"ash", "ash" + hidden}});
  }
  CHECK(look_alikes({"sugar maple", "sugar\u00a0maple"}) == Groups{{"sugar maple", "sugar\u00a0maple"}});
  CHECK(look_alikes({"so\u00adft", "soft", "\u200bsoft"}).front().size() == 3);
}

TEST_CASE("Names that can be told apart do not", "[data]") {
  CHECK(look_alikes({"ash", "Ash", "a sh", "ash.", "äsh"}).empty());
  CHECK(look_alikes({"sugar maple", "sugarmaple"}).empty());
  CHECK(look_alikes({"می\u200cخواهم", "میخواهم"}).empty());  // the joint is seen
  CHECK(look_alikes({}).empty());
}

TEST_CASE("What is not seen is shown in messages by its number", "[data]") {
  CHECK(shown("ash\u00a0") == R"('ash\u00a0')");
  CHECK(shown("\u200b\u3000x\ufeff") == R"('\u200b\u3000x\ufeff')");
  CHECK(shown("caf\u00e9 \u2013 \u65e5") == "'caf\u00e9 \u2013 \u65e5'");
}

TEST_CASE("A hidden character has its bytes", "[data]") {
  CHECK(hidden_character("\u00a0x") == 2);
  CHECK(hidden_character("\u200bx") == 3);
  CHECK(hidden_character(" x") == 0);
  CHECK(hidden_character("\xc2") == 0);
  CHECK(hidden_character("") == 0);
}

}  // namespace strata::test::data_shown_text_test
