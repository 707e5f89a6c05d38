// The one exception type. Who catches it: docs/architecture.md.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace strata {

/// What went wrong, as far as main's exit code is concerned.
enum class ErrorKind {
  failed,  ///< failed while running (exit code 1)
  usage,   ///< wrong usage of the command line (2)
  data,    ///< a data or model file that cannot be used (3)
};

/// Options that would have avoided an error, each by its name with dashes and the text to give.
using Remedy = std::vector<std::pair<std::string, std::string>>;

/// `what()` is one line that names the file or option, what was found, what was expected and what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message, Remedy remedy = {})
      : std::runtime_error(message), kind_(kind), remedy_(std::move(remedy)) {}
  ErrorKind kind() const noexcept { return kind_; }
  /// Empty: none is known, or what() says all.
  const Remedy& remedy() const noexcept { return remedy_; }

 private:
  ErrorKind kind_;
  Remedy remedy_;
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
