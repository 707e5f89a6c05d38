#include "core/field.h"

#include "tests/catch.h"

namespace core_field_test {

using namespace strata;

namespace {

std::string as_option(std::string_view name) { return "--" + std::string(name); }

}  // namespace

TEST_CASE("each face spells the fields of a text", "[core]") {
  const std::string text =
      field("batch-size") + " 4 is too few; give " + field("batch_size") + " 8, not " + field("isa");
  CHECK(spelled(text, as_option) == "--batch_size 4 is too few; give --batch_size 8, not --isa");
  CHECK(plain(text) == "batch_size 4 is too few; give batch_size 8, not isa");
  CHECK(first_field(text) == "batch_size");
}

TEST_CASE("what is no field stays as it is", "[core]") {
  for (const char* text : {"", "none", "‹", "a‹", "‹›", "‹A b›", "‹open", "›‹"}) {
    CHECK(plain(text) == text);
    CHECK(first_field(text).empty());
  }
  CHECK(plain("‹‹a›") == "‹a");
  CHECK(first_field("file: ‹a›").empty());
}

}  // namespace core_field_test
