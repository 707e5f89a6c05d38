#include <algorithm>
#include <span>
#include <string_view>

#include "cli/commands/commands.h"
#include "cli/options/arguments.h"
#include "cli/options/choices.h"
#include "cli/shell/completion.h"
#include "cli/shell/output.h"
#include "cli/text/help.h"
#include "core/error.h"
#include "core/nearest.h"

namespace strata::cli {

namespace {

std::string_view script_of(const Arguments& arguments) {
  const std::span<const CompletionScript> scripts = completion_scripts();
  if (arguments.operands().size() != 1) {
    throw usage_error("strata completion expects one shell, bash, zsh or fish; found {}", arguments.operands().size());
  }
  const std::string& name = arguments.operands().front();
  const auto found = std::ranges::find(scripts, name, &CompletionScript::name);
  if (found == scripts.end()) {
    throw usage_error("strata completion: expected bash, zsh or fish, found '{}'; the nearest is {}", name,
                      nearest_name(name, names_of(scripts)));
  }
  return found->script;
}

}  // namespace

Outcome run_completion(const std::vector<std::string>& words) {
  const Command command = completion_command();
  const Arguments arguments = parse_arguments(command, words);
  if (!print_if_asked(command, arguments)) {
    write_stdout(script_of(arguments));
  }
  return Outcome::done;
}

Outcome run_complete(const std::vector<std::string>& words) {
  write_stdout(completions(words));
  return Outcome::done;
}

}  // namespace strata::cli
