// strata completion: a script for the shell that asks `strata complete` (dispatch.cpp) for the words that may follow.
#include <algorithm>
#include <array>
#include <string_view>

#include "cli/commands/commands.h"
#include "cli/options/arguments.h"
#include "cli/shell/streams.h"
#include "core/error.h"
#include "core/nearest.h"
#include "settings/choices.h"

namespace strata::cli {

namespace {

/// What a shell reads to complete by.
struct CompletionScript {
  std::string_view
      name;  ///< of the shell: bash (4 and later), zsh (to lie on its fpath as _strata), fish (3 and later)
  std::string_view script;
};

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

std::string_view script_of(const Arguments& arguments) {
  if (arguments.operands().size() != 1) {
    throw usage_error("strata completion expects one shell, bash, zsh or fish; found {}", arguments.operands().size());
  }
  const std::string& name = arguments.operands().front();
  const auto* const found = std::ranges::find(kScripts, name, &CompletionScript::name);
  if (found == kScripts.end()) {
    throw usage_error("strata completion: expected bash, zsh or fish, found '{}'; the nearest is {}", name,
                      nearest_name(name, names_of(kScripts)));
  }
  return found->script;
}

}  // namespace

Outcome run_completion(const CommandLine& line) {
  write_stdout(script_of(line.arguments));
  return Outcome::done;
}

}  // namespace strata::cli
