// The options given on one command line, and in the file that its --config names.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"
#include "core/error.h"

namespace cxxopts {
class Options;
}

namespace strata::cli {

/// The texts given, by option name, in order ("" for flags).
using GivenTexts = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Texts by option name: each is known, complete, one of its choices if it has any, and contradicts no other.
class Arguments {
 public:
  /// `typed` on the command line, `from_file` in the --config file, no option in both. Whatever lacks a text takes its
  /// fallback.
  Arguments(const std::vector<Option>& options, GivenTexts typed, GivenTexts from_file,
            std::vector<std::string> operands);

  /// Whether the command line or the file names the option.
  bool given(std::string_view name) const { return given_.contains(name); }
  /// Whether the file does.
  bool from_file(std::string_view name) const { return from_file_.contains(name); }
  /// Whether only the file names the option, and the command line gives one of `others`, which may have taken its
  /// meaning.
  bool overruled(std::string_view name, std::initializer_list<std::string_view> others) const;
  /// From now on the option is not given.
  void leave_out(std::string_view name);
  /// The text given (the first one), or else the option's fallback; "" if it has none.
  const std::string& text(std::string_view name) const;
  /// The words that belong to no option, in order.
  const std::vector<std::string>& operands() const { return operands_; }
  /// Every text given.
  std::vector<std::string> texts(std::string_view name) const;

 private:
  GivenTexts given_;
  std::map<std::string, std::string, std::less<>> fallbacks_;
  std::set<std::string, std::less<>> from_file_;
  std::vector<std::string> operands_;
};

/// Reads command lines of one command, which outlives it.
class ArgumentParser {
 public:
  explicit ArgumentParser(const Command& command);
  ArgumentParser(ArgumentParser&&) noexcept;
  ~ArgumentParser();

  /// See parse_arguments.
  Arguments parse(const std::vector<std::string>& words);

 private:
  const Command& command_;
  std::unique_ptr<cxxopts::Options> parser_;
};

/// Reads `words`, the command line after the command's name, and the file of --config; of that, what the command line
/// gives or contradicts is left out. Throws Error(usage) for what is unknown (naming the nearest known option),
/// incomplete, empty, repeated, contradictory or not one of an option's choices.
/// After --help or --version only unknown and incomplete options are errors.
Arguments parse_arguments(const Command& command, const std::vector<std::string>& words);

/// `error`, after the name of the --config file if the message begins with an option that comes from there.
Error with_file_name(const Arguments& arguments, const Error& error);

/// What `run(arguments)` returns; the message of an Error about an option from the file begins with the file's name.
template <class Run>
auto naming_file(const Arguments& arguments, Run run) {
  try {
    return run(arguments);
  } catch (const Error& error) {
    throw with_file_name(arguments, error);
  }
}

}  // namespace strata::cli
