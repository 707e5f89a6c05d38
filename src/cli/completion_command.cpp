#include "cli/completion_command.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/arguments.h"
#include "cli/choices.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/output.h"
#include "core/error.h"
#include "core/nearest.h"

namespace strata::cli {

namespace {

struct Shell {
  std::string_view name;
  std::string (*script)();
};

constexpr std::array<Shell, 3> kShells{{{"bash", bash_completion}, {"zsh", zsh_completion}, {"fish", fish_completion}}};

const Shell& shell_of(const Arguments& arguments) {
  if (arguments.operands().size() != 1) {
    throw usage_error("strata completion expects one shell, bash, zsh or fish; found {}", arguments.operands().size());
  }
  const std::string& name = arguments.operands().front();
  const auto found = std::ranges::find(kShells, name, &Shell::name);
  if (found == kShells.end()) {
    throw usage_error("strata completion: expected bash, zsh or fish, found '{}'; the nearest is {}", name,
                      nearest_name(name, names_of(kShells)));
  }
  return *found;
}

}  // namespace

Command completion_command() {
  return {.name = "completion",
          .summary = "a script that completes command lines in a shell",
          .options = train_options({"help", "version"}),
          .operands = "bash|zsh|fish"};
}

Outcome run_completion(const std::vector<std::string>& words) {
  const Command command = completion_command();
  const Arguments arguments = parse_arguments(command, words);
  if (!print_if_asked(command, arguments)) {
    write_stdout(shell_of(arguments).script());
  }
  return Outcome::done;
}

}  // namespace strata::cli
