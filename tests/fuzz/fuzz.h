// What fuzz targets share. A target calls a reader on any bytes and holds it to what it promises; whatever ends the
// process is a finding.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/file.h"
#include "core/tensor.h"

/// libFuzzer's, or replay.cpp's, way into a target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace strata::fuzz {

using Input = std::span<const std::uint8_t>;

/// What the input is called where a file has a name.
inline const std::string kName = "input";

/// Ends the process unless `holds`.
inline void require(bool holds, const char* promise) {
  if (!holds) {
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
  }
}

/// What a call returned, or the message of its Error.
template <class T>
struct Answer {
  std::optional<T> value;
  std::string message;

  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
  const T* operator->() const { return &*value; }
};

/// Calls read(), which may throw an Error of one of these kinds, and nothing else.
template <class Read>
auto answer(std::initializer_list<ErrorKind> kinds, Read&& read) -> Answer<decltype(read())> {
  try {
    return {read(), {}};
  } catch (const Error& error) {
    require(std::find(kinds.begin(), kinds.end(), error.kind()) != kinds.end(), "errors are of the right kind");
    require(*error.what() != '\0', "errors say something");
    return {std::nullopt, error.what()};
  }
}

/// The same for a reader of files: its Error is one of data, and names the file.
template <class Read>
auto read_data(Read&& read) {
  auto answered = answer({ErrorKind::data}, read);
  require(answered || answered.message.find(kName) != std::string::npos, "errors name the file");
  return answered;
}

inline AlignedVector<std::uint8_t> copy(Input bytes) { return {bytes.begin(), bytes.end()}; }

inline std::string_view text_of(Input bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// A file of these bytes that lies in memory, to be read from its beginning.
inline FileDescriptor file_of(Input bytes) {
  FileDescriptor file(::memfd_create("input", MFD_CLOEXEC));
  write_all(file.get(), std::as_bytes(bytes), kName);
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

/// Options that an input chooses by its first bytes.
class Choices {
 public:
  explicit Choices(Input& input) : input_(input) {}

  /// One of 0 … count - 1; takes a byte.
  std::size_t below(std::size_t count) {
    const std::size_t byte = input_.empty() ? 0 : input_.front();
    input_ = input_.subspan(input_.empty() ? 0 : 1);
    return byte % count;
  }
  bool flag() { return below(2) == 1; }

 private:
  Input& input_;
};

}  // namespace strata::fuzz
