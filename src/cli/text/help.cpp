#include "cli/text/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "cli/shell/streams.h"
#include "cli/text/info.h"
#include "cli/text/option_text.h"
#include "optim/optimizer.h"

namespace strata::cli {

namespace {

constexpr std::size_t kHelpColumn = 6;
constexpr std::size_t kHelpWidth = 100;

/// Words of `text` on lines of at most `width` columns, each after `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    if (column == 0 || column + 1 + word.size() > width) {
      lines += column == 0 ? "" : "\n";
      lines.append(indent, ' ');
      column = indent;
    } else {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += word.size();
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return lines + '\n';
}

std::string option_help(const Option& option) {
  std::string text = meaning(option);
  if (!shown_default(option).empty()) {
    text += fmt::format(" [{}]", shown_default(option));
  }
  return fmt::format("  {}\n{}", usage(option), wrapped(text, kHelpColumn, kHelpWidth));
}

/// The entries of a registry with their keys.
template <class Registry>
std::string registry_help(const Registry& registry) {
  std::string text;
  for (const auto& entry : registry) {
    text += fmt::format("  {}\n{}", entry.name, wrapped(entry.help, kHelpColumn, kHelpWidth));
    for (const OptimizerKey& key : entry.keys) {
      const std::string line = fmt::format("{}: {}, {} [{}]", key.name, key.help, key_range(key), key_default(key));
      text += wrapped(line, kHelpColumn, kHelpWidth);
    }
  }
  return text;
}

/// How several ranks run it; empty if they cannot.
std::string ranks_help(const Command& command) {
  return command.ranks_share.empty()
             ? ""
             : fmt::format("mpirun -n N strata {} … shares {} among N ranks, on one machine or several\n", command.name,
                           command.ranks_share);
}

bool takes_optimizers(const Command& command) {
  return std::ranges::find(command.options, "lower", &Option::name) != command.options.end();
}

std::string optimizers_help() {
  return fmt::format(
      "\nOPTIMIZER is NAME[,KEY=VALUE…], such as sgd,lr=0.01,momentum=0.9. Its names and keys [defaults]:\n{}"
      "\nEvery optimizer but freeze also takes schedule=NAME [constant] and that schedule's keys, such as\n"
      "adam,schedule=cosine,warmup_steps=500. The schedules of the rate lr, and their keys [defaults]:\n{}"
      "\nAnd a rate that changes at some steps, also beside a schedule:\n  {}=STEP:LR+STEP:LR\n{}",
      registry_help(optimizer_registry()), registry_help(schedule_registry()), kRateChangesKey,
      wrapped(kRateChangesHelp, kHelpColumn, kHelpWidth));
}

/// A bar would end a cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') {
      escaped += '\\';
    }
    escaped += c;
  }
  return escaped;
}

std::string option_row(const Option& option) {
  return fmt::format("| `{}` | {} | {} |\n", cell(usage(option)), cell(shown_default(option)), cell(meaning(option)));
}

std::string command_markdown(const Command& command) {
  std::string text = fmt::format("\n## strata {}: {}\n", command.name, command.summary);
  if (!command.operands.empty()) {
    text += fmt::format("\n`strata {} {} [OPTIONS]`\n", command.name, command.operands);
  }
  if (!command.ranks_share.empty()) {
    text += fmt::format("\n`mpirun -n N strata {} …` shares {} among N ranks ([distributed.md](distributed.md)).\n",
                        command.name, command.ranks_share);
  }
  std::string_view heading;
  for (const Option& option : command.options) {
    if (option.heading != heading) {
      heading = option.heading;
      text += fmt::format("\n### {}\n\n| option | default | meaning |\n|---|---|---|\n", heading);
    }
    text += option_row(option);
  }
  return text;
}

std::string optimizers_markdown() {
  std::string text = "\n## Optimizers\n\nOPTIMIZER is `NAME[,KEY=VALUE…]`, such as `sgd,lr=0.01,momentum=0.9`.\n";
  for (const OptimizerEntry& entry : optimizer_registry()) {
    text += fmt::format("\n### {}\n\n{}\n", entry.name, entry.help);
    if (entry.keys.empty()) {
      continue;
    }
    text += "\n| key | default (keras) | default (torch) | range | meaning |\n|---|---|---|---|---|\n";
    for (const OptimizerKey& key : entry.keys) {
      text += fmt::format("| `{}` | {} | {} | {} | {} |\n", key.name, key_value_text(key, key.keras_default),
                          key_value_text(key, key.torch_default), key_range(key), cell(key.help));
    }
  }
  return text;
}

std::string schedules_markdown() {
  std::string text =
      "\n## Schedules\n\nEvery optimizer but freeze also takes `schedule=NAME` (constant if not given) and that "
      "schedule's keys, such as\n`adam,schedule=cosine,warmup_steps=500`. [training.md](training.md) explains them.\n";
  for (const ScheduleEntry& entry : schedule_registry()) {
    text += fmt::format("\n### {}\n\n{}\n\n| key | default | range | meaning |\n|---|---|---|---|\n", entry.name,
                        cell(entry.help));
    for (const OptimizerKey& key : entry.keys) {
      text += fmt::format("| `{}` | {} | {} | {} |\n", key.name, key_value_text(key, key.keras_default), key_range(key),
                          cell(key.help));
    }
  }
  return text;
}

std::string rate_changes_markdown() {
  return fmt::format(
      "\n## Rates that change\n\nEvery optimizer but freeze also takes `{0}=STEP:LR+STEP:LR`, such as "
      "`sgd,lr=0.01,{0}=500:0.003+800:0.001`:\n{1}.\n",
      kRateChangesKey, kRateChangesHelp);
}

}  // namespace

std::string short_usage() {
  return "usage: strata COMMAND [OPTIONS]\n"
         "       strata train             train on the installed Fashion-MNIST\n"
         "       strata --help            the commands; strata COMMAND --help: their options\n";
}

std::string general_help() {
  std::string text =
      "Strata trains multilayer perceptrons on CPUs, an optimizer for each group of layers.\n\n"
      "usage: strata COMMAND [OPTIONS]\n\nCommands\n";
  for (const Command& command : commands()) {
    text += fmt::format("  {:<10}  {}\n", command.name, command.summary);
  }
  return text +
         "\n  strata COMMAND --help  lists a command's options and their defaults; so does strata help COMMAND\n"
         "  strata --version       shows the versions of Strata, oneDNN and TBB, and the instruction set in use\n\n"
         "Exit codes: 0 done; 1 failed while running; 2 wrong usage; 3 bad data or model file;\n"
         "4 diverged; 5 not as expected (--fail-below, --expect-hash);\n"
         "128 + n stopped by a signal n, such as 130 by SIGINT and 143 by SIGTERM.\n";
}

std::string command_help(const Command& command) {
  std::string text = fmt::format("usage: strata {}{}{} [OPTIONS]\n{}; defaults stand in brackets\n", command.name,
                                 command.operands.empty() ? "" : " ", command.operands, command.summary);
  text += ranks_help(command);
  std::string_view heading;
  for (const Option& option : command.options) {
    if (option.heading != heading) {
      heading = option.heading;
      text += fmt::format("\n{}\n", heading);
    }
    text += option_help(option);
  }
  return takes_optimizers(command) ? text + optimizers_help() : text;
}

std::string markdown_help(const std::vector<Command>& commands) {
  std::string text = "# Options\n\nPrinted by `strata help --markdown`; a test compares the two.\n";
  for (const Command& command : commands) {
    text += command_markdown(command);
  }
  return text + optimizers_markdown() + schedules_markdown() + rate_changes_markdown();
}

bool print_if_asked(const Command& command, const Arguments& arguments, bool speaks) {
  const bool help = arguments.given("help");
  if (!help && !arguments.given("version")) {
    return false;
  }
  if (speaks) {
    write_stdout(help ? command_help(command) : version_text());
  }
  return true;
}

}  // namespace strata::cli
