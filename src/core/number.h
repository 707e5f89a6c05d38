// Numbers as others write them: in texts, read strictly, and in half precision, as arrays and weights are stored.
#pragma once

#include <bit>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace strata {

/// The number that all of `text` spells, as std::from_chars reads it (no sign +, no spaces, any locale); none if part
/// of it is left over or it is out of range of Number. `inf` and `nan` are floating-point numbers.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

/// The number of those 16 bits of IEEE half precision, which fp32 holds exactly; subnormal numbers, infinities and NaN
/// too.
inline float float_of_half(std::uint16_t bits) {
  constexpr std::uint32_t kExponent = 0x7c00U << 13U;
  constexpr std::uint32_t kRebias = (127U - 15U) << 23U;
  const std::uint32_t sign = (bits & 0x8000U) << 16U;
  std::uint32_t rest = (bits & 0x7fffU) << 13U;
  const std::uint32_t exponent = rest & kExponent;
  rest += kRebias;
  if (exponent == kExponent) {  // infinities and NaN have the largest exponent here, too
    rest += (128U - 16U) << 23U;
  } else if (exponent == 0) {  // a whole multiple of 2^-24
    const float value = static_cast<float>(bits & 0x3ffU) * 0x1p-24F;
    rest = std::bit_cast<std::uint32_t>(value);
  }
  return std::bit_cast<float>(rest | sign);
}

}  // namespace strata
