// The error that a call throws, for tests of messages.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "core/error.h"
#include "tests/core/as_typed.h"

namespace strata::test {

/// "usage: …", "data: …" or "failed: …" if `call` throws an Error; "nothing thrown" if it does not.
template <class Call>
std::string thrown(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    const std::string kind = error.kind() == ErrorKind::usage  ? "usage"
                             : error.kind() == ErrorKind::data ? "data"
                                                               : "failed";
    return kind + ": " + as_typed(error.what());
  }
  return "nothing thrown";
}

/// Empty if `text` contains all `parts`, else what is missing where.
inline std::string missing(std::string_view text, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) {
    if (text.find(part) == std::string_view::npos) {
      return fmt::format("'{}' is not in: {}", part, text);
    }
  }
  return {};
}

}  // namespace strata::test
