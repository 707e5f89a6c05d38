#include <limits>

#include "core/figure.h"
#include "tests/catch.h"

namespace core_number_text_test {

using namespace strata;

TEST_CASE("digits are grouped by three", "[core]") {
  CHECK(grouped_digits(0) == "0");
  CHECK(grouped_digits(999) == "999");
  CHECK(grouped_digits(1000) == "1,000");
  CHECK(grouped_digits(1234567) == "1,234,567");
}

TEST_CASE("times are minutes and seconds", "[core]") {
  CHECK(clock_text(0) == "0:00");
  CHECK(clock_text(1.2) == "0:02");
  CHECK(clock_text(754) == "12:34");
  CHECK(clock_text(3723) == "1:02:03");
  CHECK(clock_text(std::numeric_limits<double>::infinity()) == "277777:46:40");
}

TEST_CASE("figures have the digits that they are worth, and known names", "[core]") {
  CHECK(figure_text(0.123456) == "0.1235");
  CHECK(figure_text(123456.0) == "1.235e+05");
  CHECK(figure_text(-std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(figure_text(Figure{"rmse", 1234.56}) == "1235");
  CHECK(figure_text("macro_f1", 0.5) == "0.5000");
  CHECK(figure_text("a later one", 0.5) == "0.5000");
  CHECK(figure_text("loss", std::nullopt) == "-");
  CHECK(part_figure_name("val_macro_f1") == "val macro F1");
  CHECK(part_figure_name("val_a later one") == "val a later one");
}

}  // namespace core_number_text_test
