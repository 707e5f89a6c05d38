#include "core/text.h"
#include "tests/catch.h"

namespace core_text_table_test {

using namespace strata;

TEST_CASE("texts are cut by characters, at their end or at their beginning", "[core]") {
  CHECK(width_of("größer") == 6);
  CHECK(shortened("größer", 6) == "größer");
  CHECK(shortened("größer", 4) == "grö…");
  CHECK(tail_of("a/ö/run", 7) == "a/ö/run");
  CHECK(tail_of("a/ö/run", 6) == "…ö/run");
}

TEST_CASE("cells line up, numbers at their right", "[core]") {
  const std::vector<std::vector<std::string>> rows{{"class", "rows"}, {"ö", "12"}};
  CHECK(aligned(rows) == "class  rows\nö      12\n");
  CHECK(aligned(rows, Alignment::numbers) == "class  rows\nö        12\n");
  CHECK(lines_of(aligned(rows)) == std::vector<std::string>{"class  rows", "ö      12"});
  CHECK(lines_of("").empty());
}

}  // namespace core_text_table_test
