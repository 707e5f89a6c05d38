// The C++ types of an NPY file's numbers.
#pragma once

#include <cstdint>
#include <utility>

#include "core/half.h"
#include "data/formats/npy_header.h"

namespace strata {

/// A floating number of 16 bits.
struct Half {
  std::uint16_t bits;

  operator float() const { return float_of_half(bits); }
};

/// Calls use(T{}) for the type T of the header's numbers, a boolean's being a byte, and gives what it gives. For text,
/// which is no number, bytes.
template <class Use>
auto with_type(const NpyHeader& header, Use&& use) {
  const auto by_size = [&]<class One, class Two, class Four, class Eight>() {
    switch (header.element_size) {
      case 1:
        return use(One{});
      case 2:
        return use(Two{});
      case 4:
        return use(Four{});
      default:
        return use(Eight{});
    }
  };
  switch (header.kind) {
    case NpyKind::signed_integer:
      return by_size.template operator()<std::int8_t, std::int16_t, std::int32_t, std::int64_t>();
    case NpyKind::unsigned_integer:
      return by_size.template operator()<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>();
    case NpyKind::floating:
      return by_size.template operator()<Half, Half, float, double>();
    case NpyKind::boolean:
    case NpyKind::bytes:
    case NpyKind::unicode:
      break;
  }
  return use(std::uint8_t{});
}

}  // namespace strata
