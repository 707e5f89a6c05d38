#include "cli/shell/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options/options.h"
#include "cli/text/option_text.h"
#include "core/field.h"
#include "core/figure.h"
#include "objective/objective.h"
#include "optim/optimizer.h"
#include "settings/option.h"

namespace strata::cli {

namespace {

/// The answer as it grows.
class Offer {
 public:
  /// Of words of that kind that begin with `start`; they are told after `before`.
  Offer(std::string_view kind, std::string_view start, std::string_view before = "")
      : text_(fmt::format("{}\n", kind)), start_(start), before_(before) {}

  void add(std::string_view word, std::string_view meaning = "") {
    if (word.starts_with(start_)) {
      text_ += fmt::format("{}{}{}{}\n", before_, word, meaning.empty() ? "" : "\t", meaning);
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::string_view start_;
  std::string_view before_;
};

/// The first clause of the option's help.
std::string brief_help(const Option& option) {
  const std::string help = as_options(option.help);
  const std::string clause = help.substr(0, help.find_first_of(":;([."));
  return clause.substr(0, clause.find_last_not_of(' ') + 1);
}

/// What a placeholder such as PATH, FILE.onnx or DIR [DIR…] stands for; empty: neither files nor folders.
std::string_view paths_kind(std::string_view placeholder) {
  const std::size_t bracket = placeholder.starts_with('[') ? 1 : 0;
  const std::string_view name = placeholder.substr(bracket, placeholder.find_first_of(" |].", bracket) - bracket);
  return name == "DIR" ? "folders" : name == "FILE" || name == "PATH" || name == "MODEL" ? "files" : "";
}

/// Whether the key has no value yet in `kept`, what stands before the word's last part.
bool lacks(std::string_view kept, std::string_view key) {
  return kept.find(fmt::format(",{}=", key)) == std::string_view::npos;
}

void add_key(Offer& offer, std::string_view key, std::string_view kept) {
  if (lacks(kept, key)) {
    offer.add(fmt::format("{}=", key));
  }
}

/// Keys and schedules that can follow the optimizer's name, each once.
void add_settings(Offer& offer, const OptimizerEntry& entry, std::string_view kept) {
  std::vector<std::string_view> told;
  const auto add = [&](const std::vector<OptimizerKey>& keys) {
    for (const OptimizerKey& key : keys) {
      if (std::ranges::find(told, key.name) != told.end()) {
        continue;
      }
      told.push_back(key.name);
      if (key.type != OptimizerKey::Type::figure) {
        add_key(offer, key.name, kept);
        continue;
      }
      for (const FigureEntry& figure : kFigures) {
        if (lacks(kept, key.name)) {
          offer.add(fmt::format("{}=val_{}", key.name, figure.name));
        }
      }
    }
  };
  add(entry.keys);
  if (entry.keys.empty()) {
    return;
  }
  for (const ScheduleEntry& schedule : schedule_registry()) {
    if (lacks(kept, "schedule")) {
      offer.add(fmt::format("schedule={}", schedule.name));
    }
    add(schedule.keys);
  }
  add_key(offer, kRateChangesKey, kept);
}

/// Of NAME[,KEY=VALUE…], after `head` characters that stand before it: the names of `registry`, or what `add` tells of
/// the entry of that name.
template <class Registry, class Add>
std::string registry_parts(const Registry& registry, std::string_view text, std::string_view before, std::size_t head,
                           Add add) {
  const std::size_t comma = text.rfind(',');
  const std::size_t last = comma == std::string_view::npos ? head : comma + 1;
  const std::string start = fmt::format("{}{}", before, text.substr(0, last));
  Offer offer("parts", text.substr(last), start);
  const std::string_view name = name_of_text(text.substr(head));
  for (const auto& entry : registry) {
    if (last == head) {
      offer.add(entry.name);
    } else if (entry.name == name) {
      add(offer, entry, text.substr(0, last));
    }
  }
  return offer.text();
}

/// An optimizer, perhaps after FIRST-LAST:
std::string optimizer_parts(std::string_view text, std::string_view before) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789-"), text.size());
  const std::size_t head = digits > 0 && text.substr(digits).starts_with(':') ? digits + 1 : 0;
  return registry_parts(optimizer_registry(), text, before, head, add_settings);
}

std::string loss_parts(std::string_view text, std::string_view before) {
  const auto add = [](Offer& offer, const ObjectiveEntry& entry, std::string_view kept) {
    for (const std::string_view key : entry.keys) {
      add_key(offer, key, kept);
    }
  };
  return registry_parts(objective_registry(), text, before, 0, add);
}

/// `text` is what there is of the value, `before` it stands `--name=` or nothing.
std::string value_words(const Option& option, std::string_view text, std::string_view before) {
  if (option.value == "LOSS") {
    return loss_parts(text, before);
  }
  if (option.value.ends_with("OPTIMIZER")) {
    return optimizer_parts(text, before);
  }
  Offer offer(option.choices.empty() ? paths_kind(option.value) : "words", text, before);
  for (const std::string_view choice : option.choices) {
    offer.add(choice);
  }
  return offer.text();
}

std::string option_words(const Command& command, std::string_view start, bool has_config) {
  Offer offer("words", start);
  for (const Option& option : command.options) {
    offer.add(fmt::format("--{}", option.name), brief_help(option));
  }
  for (const Option& option : command.options) {
    if (has_config && (option.value.empty() || option.value_optional) && option.name != "help" &&
        option.name != "version") {
      offer.add(fmt::format("--no-{}", option.name), "take it back from the --config file");
    }
  }
  return offer.text();
}

/// Of a word that is no value of an option: an operand, or an option; --no-NAME behind a --config.
std::string other_words(const Command& command, std::string_view start, bool has_config) {
  const std::string_view operands = command.operands;
  if (operands.empty() || start.starts_with('-')) {
    return option_words(command, start, has_config);
  }
  if (const std::string_view kind = paths_kind(operands);
      !kind.empty() || operands.find('|') == std::string_view::npos) {
    return fmt::format("{}\n", kind);
  }
  Offer offer("words", start);
  for (const std::string_view operand : split(operands, '|')) {
    offer.add(operand);
  }
  return offer.text();
}

std::string first_words(std::string_view start) {
  Offer offer("words", start);
  for (const Command& command : commands()) {
    offer.add(command.name, command.summary);
  }
  offer.add("--help", "the commands");
  offer.add("--version", "versions and the instruction set in use");
  return offer.text();
}

}  // namespace

std::string completions(const std::vector<std::string>& words) {
  if (words.size() < 2) {
    return first_words(words.empty() ? std::string_view() : words.front());
  }
  const std::vector<Command> all = commands();
  const auto command = std::ranges::find(all, words.front(), &Command::name);
  if (command == all.end()) {
    return "\n";
  }
  const std::string_view current = words.back();
  const std::size_t equals = current.starts_with("--") ? current.find('=') : std::string_view::npos;
  const std::string_view named =
      equals == std::string_view::npos ? std::string_view(words[words.size() - 2]) : current.substr(0, equals);
  const Option* option = named.starts_with("--") ? find_option(command->options, named.substr(2)) : nullptr;
  if (option == nullptr || option->value.empty() || (option->value_optional && equals == std::string_view::npos)) {
    const bool has_config =
        std::ranges::any_of(words, [](std::string_view word) { return word.starts_with("--config"); });
    return other_words(*command, current, has_config);
  }
  const std::size_t start = equals == std::string_view::npos ? 0 : equals + 1;
  return value_words(*option, current.substr(start), current.substr(0, start));
}

}  // namespace strata::cli
