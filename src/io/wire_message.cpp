#include "io/wire_message.h"

#include <bit>

namespace strata {

namespace {

static_assert(std::endian::native == std::endian::little, "fixed fields hold their numbers as this machine does");

// How a field's content is written.
constexpr unsigned kVarint = 0;
constexpr unsigned kEightBytes = 1;
constexpr unsigned kLengthAndBytes = 2;
constexpr unsigned kFourBytes = 5;

}  // namespace

/// Seven bits a byte, the lowest first; the eighth says that more follow.
void WireMessage::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) {
    bytes_ += static_cast<char>((value & 0x7f) | 0x80);
  }
  bytes_ += static_cast<char>(value);
}

void WireMessage::tag(int field, unsigned wire_type) { varint(static_cast<unsigned>(field) << 3 | wire_type); }

void WireMessage::integer(int field, std::int64_t value) {
  tag(field, kVarint);
  varint(static_cast<std::uint64_t>(value));
}

void WireMessage::number(int field, float value) {
  tag(field, kFourBytes);
  bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void WireMessage::number(int field, double value) {
  tag(field, kEightBytes);
  bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void WireMessage::text(int field, std::string_view bytes) {
  tag(field, kLengthAndBytes);
  varint(bytes.size());
  bytes_ += bytes;
}

}  // namespace strata
