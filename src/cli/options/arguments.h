// The options given on one command line, and in the file that its --config names.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/options/options.h"
#include "core/error.h"
#include "settings/given.h"

namespace cxxopts {
class Options;
}

namespace strata::cli {

/// What one command line gives, and the file that its --config names.
using Arguments = Given;

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
/// gives, contradicts or, being a flag, takes back by --no-NAME is left out. Throws Error(usage) for what is unknown
/// (naming the nearest known option), incomplete, empty, repeated, contradictory or not one of an option's choices.
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
