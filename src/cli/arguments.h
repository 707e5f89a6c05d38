// The options given on one command line.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"

namespace strata::cli {

/// Texts by option name: each is known, complete, one of its choices if it has any, and contradicts no other.
class Arguments {
 public:
  /// `given` maps names to the texts given, in order ("" for flags). Whatever lacks one takes its fallback.
  Arguments(const std::vector<Option>& options, std::map<std::string, std::vector<std::string>, std::less<>> given,
            std::vector<std::string> operands);

  /// Whether the command line names the option.
  bool given(std::string_view name) const { return given_.contains(name); }
  /// The text given (the first one), or else the option's fallback; "" if it has none.
  const std::string& text(std::string_view name) const;
  /// The words that belong to no option, in order.
  const std::vector<std::string>& operands() const { return operands_; }
  /// Every text given.
  std::vector<std::string> texts(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
  std::map<std::string, std::string, std::less<>> fallbacks_;
  std::vector<std::string> operands_;
};

/// Reads `words`, the command line after the command's name. Throws Error(usage) for what is unknown (naming the
/// nearest known option), incomplete, empty, repeated, contradictory or not one of an option's choices.
/// After --help or --version only unknown and incomplete options are errors.
Arguments parse_arguments(const Command& command, const std::vector<std::string>& words);

}  // namespace strata::cli
