#include "core/text.h"
#include "tests/catch.h"

namespace strata::core_letters_test {

TEST_CASE("letters are compared without their case, and ASCII alone", "[core]") {
  CHECK(lower_letters("Data.CSV.gz") == "data.csv.gz");
  CHECK(lower_letters("@[`{\xc3\x84") == "@[`{\xc3\x84");
  CHECK(spells("NaN", "nan"));
  CHECK(spells("", ""));
  CHECK_FALSE(spells("nan ", "nan"));
  CHECK_FALSE(spells("na", "nan"));
}

}  // namespace strata::core_letters_test
