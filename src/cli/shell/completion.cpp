#include "cli/shell/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/options/options.h"
#include "cli/text/option_text.h"
#include "core/figure.h"
#include "objective/objective.h"
#include "optim/optimizer.h"
#include "settings/run_options.h"

namespace strata::cli {

namespace {

// COMP_WORDS is cut at = and : too, so words are taken from the line, and what bash replaces follows the last of these.
constexpr const char* kBash = R"(# bash completion for strata, made by: strata completion bash

_strata() {
  local line=${COMP_LINE:0:COMP_POINT} words current cut='' kind
  current=${line##*[[:space:]]}
  read -ra words <<<"$line"
  [[ -n $current ]] || words+=('')
  mapfile -t COMPREPLY < <("${words[0]/#\~/$HOME}" complete "${words[@]:1}" 2>/dev/null)
  kind=${COMPREPLY[0]}
  COMPREPLY=("${COMPREPLY[@]:1}")
  COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
  if [[ $current == *[=:]* ]]; then cut=${current%"${current##*[=:]}"}; fi
  case $kind in
    parts) compopt -o nospace 2>/dev/null ;;
    files | folders)
      [[ $current != --*=* ]] || current=${current#*=}
      [[ $current == *[=:]* ]] || cut=''
      compopt -o filenames 2>/dev/null
      [[ $kind == files ]] && kind=-f || kind=-d
      mapfile -t COMPREPLY < <(compgen "$kind" -- "$current")
      ;;
  esac
  COMPREPLY=("${COMPREPLY[@]#"$cut"}")
}

complete -F _strata strata
)";

constexpr const char* kZsh = R"(#compdef strata
# zsh completion for strata, made by: strata completion zsh

_strata() {
  local -a found
  found=("${(@f)$(${~words[1]} complete "${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  local kind=$found[1]
  shift found
  case $kind in
    words)
      found=("${(@)found//:/\\:}")
      found=("${(@)found/$'\t'/:}")
      _describe strata found
      ;;
    parts) compadd -S '' -- $found ;;
    files) compset -P '--*='; _files ;;
    folders) compset -P '--*='; _files -/ ;;
  esac
}

_strata "$@"
)";

constexpr const char* kFish = R"(# fish completion for strata, made by: strata completion fish

function __strata
    set -l current (commandline -ct)
    set -l words (commandline -opc)
    set -l found ($words[1] complete $words[2..] "$current" 2>/dev/null)
    set -l start (string match -r '^--[^=]*=' -- "$current"; or echo '')
    set -l path (string replace -r '^--[^=]*=' '' -- "$current")
    switch "$found[1]"
        case files
            printf '%s\n' $start(__fish_complete_path "$path")
        case folders
            printf '%s\n' $start(__fish_complete_directories "$path")
        case '*'
            printf '%s\n' $found[2..]
    end
end

complete -c strata -f -a '(__strata)'
)";

constexpr std::array<CompletionScript, 3> kScripts{{{"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}}};

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

/// Keys and schedules that can follow the optimizer's name, each once.
void add_settings(Offer& offer, const OptimizerEntry& entry, std::string_view kept) {
  std::vector<std::string> told;
  const auto add = [&](const std::vector<OptimizerKey>& keys) {
    for (const OptimizerKey& key : keys) {
      const std::string setting = fmt::format("{}=", key.name);
      if (kept.find("," + setting) == std::string_view::npos && std::ranges::find(told, setting) == told.end()) {
        told.push_back(setting);
        if (key.type != OptimizerKey::Type::figure) {
          offer.add(setting);
          continue;
        }
        for (const FigureEntry& figure : kFigures) {
          offer.add(fmt::format("{}val_{}", setting, figure.name));
        }
      }
    }
  };
  add(entry.keys);
  if (entry.keys.empty()) {
    return;
  }
  for (const ScheduleEntry& schedule : schedule_registry()) {
    if (kept.find(",schedule=") == std::string_view::npos) {
      offer.add(fmt::format("schedule={}", schedule.name));
    }
    add(schedule.keys);
  }
  if (const std::string changes = fmt::format("{}=", kRateChangesKey);
      kept.find("," + changes) == std::string_view::npos) {
    offer.add(changes);
  }
}

/// NAME[,KEY=VALUE…], perhaps after FIRST-LAST:
std::string optimizer_parts(std::string_view text, std::string_view before) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789-"), text.size());
  const std::size_t group = digits > 0 && text.substr(digits).starts_with(':') ? digits + 1 : 0;
  const std::size_t comma = text.rfind(',');
  const std::size_t last = comma == std::string_view::npos ? group : comma + 1;
  const std::string start = fmt::format("{}{}", before, text.substr(0, last));
  Offer offer("parts", text.substr(last), start);
  const std::string_view name = text.substr(group, text.find(',') - group);
  for (const OptimizerEntry& entry : optimizer_registry()) {
    if (last == group) {
      offer.add(entry.name);
    } else if (entry.name == name) {
      add_settings(offer, entry, text.substr(0, last));
    }
  }
  return offer.text();
}

/// NAME[,KEY=VALUE…] of an objective.
std::string loss_parts(std::string_view text, std::string_view before) {
  const std::size_t comma = text.rfind(',');
  const std::size_t last = comma == std::string_view::npos ? 0 : comma + 1;
  const std::string start = fmt::format("{}{}", before, text.substr(0, last));
  Offer offer("parts", text.substr(last), start);
  for (const ObjectiveEntry& entry : objective_registry()) {
    if (last == 0) {
      offer.add(entry.name);
    } else if (entry.name == text.substr(0, text.find(','))) {
      for (const std::string_view key : entry.keys) {
        const std::string setting = fmt::format("{}=", key);
        if (text.substr(0, last).find("," + setting) == std::string_view::npos) {
          offer.add(setting);
        }
      }
    }
  }
  return offer.text();
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
  for (std::size_t at = 0; at < operands.size();) {
    const std::size_t end = std::min(operands.find('|', at), operands.size());
    offer.add(operands.substr(at, end - at));
    at = end + 1;
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

std::span<const CompletionScript> completion_scripts() { return kScripts; }

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
