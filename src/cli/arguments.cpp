#include "cli/arguments.h"

#define CXXOPTS_NO_REGEX  // std::regex recurses once a character: a long value would overflow the stack
#include <algorithm>
#include <cxxopts.hpp>
#include <utility>

#include "core/error.h"
#include "core/nearest.h"

namespace strata::cli {

namespace {

using Given = std::map<std::string, std::vector<std::string>, std::less<>>;

cxxopts::Options make_parser(const std::vector<Option>& options) {
  cxxopts::Options parser("strata");
  parser.allow_unrecognised_options();  // so that check_unmatched words the error
  auto add = parser.add_options();
  for (const Option& option : options) {
    const std::string name = option.name == "help" ? "h,help" : std::string(option.name);
    const auto value = cxxopts::value<std::string>();  // never a vector: cxxopts would cut OPTIMIZER at its commas
    add(name, "", option.value.empty() ? value->implicit_value("") : value);
  }
  return parser;
}

Error unknown_option(const Command& command, std::string_view word) {
  std::vector<std::string_view> names;
  for (const Option& option : command.options) {
    names.push_back(option.name);
  }
  const std::string_view name = word.substr(0, word.find('=')).substr(word.starts_with("--") ? 2 : 1);
  return usage_error("unknown option {}; the nearest known one is --{} (strata {} --help lists all)",
                     word.substr(0, word.find('=')), nearest_name(name, names), command.name);
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
Given parse_words(const Command& command, const std::vector<std::string>& words, std::vector<std::string>& operands) {
  std::vector<const char*> argv{"strata"};
  for (const std::string& word : words) {
    argv.push_back(word.c_str());
  }
  auto parser = make_parser(command.options);
  try {
    const auto result = parser.parse(static_cast<int>(argv.size()), argv.data());
    Given given;
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

void check_choice(const Option& option, const std::string& text) {
  if (option.choices.empty() || std::find(option.choices.begin(), option.choices.end(), text) != option.choices.end()) {
    return;
  }
  throw usage_error("--{}: expected {}, found '{}'; the nearest is {}", option.name, option.value, text,
                    nearest_name(text, option.choices));
}

void check_texts(const Option& option, const std::vector<std::string>& texts) {
  if (texts.size() > 1 && !option.repeatable) {
    throw usage_error("--{} is given {} times; once is enough", option.name, texts.size());
  }
  for (const std::string& text : texts) {
    if (option.value.empty()) {
      if (!text.empty()) {
        throw usage_error("--{} takes no value, found '{}'", option.name, text);
      }
    } else if (text.empty()) {
      throw usage_error("--{}: expected {}, found an empty value", option.name, option.value);
    } else {
      check_choice(option, text);
    }
  }
}

void check_contradictions(const Option& option, const Given& given) {
  for (const Contradiction& other : option.contradicts) {
    const auto found = given.find(other.option);
    if (found == given.end()) {
      continue;
    }
    const std::string& text = found->second.front();
    if (other.values.empty()) {
      throw usage_error("--{} contradicts --{}: {}; give one", option.name, other.option, other.reason);
    }
    if (std::find(other.values.begin(), other.values.end(), text) != other.values.end()) {
      throw usage_error("--{} contradicts --{} {}: {}; leave one out", option.name, other.option, text, other.reason);
    }
  }
}

}  // namespace

Arguments::Arguments(const std::vector<Option>& options, Given given, std::vector<std::string> operands)
    : given_(std::move(given)), operands_(std::move(operands)) {
  for (const Option& option : options) {
    fallbacks_.emplace(option.name, option.fallback);
  }
}

const std::string& Arguments::text(std::string_view name) const {
  const auto found = given_.find(name);
  return found != given_.end() ? found->second.front() : fallbacks_.find(name)->second;
}

std::vector<std::string> Arguments::texts(std::string_view name) const {
  const auto found = given_.find(name);
  return found != given_.end() ? found->second : std::vector<std::string>{};
}

Arguments parse_arguments(const Command& command, const std::vector<std::string>& words) {
  std::vector<std::string> operands;
  const Given given = parse_words(command, words, operands);
  if (!given.contains("help") && !given.contains("version")) {
    for (const Option& option : command.options) {
      if (const auto found = given.find(option.name); found != given.end()) {
        check_texts(option, found->second);
      }
    }
    for (const Option& option : command.options) {
      if (given.contains(option.name)) {
        check_contradictions(option, given);
      }
    }
  }
  return {command.options, given, std::move(operands)};
}

}  // namespace strata::cli
