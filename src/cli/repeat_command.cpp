#include "cli/repeat_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace strata::cli {

namespace {

bool plain(std::string_view word) {
  constexpr std::string_view kHarmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.,:/@%";
  return !word.empty() && word.find_first_not_of(kHarmless) == std::string_view::npos;
}

std::string shell_quoted(std::string_view word) {
  if (plain(word)) {
    return std::string(word);
  }
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'') {
      text += "'\\''";
    } else {
      text += c;
    }
  }
  return text + "'";
}

}  // namespace

std::vector<std::string> words_given(const std::vector<Option>& options, const Arguments& arguments) {
  std::vector<std::string> words;
  for (const Option& option : options) {
    for (const std::string& text : arguments.texts(option.name)) {
      words.push_back(fmt::format("--{}", option.name));
      if (!option.value.empty()) {
        words.push_back(text);
      }
    }
  }
  return words;
}

std::vector<std::string> shaping_words(const std::vector<Option>& options, const Arguments& arguments) {
  std::vector<Option> shaping = options;
  std::erase_if(shaping, [](const Option& option) { return !option.shapes_run; });
  return words_given(shaping, arguments);
}

nlohmann::ordered_json shaping_options(const std::vector<Option>& options, const Arguments& arguments) {
  auto json = nlohmann::ordered_json::object();
  for (const Option& option : options) {
    if (!option.shapes_run || !arguments.given(option.name)) {
      continue;
    }
    std::string key(option.name);
    std::ranges::replace(key, '-', '_');
    if (option.value.empty()) {
      json[key] = true;
    } else if (option.repeatable) {
      json[key] = arguments.texts(option.name);
    } else {
      json[key] = arguments.text(option.name);
    }
  }
  return json;
}

std::vector<std::string> without_config(const Command& command, const Arguments& arguments,
                                        const std::vector<std::string>& words) {
  if (!arguments.given("config")) {
    return words;
  }
  std::vector<Option> options = command.options;
  std::erase_if(options, [](const Option& option) { return option.name == "config"; });
  return words_given(options, arguments);
}

std::vector<std::string> without_option(const std::vector<std::string>& words, const std::string& name) {
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == fmt::format("--{}", name)) {
      ++i;
    } else {
      rest.push_back(words[i]);
    }
  }
  return rest;
}

std::string command_line(std::string_view command, const std::vector<std::string>& words) {
  std::string text = fmt::format("strata {}", command);
  for (const std::string& word : words) {
    text += fmt::format(" {}", shell_quoted(word));
  }
  return text;
}

}  // namespace strata::cli
