#include "cli/arguments.h"

#define CXXOPTS_NO_REGEX  // std::regex recurses once a character: a long value would overflow the stack
#include <algorithm>
#include <cxxopts.hpp>
#include <utility>

#include "cli/config_file.h"
#include "core/error.h"
#include "core/nearest.h"
#include "core/number.h"

namespace strata::cli {

namespace {

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

/// Whether the value `text` of other.option is one that `other` means.
bool applies(const Contradiction& other, const std::string& text) {
  const auto number = parse_number<double>(text);
  return other.values.empty() || std::any_of(other.values.begin(), other.values.end(), [&](std::string_view value) {
           return value == text || (number && parse_number<double>(value) == number);
         });
}

/// What `option` says against one of the options given; null if nothing.
const Contradiction* contradiction(const Option& option, const GivenTexts& given) {
  const auto found = std::find_if(option.contradicts.begin(), option.contradicts.end(), [&](const auto& other) {
    const auto texts = given.find(other.option);
    return texts != given.end() && applies(other, texts->second.front());
  });
  return found == option.contradicts.end() ? nullptr : &*found;
}

void check_contradiction(const Option& option, const GivenTexts& given) {
  if (const Contradiction* other = contradiction(option, given); other != nullptr && other->values.empty()) {
    throw usage_error("--{} contradicts --{}: {}; give one", option.name, other->option, other->reason);
  } else if (other != nullptr) {
    throw usage_error("--{} contradicts --{} {}: {}; leave one out", option.name, other->option,
                      given.find(other->option)->second.front(), other->reason);
  }
}

const Option& declaration(const Command& command, std::string_view name) {
  return *std::find_if(command.options.begin(), command.options.end(),
                       [&](const Option& option) { return option.name == name; });
}

void check_values(const Command& command, const GivenTexts& given) {
  for (const Option& option : command.options) {
    if (const auto found = given.find(option.name); found != given.end()) {
      check_texts(option, found->second);
    }
  }
}

void check_contradictions(const Command& command, const GivenTexts& given) {
  for (const Option& option : command.options) {
    if (given.contains(option.name)) {
      check_contradiction(option, given);
    }
  }
}

void check_needs(const Command& command, const GivenTexts& given) {
  for (const Option& option : command.options) {
    if (given.contains(option.name) && !option.needs.empty() && !given.contains(option.needs)) {
      throw usage_error("--{} does not apply: it is an option of --{}", option.name, option.needs);
    }
  }
}

/// Takes out of `options` those that contradict one of `others`.
void drop_contradicting(const Command& command, GivenTexts& options, const GivenTexts& others) {
  std::erase_if(options, [&](const auto& option) {
    return contradiction(declaration(command, option.first), others) != nullptr;
  });
}

/// Takes out of the options of the file what `typed`, on the command line, gives or contradicts, and what loses its
/// meaning with that.
void overrule(const Command& command, GivenTexts& from_file, const GivenTexts& typed) {
  std::erase_if(from_file, [&](const auto& option) {
    const GivenTexts alone{option};
    return typed.contains(option.first) || std::any_of(typed.begin(), typed.end(), [&](const auto& other) {
             return contradiction(declaration(command, other.first), alone) != nullptr;
           });
  });
  drop_contradicting(command, from_file, typed);
  std::erase_if(from_file, [&](const auto& option) {
    const std::string_view needed = declaration(command, option.first).needs;
    return !needed.empty() && !typed.contains(needed) && !from_file.contains(needed);
  });
}

/// The options of the file that go with those of the command line.
GivenTexts options_of_file(const Command& command, const GivenTexts& typed) {
  const std::string& path = typed.find("config")->second.front();
  ConfigFile file = read_config_file(path, command);
  try {
    check_values(command, file.options);
    if (file.is_record) {  // it tells the values of options that did not apply as well
      drop_contradicting(command, file.options, GivenTexts(file.options));
    }
    check_contradictions(command, file.options);
  } catch (const Error& error) {
    throw usage_error("{}: {}", path, error.what());
  }
  overrule(command, file.options, typed);
  return std::move(file.options);
}

}  // namespace

Arguments::Arguments(const std::vector<Option>& options, GivenTexts typed, GivenTexts from_file,
                     std::vector<std::string> operands)
    : given_(std::move(typed)), operands_(std::move(operands)) {
  for (const Option& option : options) {
    fallbacks_.emplace(option.name, option.fallback);
  }
  for (const auto& [name, texts] : from_file) {
    from_file_.insert(name);
  }
  given_.merge(from_file);
}

bool Arguments::overruled(std::string_view name, std::initializer_list<std::string_view> others) const {
  return from_file(name) &&
         std::any_of(others.begin(), others.end(), [&](auto other) { return given(other) && !from_file(other); });
}

void Arguments::leave_out(std::string_view name) {
  given_.erase(given_.find(name));
  from_file_.erase(from_file_.find(name));
}

const std::string& Arguments::text(std::string_view name) const {
  const auto found = given_.find(name);
  return found != given_.end() ? found->second.front() : fallbacks_.find(name)->second;
}

std::vector<std::string> Arguments::texts(std::string_view name) const {
  const auto found = given_.find(name);
  return found != given_.end() ? found->second : std::vector<std::string>{};
}

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
  check_values(command, typed);
  GivenTexts from_file = typed.contains("config") ? options_of_file(command, typed) : GivenTexts();
  GivenTexts all = typed;
  all.insert(from_file.begin(), from_file.end());
  check_contradictions(command, all);
  check_needs(command, all);
  return {command.options, std::move(typed), std::move(from_file), std::move(operands)};
}

Arguments parse_arguments(const Command& command, const std::vector<std::string>& words) {
  return ArgumentParser(command).parse(words);
}

Error with_file_name(const Arguments& arguments, const Error& error) {
  const std::string_view message = error.what();
  const std::string_view name = message.substr(0, message.find_first_of(": "));
  if (!name.starts_with("--") || !arguments.from_file(name.substr(2))) {
    return error;
  }
  return {error.kind(), arguments.text("config") + ": " + std::string(message)};
}

}  // namespace strata::cli
