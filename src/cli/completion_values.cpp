#include "cli/completion_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/choices.h"
#include "optim/optimizer.h"

namespace strata::cli {

namespace {

/// The kind of a placeholder such as PATH, FILE.onnx or DIR [DIR…].
ValueKind kind_of(std::string_view placeholder) {
  const std::size_t bracket = placeholder.starts_with('[') ? 1 : 0;
  const std::string_view name = placeholder.substr(bracket, placeholder.find_first_of(" |].", bracket) - bracket);
  if (name == "DIR") {
    return ValueKind::folder;
  }
  if (name == "FILE" || name == "PATH" || name == "MODEL") {
    return ValueKind::file;
  }
  return placeholder.ends_with("OPTIMIZER") ? ValueKind::optimizer : ValueKind::text;
}

}  // namespace

ValueKind value_kind(const Option& option) {
  if (option.value.empty()) {
    return ValueKind::none;
  }
  return option.choices.empty() ? kind_of(option.value) : ValueKind::choice;
}

ValueKind operand_kind(const Command& command) {
  if (command.operands.empty()) {
    return ValueKind::none;
  }
  const ValueKind kind = kind_of(command.operands);
  return kind == ValueKind::text && command.operands.find('|') != std::string_view::npos ? ValueKind::choice : kind;
}

std::string operand_choices(const Command& command) {
  std::string words(command.operands);
  std::ranges::replace(words, '|', ' ');
  return words;
}

std::string command_names() { return fmt::format("{}", fmt::join(names_of(commands()), " ")); }

std::string optimizer_names() { return fmt::format("{}", fmt::join(names_of(optimizer_registry()), " ")); }

std::string optimizer_settings(std::string_view optimizer) {
  std::vector<std::string> settings;
  const auto add = [&](const std::vector<OptimizerKey>& keys) {
    for (const OptimizerKey& key : keys) {
      const std::string setting = fmt::format("{}=", key.name);
      if (std::ranges::find(settings, setting) == settings.end()) {
        settings.push_back(setting);
      }
    }
  };
  const OptimizerEntry& entry = find_optimizer(optimizer);
  add(entry.keys);
  if (!entry.keys.empty()) {
    for (const ScheduleEntry& schedule : schedule_registry()) {
      settings.push_back(fmt::format("schedule={}", schedule.name));
    }
    for (const ScheduleEntry& schedule : schedule_registry()) {
      add(schedule.keys);
    }
  }
  return fmt::format("{}", fmt::join(settings, " "));
}

std::string_view brief_help(const Option& option) {
  const std::string_view clause = option.help.substr(0, option.help.find_first_of(":;([."));
  return clause.substr(0, clause.find_last_not_of(' ') + 1);
}

std::string filled(std::string script, std::initializer_list<std::pair<std::string_view, std::string>> texts) {
  for (const auto& [name, text] : texts) {
    const std::string mark = fmt::format("@{}@", name);
    for (std::size_t at = script.find(mark); at != std::string::npos; at = script.find(mark, at + text.size())) {
      script.replace(at, mark.size(), text);
    }
  }
  return script;
}

}  // namespace strata::cli
