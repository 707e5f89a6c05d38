#include "data/table/decimal.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <system_error>

namespace strata {

// By hand, since reading tables is mostly this: a number of six digits takes 9.5 ns so and 19 ns by std::from_chars, of
// the 25 ns that a field of a table of 100 columns takes in all.

namespace {

/// The powers of ten that a double holds exactly.
constexpr std::array kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                     1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::int64_t kLargestPower = std::int64_t{kPowersOfTen.size()} - 1;
/// Digits that 64 bits always hold.
constexpr std::ptrdiff_t kMostDigits = 19;
/// Exponents are read up to here: beyond it, any number that fits into memory is zero or infinite.
constexpr std::int64_t kLargestExponent = 100'000'000'000'000'000;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// The number's parts: digits * 10^exponent.
struct Decimal {
  std::uint64_t digits = 0;  ///< modulo 2^64 if there are more than kMostDigits
  std::ptrdiff_t count = 0;  ///< of digits, leading zeros too
  std::int64_t exponent = 0;
};

/// Bytes, the first one in the lowest bits on every machine, that std::memcpy can load at once.
std::uint64_t load_word(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

/// How many of a word's bytes are digits before one that is not.
int leading_digits(std::uint64_t word) {
  constexpr std::uint64_t kHighNibbles = 0xf0f0f0f0f0f0f0f0;
  // A digit is 0x30 … 0x39: its high nibble is 3, and stays so when 6 is added. (A byte's carry reaches those behind it
  // only, and only from a byte of 0xfa or above, which is no digit.)
  const std::uint64_t other = ((word & kHighNibbles) ^ 0x3030303030303030) |
                              (((word + 0x0606060606060606) & kHighNibbles) ^ 0x3030303030303030);
  return std::countr_zero(other) / 8;
}

/// The number of 8 digits as bytes 0 … 9, the first one in the lowest bits: pairs, then fours, then all at once.
std::uint64_t join_digits(std::uint64_t word) {
  word = word * 10 + (word >> 8);
  constexpr std::uint64_t kPair = 0x000000ff000000ff;
  return ((word & kPair) * (100 + (std::uint64_t{1'000'000} << 32)) +
          ((word >> 16) & kPair) * (1 + (std::uint64_t{10'000} << 32))) >>
         32;
}

constexpr std::array<std::uint64_t, 9> kPowersOfTenWhole = {1,       10,        100,        1000,       10'000,
                                                            100'000, 1'000'000, 10'000'000, 100'000'000};

/// Of an integer, which mostly has as few as the last one: a branch each is predicted, and waits for nothing.
const char* read_integer(const char* at, const char* end, Decimal& decimal) {
  const char* const begin = at;
  for (; at != end && is_digit(*at); ++at) {
    decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(*at - '0');
  }
  decimal.count += at - begin;
  return at;
}

/// Of a fraction, eight at a time: that there are more of them here and fewer there costs no mispredicted branch.
const char* read_fraction(const char* at, const char* end, Decimal& decimal) {
  const char* const begin = at;
  while (end - at >= 8) {
    const std::uint64_t word = load_word(at);
    const int count = leading_digits(word);
    // The digits as the last ones of 8, zeros before them; shifted twice, as 64 bits at once are undefined.
    const std::uint64_t digits = (word & 0x0f0f0f0f0f0f0f0f) << (4 * (8 - count)) << (4 * (8 - count));
    decimal.digits = decimal.digits * kPowersOfTenWhole[static_cast<std::size_t>(count)] + join_digits(digits);
    at += count;
    if (count < 8) {
      decimal.count += at - begin;
      return at;
    }
  }
  decimal.count += at - begin;
  return read_integer(at, end, decimal);
}

/// Reads `e+12` at `at`; what is no whole exponent is not part of the number.
const char* read_exponent(const char* at, const char* end, Decimal& decimal) {
  const char* digit = at + 1;
  const bool negative = digit != end && *digit == '-';
  digit += digit != end && (*digit == '-' || *digit == '+') ? 1 : 0;
  if (digit == end || !is_digit(*digit)) {
    return at;
  }
  std::int64_t exponent = 0;
  for (; digit != end && is_digit(*digit); ++digit) {
    exponent = exponent < kLargestExponent ? exponent * 10 + (*digit - '0') : exponent;
  }
  decimal.exponent += negative ? -exponent : exponent;
  return digit;
}

/// The number without its sign, into its parts; nullptr if there is no digit.
const char* read_parts(const char* at, const char* end, Decimal& decimal) {
  at = read_integer(at, end, decimal);
  if (at != end && *at == '.') {
    const char* const fraction = at + 1;
    at = read_fraction(fraction, end, decimal);
    decimal.exponent = fraction - at;
  }
  if (decimal.count == 0) {
    return nullptr;
  }
  return at != end && (*at == 'e' || *at == 'E') ? read_exponent(at, end, decimal) : at;
}

/// digits * 10^exponent to the nearest float; false if that takes more than a double's arithmetic.
///
/// Digits below 2^63, as a double, are off by a relative 2^-53 at most, 10^|exponent| up to 10^22 is exact, and their
/// product or quotient adds 2^-53: in all less than 2.01 units in the double's last place. Rounding it to 24 bits gives
/// what rounding the number itself would, unless the middle between two floats lies within that distance, that is, the
/// lower 29 of the double's 53 bits are within 2.01 of 2^28. (Results are normal floats: they lie between 10^-22 and
/// the largest float. Zero is exact.)
bool round_small(const Decimal& decimal, float& value) {
  constexpr std::uint64_t kLowerBits = (std::uint64_t{1} << 29) - 1;
  constexpr std::uint64_t kMiddle = std::uint64_t{1} << 28;
  constexpr std::uint64_t kMargin = 3;
  const auto digits = static_cast<double>(static_cast<std::int64_t>(decimal.digits));
  const double number = decimal.exponent < 0 ? digits / kPowersOfTen[static_cast<std::size_t>(-decimal.exponent)]
                                             : digits * kPowersOfTen[static_cast<std::size_t>(decimal.exponent)];
  const std::uint64_t lower = std::bit_cast<std::uint64_t>(number) & kLowerBits;
  if (lower - (kMiddle - kMargin) <= 2 * kMargin || number > double{std::numeric_limits<float>::max()}) {
    return false;
  }
  value = static_cast<float>(number);
  return true;
}

/// Whether the first digit that is not 0 stands before 10^0; one there is.
bool is_large(const char* at, const Decimal& decimal) {
  std::ptrdiff_t zeros = 0;
  for (; *at == '0' || *at == '.'; ++at) {
    zeros += *at == '0' ? 1 : 0;
  }
  return decimal.count - zeros + decimal.exponent > 0;
}

/// By std::from_chars, which is exact for any number of digits but says neither too large nor too small.
float round_exactly(const char* begin, const char* end, const Decimal& decimal) {
  float value = 0;
  if (std::from_chars(begin, end, value).ec == std::errc::result_out_of_range) {
    value = is_large(begin, decimal) ? std::numeric_limits<float>::infinity() : 0.0F;
  }
  return value;
}

}  // namespace

const char* read_decimal(const char* begin, const char* end, float& value) {
  if (begin == end) {
    return nullptr;
  }
  const bool negative = *begin == '-';
  const char* const number = begin + static_cast<int>(negative) + static_cast<int>(*begin == '+');  // no branch
  Decimal decimal;
  const char* const stop = read_parts(number, end, decimal);
  if (stop == nullptr) {
    return nullptr;
  }
  const bool small = decimal.count <= kMostDigits && decimal.digits >> 63 == 0 && decimal.exponent >= -kLargestPower &&
                     decimal.exponent <= kLargestPower;
  if (!small || !round_small(decimal, value)) {
    value = round_exactly(number, stop, decimal);
  }
  value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ (std::uint32_t{negative} << 31));
  return stop;
}

double exact_number(std::string_view text) {
  text.remove_prefix(text.starts_with('+') ? 1 : 0);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);  // too small for a double: 0 stays
  return value;
}

}  // namespace strata
