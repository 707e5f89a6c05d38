#include "core/nearest.h"

#include <array>

#include "tests/catch.h"

namespace core_nearest_test {

using namespace strata;

TEST_CASE("edit_distance counts insertions, deletions, replacements and swaps", "[core]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("adam", "adam") == 0);
  CHECK(edit_distance("adm", "adam") == 1);
  CHECK(edit_distance("adaam", "adam") == 1);
  CHECK(edit_distance("adim", "adam") == 1);
  CHECK(edit_distance("adma", "adam") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("ca", "abc") == 3);  // 2 if a swapped pair could be edited again
}

TEST_CASE("nearest_name finds the smallest distance, the first of equals", "[core]") {
  constexpr std::array<std::string_view, 4> kNames{"sgd", "adam", "adamw", "lion"};
  CHECK(nearest_name("adma", kNames) == "adam");
  CHECK(nearest_name("sdg", kNames) == "sgd");
  CHECK(nearest_name("adamx", kNames) == "adam");
  CHECK(nearest_name("lion", kNames) == "lion");
  CHECK(nearest_name("xyz", kNames) == "sgd");
  CHECK(nearest_name("adam", {}).empty());
  CHECK(nearest_name("adamw" + std::string(1000, 'x') + "sgd", kNames) == "adamw");  // by its beginning
}

TEST_CASE("join_names puts commas between", "[core]") {
  constexpr std::array<std::string_view, 3> kNames{"a", "b", "c"};
  CHECK(join_names(kNames) == "a, b, c");
  CHECK(join_names(std::span(kNames).first(1)) == "a");
  CHECK(join_names({}).empty());
}

}  // namespace core_nearest_test
