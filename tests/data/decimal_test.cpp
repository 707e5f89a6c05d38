#include "data/table/decimal.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "tests/catch.h"

namespace strata::test::data_decimal_test {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// The number that is all of `text`; NaN if it is none.
float read(std::string_view text) {
  float value = 0;
  const char* const end = text.data() + text.size();
  return read_decimal(text.data(), end, value) == end ? value : std::numeric_limits<float>::quiet_NaN();
}

/// What std::from_chars makes of it, which cannot say on which side a number is out of range.
void check_as_from_chars(const std::string& text) {
  float expected = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, expected);
  INFO(text);
  REQUIRE(result.ptr == end);
  if (result.ec == std::errc()) {
    CHECK(std::bit_cast<std::uint32_t>(read(text)) == std::bit_cast<std::uint32_t>(expected));
  } else {
    CHECK((read(text) == 0 || std::isinf(read(text))));
  }
}

float from_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }

/// Exactly the middle between the positive float of these bits and the next.
double middle_above(std::uint32_t bits) { return (double{from_bits(bits)} + double{from_bits(bits + 1)}) / 2; }

}  // namespace

TEST_CASE("Decimal numbers are read in all their forms", "[data]") {
  CHECK(read("0") == 0);
  CHECK(read("7") == 7);
  CHECK(read("5.1") == 5.1F);
  CHECK(read(".5") == 0.5F);
  CHECK(read("5.") == 5);
  CHECK(read("+1.5") == 1.5F);
  CHECK(read("-1.5") == -1.5F);
  CHECK(std::signbit(read("-0")));
  CHECK(read("1e3") == 1000);
  CHECK(read("1E+03") == 1000);
  CHECK(read("25e-1") == 2.5F);
  CHECK(read("1.5e+05") == 150000);
  CHECK(read("000000000000000000000000000012") == 12);
  CHECK(read("0.000000000000000000000000000000012") == 1.2e-32F);
  CHECK(read("0.13826430117118466") == 0.13826430117118466F);
  CHECK(read("123456789012345678901234567890") == 123456789012345678901234567890.0F);
}

TEST_CASE("What is no decimal number is not read, and a number ends where it ends", "[data]") {
  for (const std::string_view text : {"", "+", "-", ".", "e5", "-e5", "abc", "inf", "-inf", "nan", "NaN", "infinity",
                                      "+-1", "--1", "++1", " 1", ".e1", ",1"}) {
    float value = 0;
    INFO(text);
    CHECK(read_decimal(text.data(), text.data() + text.size(), value) == nullptr);
  }
  struct Case {
    std::string_view text;
    std::ptrdiff_t length;
    float value;
  };
  for (const Case& c : {Case{"1e", 1, 1},
                        {"1e+", 1, 1},
                        {"2.5ex", 3, 2.5F},
                        {"0x10", 1, 0},
                        {"1,5", 1, 1},
                        {"1.2.3", 3, 1.2F},
                        {"1 2", 1, 1},
                        {"1_000", 1, 1},
                        {"7\n", 1, 7}}) {
    float value = 0;
    INFO(c.text);
    CHECK(read_decimal(c.text.data(), c.text.data() + c.text.size(), value) - c.text.data() == c.length);
    CHECK(value == c.value);
  }
}

TEST_CASE("Decimal numbers beyond fp32's range are infinite, below it zero", "[data]") {
  CHECK(read("3.4028234663852886e38") == std::numeric_limits<float>::max());
  CHECK(read("340282346638528859811704183484516925440") == std::numeric_limits<float>::max());
  CHECK(read("3.40282356e38") == std::numeric_limits<float>::max());  // below the middle to 2^128
  CHECK(read("340282356779733661637539395458142568447") == std::numeric_limits<float>::max());
  CHECK(read("340282356779733661637539395458142568448") == kInfinity);  // the middle
  CHECK(read("-3.5e38") == -kInfinity);
  CHECK(read("1e39") == kInfinity);
  CHECK(read("1e400") == kInfinity);
  CHECK(read("1e99999999999999999999999") == kInfinity);
  CHECK(read("0.00001e500") == kInfinity);
  CHECK(read("1" + std::string(400, '0')) == kInfinity);
  CHECK(read("1" + std::string(400, '0') + "e-400") == 1);
  CHECK(read("0." + std::string(400, '0') + "1e401") == 1);
  CHECK(read("1e-45") == std::numeric_limits<float>::denorm_min());
  CHECK(read("1.1754943e-38") == 1.1754943e-38F);
  CHECK(read("1e-46") == 0);
  CHECK(read("1e-400") == 0);
  CHECK(read("-1e-400") == 0);
  CHECK(read("1e-99999999999999999999999") == 0);
  CHECK(read("1000000e-500") == 0);
  CHECK(read("0e999999") == 0);
  CHECK(read("0.000e-999999") == 0);
}

TEST_CASE("Random decimal numbers are rounded as by std::from_chars for float", "[data]") {
  std::mt19937_64 random(1);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  for (int i = 0; i < 300'000; ++i) {
    const std::string sign = below(2) == 0 ? "" : "-";
    std::string digits = std::to_string(random() >> below(63));
    if (below(3) == 0) {
      digits += std::to_string(random());
    }
    if (below(4) > 0) {
      const std::size_t point = below(digits.size() + 1);
      digits = digits.substr(0, point) + "." + digits.substr(point);
    }
    const auto exponent = static_cast<int>(below(100)) - 50;
    check_as_from_chars(sign + digits + (below(2) == 0 ? "" : fmt::format("e{}", exponent)));
  }
}

TEST_CASE("Floats and doubles as text are rounded as by std::from_chars for float", "[data]") {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  for (int i = 0; i < 200'000; ++i) {
    const float any = from_bits(static_cast<std::uint32_t>(random()));
    if (std::isfinite(any)) {
      check_as_from_chars(fmt::format("{}", any));
      check_as_from_chars(fmt::format("{:.9g}", any));
      CHECK(read(fmt::format("{}", any)) == any);
    }
    const double x = normal(random);
    check_as_from_chars(fmt::format("{}", x));
    check_as_from_chars(fmt::format("{:.6g}", x));
    check_as_from_chars(fmt::format("{:.17g}", x));
  }
}

/// Where rounding twice, to double and then to float, would go wrong.
TEST_CASE("Numbers at and beside the middle of two floats are rounded once", "[data]") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 100'000; ++i) {
    // Around 2^-13 … 2^60, so that their digits fit the fast way more often than not.
    const auto bits = static_cast<std::uint32_t>((114 + random() % 74) << 23 | random() % (1U << 23));
    const double middle = middle_above(bits);
    for (const double x : {middle, std::nextafter(middle, 0), std::nextafter(middle, 1e300)}) {
      check_as_from_chars(fmt::format("{:.17g}", x));
      check_as_from_chars(fmt::format("{:.19g}", x));
      check_as_from_chars(fmt::format("{:.60f}", x));
    }
    const std::string exact = fmt::format("{:.60f}", middle);
    check_as_from_chars(exact + "1");
    check_as_from_chars(exact.substr(0, 19));
  }
}

}  // namespace strata::test::data_decimal_test
