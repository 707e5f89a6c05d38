// What one command-line option is. Parser, help and docs/options.md all come from a list of these.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace strata::cli {

/// An option that may not be given together with the one that holds this.
struct Contradiction {
  std::string_view option;
  std::vector<std::string_view> values{};  ///< the values of `option` that contradict, as text or number; empty: any
  std::string_view reason{};
};

struct Option {
  std::string_view name;             ///< without dashes
  std::string value{};               ///< placeholder of the value; empty: a flag, which takes none
  std::string fallback{};            ///< the value that holds if none is given, read as if it had been; empty: none
  std::string_view fallback_note{};  ///< shown as the default instead of `fallback`
  std::string_view heading{};        ///< the section of the help that lists it
  std::string_view help{};
  std::vector<std::string_view> choices{};  ///< every value that is allowed; empty: the command checks it
  std::vector<Contradiction> contradicts{};
  std::string_view needs{};  ///< an option without which this one means nothing; empty: none
  bool repeatable = false;
  bool shapes_run = false;  ///< it decides what a run computes, not what is said or kept of it
  bool lasts = false;       ///< a run that is resumed goes on with it
};

}  // namespace strata::cli
