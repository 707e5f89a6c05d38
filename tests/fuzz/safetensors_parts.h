// safetensors files put together from a fuzz target's input.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include "tests/fuzz/fuzz.h"

namespace strata::fuzz {

/// An input that begins with a brace is a header, up to a line's end, and the data: its length is put before it, so
/// that most changes of the input are changes of what counts. Any other is a file as it stands.
inline std::string safetensors_content(Input input) {
  const std::string_view text = text_of(input);
  if (!text.starts_with('{')) {
    return std::string(text);
  }
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::uint64_t length = end;
  std::string content(sizeof length, '\0');
  std::memcpy(content.data(), &length, sizeof length);
  content += text.substr(0, end);
  return content.append(text.substr(std::min(end + 1, text.size())));
}

}  // namespace strata::fuzz
