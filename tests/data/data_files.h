// Data files to read back, good and damaged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/catch.h"
#include "tests/core/as_typed.h"
#include "tests/core/temporary_folder.h"
#include "tests/data/bytes.h"

namespace strata::test {

/// An IDX file of any type and rank, its header as given and `values` behind it.
Bytes idx_file(const std::vector<std::uint32_t>& shape, const Bytes& values, std::uint8_t type = 0x08);

/// One gzip member.
Bytes gzip(const Bytes& bytes);

/// `count` bytes that look random, the same each time for one `seed`.
Bytes noise(std::size_t count, std::uint32_t seed);

/// The four files of a data set as they are before compression; damage them, then write them.
struct IdxFiles {
  Bytes train_images;
  Bytes train_labels;
  Bytes test_images;
  Bytes test_labels;

  /// To the usual names in `folder`, gzipped or plain.
  void write(const TemporaryFolder& folder, bool zipped) const;
};

/// Images of shape `sample` full of noise, labels 0, 1, … classes - 1, 0, 1, …
IdxFiles idx_files(std::uint32_t train_rows, std::uint32_t test_rows, const std::vector<std::uint32_t>& sample,
                   std::uint32_t classes);

/// The message of the Error that `f` throws; fails unless it is of this kind and one line.
template <class F>
std::string message_of(ErrorKind kind, F&& f) {
  try {
    f();
  } catch (const Error& error) {
    const std::string message = as_typed(error.what());
    CHECK(error.kind() == kind);
    CHECK(message.find('\n') == std::string::npos);
    return message;
  }
  FAIL("no error");
  return {};
}

template <class F>
std::string data_message_of(F&& f) {
  return message_of(ErrorKind::data, f);
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace strata::test
