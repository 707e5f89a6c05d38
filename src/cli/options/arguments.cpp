#include "cli/options/arguments.h"

#define CXXOPTS_NO_REGEX  // std::regex recurses once a character: a long value would overflow the stack
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cxxopts.hpp>
#include <utility>

#include "cli/options/config_file.h"
#include "core/error.h"
#include "core/field.h"
#include "core/text.h"
#include "io/json_text.h"
#include "settings/option.h"

namespace strata::cli {

namespace {

constexpr std::string_view kTakeBack = "no-";

/// Whether a file of options can set it, and --no-NAME take it back.
bool is_flag_of_files(const Option& option) {
  return (option.value.empty() || option.value_optional) && option.name != "help" && option.name != "version";
}

bool takes_config(const std::vector<Option>& options) {
  return std::ranges::find(options, "config", &Option::name) != options.end();
}

cxxopts::Options make_parser(const std::vector<Option>& options) {
  cxxopts::Options parser("strata");
  parser.allow_unrecognised_options();  // so that check_unmatched words the error
  auto add = parser.add_options();
  for (const Option& option : options) {
    const std::string name = option.name == "help" ? "h,help" : std::string(option.name);
    const auto value = cxxopts::value<std::string>();  // never a vector: cxxopts would cut OPTIMIZER at its commas
    add(name, "", option.value.empty() || option.value_optional ? value->implicit_value("") : value);
    if (takes_config(options) && is_flag_of_files(option)) {
      add(fmt::format("{}{}", kTakeBack, option.name), "", cxxopts::value<std::string>()->implicit_value(""));
    }
  }
  return parser;
}

Error unknown_option(const Command& command, std::string_view word) {
  std::vector<std::string_view> names;
  for (const Option& option : command.options) {
    names.push_back(option.name);
  }
  const std::string_view name = word.substr(0, word.find('=')).substr(word.starts_with("--") ? 2 : 1);
  return usage_error("unknown option {}; {} (strata {} --help lists all)", word.substr(0, word.find('=')),
                     name_hint(name, names), command.name);
}

/// What cxxopts could not place: an unknown option or a word that belongs to none. Of a word like -seed it tells
/// one letter, so the whole word is looked up.
void check_unmatched(const Command& command, const std::vector<std::string>& words, const std::string& unmatched) {
  if (!unmatched.starts_with('-') || unmatched.size() == 1) {
    if (!command.operands.empty()) {
      return;
    }
    throw usage_error("unexpected argument '{}'; strata {} takes options only", unmatched, command.name);
  }
  const auto word = std::find_if(words.begin(), words.end(), [&](const std::string& w) {
    return w.starts_with('-') && !w.starts_with("--") && w.find(unmatched[1]) != std::string::npos;
  });
  throw unknown_option(command, unmatched.starts_with("--") || word == words.end() ? unmatched : *word);
}

/// The words that belong to no option go to `operands`.
GivenTexts parse_words(cxxopts::Options& parser, const Command& command, const std::vector<std::string>& words,
                       std::vector<std::string>& operands) {
  std::vector<const char*> argv{"strata"};
  for (const std::string& word : words) {
    argv.push_back(word.c_str());
  }
  try {
    const auto result = parser.parse(static_cast<int>(argv.size()), argv.data());
    GivenTexts given;
    for (const auto& argument : result.arguments()) {
      if (argument.value().starts_with("--")) {  // more likely the next option than a value
        throw usage_error("--{} expects a value, found {}", argument.key(), argument.value());
      }
      given[argument.key()].push_back(argument.value());
    }
    for (const std::string& unmatched : result.unmatched()) {
      check_unmatched(command, words, unmatched);
      operands.push_back(unmatched);
    }
    return given;
  } catch (const cxxopts::exceptions::missing_argument&) {  // only the last word can miss its value
    throw usage_error("{} expects a value (strata {} --help)", words.back(), command.name);
  } catch (const cxxopts::exceptions::exception& error) {
    throw usage_error("{}", error.what());
  }
}

/// JSON files and results name options and paths, and have to be UTF-8; bytes in place of others would be another name.
void check_utf8(const GivenTexts& given, const std::vector<std::string>& operands) {
  constexpr std::array<std::string_view, 3> kJson{"run-dir", "metrics", "json"};
  const auto json = std::ranges::find_if(kJson, [&](std::string_view option) { return given.contains(option); });
  if (json == kJson.end()) {
    return;
  }
  const auto check = [&](const std::string& what, const std::string& text) {
    if (!is_utf8(text)) {
      throw usage_error("{}{} is not UTF-8, which the JSON of --{} has to be; rename it, or go through a symbolic link",
                        what, quoted_name(text), *json);
    }
  };
  for (const auto& [name, texts] : given) {
    for (const std::string& text : texts) {
      check(fmt::format("--{}: ", name), text);
    }
  }
  for (const std::string& operand : operands) {
    check("", operand);
  }
}

/// Takes the --no-NAME out of what is typed. Returns the flags, each NAME.
std::vector<std::string> take_back(const std::vector<Option>& options, GivenTexts& typed) {
  std::vector<std::string> flags;
  for (const Option& option : options) {
    const auto found = typed.find(fmt::format("{}{}", kTakeBack, option.name));
    if (found == typed.end()) {
      continue;
    }
    const std::string name = fmt::format("--{}", found->first);
    if (!found->second.front().empty()) {
      throw usage_error("{} takes no value, found '{}'", name, found->second.front());
    }
    if (typed.contains(option.name)) {
      throw usage_error("{} contradicts --{}: it takes that back; give one", name, option.name);
    }
    if (!typed.contains("config")) {
      throw usage_error("{} does not apply: it takes back what a --config file sets; leave it out", name);
    }
    flags.emplace_back(option.name);
    typed.erase(found);
  }
  return flags;
}

/// The options of the file, but for the flags `taken_back`, that go with those of the command line.
GivenTexts options_of_file(const Command& command, const GivenTexts& typed,
                           const std::vector<std::string>& taken_back) {
  const std::string& path = typed.find("config")->second.front();
  ConfigFile file = read_config_file(path, command);
  try {
    check_values(command.options, file.options);
    if (file.is_record) {  // it tells the values of options that did not apply as well
      drop_contradicting(command.options, file.options, GivenTexts(file.options));
    }
    check_contradictions(command.options, file.options);
  } catch (const Error& error) {
    throw usage_error("{}: {}", path, error.what());
  }
  for (const std::string& flag : taken_back) {
    file.options.erase(flag);
  }
  overrule(command.options, file.options, typed);
  return std::move(file.options);
}

}  // namespace

ArgumentParser::ArgumentParser(const Command& command)
    : command_(command), parser_(std::make_unique<cxxopts::Options>(make_parser(command.options))) {}

ArgumentParser::ArgumentParser(ArgumentParser&&) noexcept = default;

ArgumentParser::~ArgumentParser() = default;

Arguments ArgumentParser::parse(const std::vector<std::string>& words) {
  const Command& command = command_;
  std::vector<std::string> operands;
  GivenTexts typed = parse_words(*parser_, command, words, operands);
  if (typed.contains("help") || typed.contains("version")) {
    return {command.options, std::move(typed), {}, std::move(operands)};
  }
  check_values(command.options, typed);
  const std::vector<std::string> taken_back = take_back(command.options, typed);
  GivenTexts from_file = typed.contains("config") ? options_of_file(command, typed, taken_back) : GivenTexts();
  GivenTexts all = typed;
  all.insert(from_file.begin(), from_file.end());
  check_contradictions(command.options, all);
  check_needs(command.options, all);
  check_utf8(all, operands);
  return {command.options, std::move(typed), std::move(from_file), std::move(operands)};
}

Arguments parse_arguments(const Command& command, const std::vector<std::string>& words) {
  return ArgumentParser(command).parse(words);
}

Error with_file_name(const Arguments& arguments, const Error& error) {
  const std::string_view message = error.what();
  std::string name(first_field(message));
  std::replace(name.begin(), name.end(), '_', '-');
  if (name.empty() && message.starts_with("--")) {
    name = message.substr(2, message.find_first_of(": ") - 2);
  }
  if (name.empty() || !arguments.from_file(name)) {
    return error;
  }
  return {error.kind(), arguments.text("config") + ": " + std::string(message), error.remedy()};
}

}  // namespace strata::cli
