// Messages in the wire format of protocol buffers, which ONNX and TensorBoard read:
// protobuf.dev/programming-guides/encoding.
//
// Written by ourselves, since the packaged library's classes destroy what they have not made where memory runs out, its
// start costs every command, and a library in somebody else's process should not bring it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace strata {

/// A message being written: its fields in the order of the calls, each by its number in the schema. A repeated field is
/// written once a value, a map's entry as a message of key = 1 and value = 2.
class WireMessage {
 public:
  /// An int32, int64, bool or value of an enumeration.
  void integer(int field, std::int64_t value);
  void number(int field, float value);
  void number(int field, double value);
  /// A string, bytes, or a message.
  void text(int field, std::string_view bytes);
  void message(int field, const WireMessage& content) { text(field, content.bytes_); }
  /// The fields of another message of this type.
  void append(const WireMessage& fields) { bytes_ += fields.bytes_; }

  const std::string& bytes() const { return bytes_; }
  std::string take_bytes() && { return std::move(bytes_); }

 private:
  void varint(std::uint64_t value);
  void tag(int field, unsigned wire_type);

  std::string bytes_;
};

}  // namespace strata
