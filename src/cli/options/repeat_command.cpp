#include "cli/options/repeat_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "settings/option.h"
#include "settings/settings_json.h"

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
      if (option.value_optional) {
        words.back() += text.empty() ? "" : "=" + text;
      } else if (!option.value.empty()) {
        words.push_back(text);
      }
    }
  }
  return words;
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

std::string command_line(std::string_view command, const std::vector<std::string>& words) {
  std::string text = fmt::format("strata {}", command);
  for (const std::string& word : words) {
    text += fmt::format(" {}", shell_quoted(word));
  }
  return text;
}

std::vector<std::string> with_remedy(std::vector<std::string> words, const Remedy& remedy) {
  for (const auto& [name, text] : remedy) {
    const std::string option = fmt::format("--{}", name);
    std::erase_if(words, [&](const std::string& word) { return word.starts_with(option + "="); });
    if (const auto given = std::ranges::find(words, option); given != words.end()) {
      words.erase(given, given + std::min<std::ptrdiff_t>(2, words.end() - given));
    }
    words.insert(words.end(), {option, text});
  }
  return words;
}

std::vector<std::string> train_words(const nlohmann::ordered_json& asked) {
  return words_given(run_options(), Given(run_options(), texts_of(run_options(), asked, Typing::as_text)));
}

std::string train_command_line(const nlohmann::ordered_json& asked) {
  return command_line("train", train_words(asked));
}

std::string axis_option(const Axis& axis) {
  const bool rate = axis.name == "lower.lr" || axis.name == "upper.lr";
  if (!rate) {
    return fmt::format("--vary '{}={}'", axis.name, fmt::join(axis.values, "|"));
  }
  const std::string option = fmt::format("--{}-lr", axis.name.substr(0, axis.name.find('.')));
  if (!axis.range) {
    return fmt::format("{} {}", option, fmt::join(axis.values, ","));
  }
  const std::string ends = fmt::format("{} {}..{}", option, axis.range->first, axis.range->last);
  return axis.values.empty() ? ends : fmt::format("{}:{}", ends, axis.values.size());
}

}  // namespace strata::cli
