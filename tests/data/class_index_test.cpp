#include "data/class_index.h"

#include "tests/catch.h"

namespace strata::test::data_class_index_test {

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Classes are ordered by value if all labels are numbers, else by bytes", "[data]") {
  CHECK(order_classes({"2", "0", "1", "1"}) == Names{"0", "1", "2"});
  CHECK(order_classes({"10", "9", "-1"}) == Names{"-1", "9", "10"});
  CHECK(order_classes({"1.0", "1", "+1", "0.0", "-0", "2.50", "1e1"}) == Names{"0", "1", "2.5", "10"});
  CHECK(order_classes({"b", "a", "B", "é"}) == Names{"B", "a", "b", "é"});
  CHECK(order_classes({"1", "10", "9", "x"}) == Names{"1", "10", "9", "x"});
  CHECK(order_classes({"1", "1.0", "inf"}) == Names{"1", "1.0", "inf"});
  CHECK(order_classes({"9007199254740993", "9007199254740992"}) == Names{"9007199254740992", "9007199254740993"});
  CHECK(order_classes({"9007199254740991", "3"}) == Names{"3", "9007199254740991"});
}

TEST_CASE("A label finds its class by text, or by value among numbers", "[data]") {
  const ClassIndex numbers({"0", "1", "2.5"});
  CHECK(numbers.find("1") == 1U);
  CHECK(numbers.find("1.0") == 1U);
  CHECK(numbers.find("25e-1") == 2U);
  CHECK(numbers.find("+1") == 1U);
  CHECK_FALSE(numbers.find("+-1"));
  CHECK_FALSE(numbers.find("3"));
  CHECK_FALSE(numbers.find("x"));
  const ClassIndex texts({"1", "a"});
  CHECK(texts.find("a") == 1U);
  CHECK_FALSE(texts.find("1.0"));
  CHECK_FALSE(texts.find("A"));
}

}  // namespace strata::test::data_class_index_test
