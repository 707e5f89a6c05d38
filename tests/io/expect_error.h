// Checks of errors: their kind, and what their message names.
#pragma once

#include <optional>
#include <string>

#include "core/error.h"
#include "tests/catch.h"
#include "tests/core/as_typed.h"

namespace strata::test {

/// The Error that `action` throws; empty if it throws none.
template <class Action>
std::optional<Error> error_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

/// `action` throws an Error of that kind, in one line that contains both texts.
template <class Action>
void expect_error(ErrorKind kind, const std::string& names, const std::string& says, Action&& action) {
  const auto error = error_of(action);
  INFO("expected an error that says: " << says);
  REQUIRE(error.has_value());
  const std::string message = as_typed(error->what());
  CAPTURE(message);
  CHECK(error->kind() == kind);
  CHECK(message.find(names) != std::string::npos);
  CHECK(message.find(says) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
}

}  // namespace strata::test
