// The one exception type. Who catches it: docs/architecture.md.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace strata {

/// What went wrong, as far as main's exit code is concerned.
enum class ErrorKind {
  failed,  ///< failed while running (exit code 1)
  usage,   ///< wrong usage of the command line (2)
  data,    ///< a data or model file that cannot be used (3)
};

/// `what()` is one line that names the file or option, what was found, what was expected and what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

template <class... Args>
Error failed_error(fmt::format_string<Args...> text, Args&&... args) {
  return {ErrorKind::failed, fmt::format(text, std::forward<Args>(args)...)};
}

template <class... Args>
Error usage_error(fmt::format_string<Args...> text, Args&&... args) {
  return {ErrorKind::usage, fmt::format(text, std::forward<Args>(args)...)};
}

template <class... Args>
Error data_error(fmt::format_string<Args...> text, Args&&... args) {
  return {ErrorKind::data, fmt::format(text, std::forward<Args>(args)...)};
}

}  // namespace strata
