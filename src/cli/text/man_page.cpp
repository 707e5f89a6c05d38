// The manual page, from the commands' declarations and the registries.
#include <fmt/format.h>

#include <string_view>

#include "cli/text/help.h"
#include "cli/text/option_text.h"
#include "optim/optimizer.h"

namespace strata::cli {

namespace {

/// Plain text for roff: hyphens that are minus signs, nothing that would be a request.
std::string roff(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if (c == '|') {
      result += "|\\:";  // a line may end here
    } else if ((c == '.' || c == '\'') && result.empty()) {
      result += fmt::format("\\&{}", c);
    } else {
      result += c;
    }
  }
  constexpr std::string_view kEllipsis = "…";
  for (std::size_t at = result.find(kEllipsis); at != std::string::npos; at = result.find(kEllipsis, at)) {
    result.replace(at, kEllipsis.size(), "...");
  }
  return result;
}

/// A paragraph with a tag; `value` is set as what the user replaces.
std::string item(std::string_view tag, std::string_view value, std::string_view text) {
  const std::string shown = value.empty() ? "" : fmt::format(" \\fI{}\\fR", roff(value));
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", roff(tag), shown, roff(text));
}

std::string options(const Command& command) {
  std::string text;
  std::string_view heading;
  for (const Option& option : command.options) {
    if (option.heading != heading) {
      heading = option.heading;
      text += fmt::format(".PP\n\\fI{}\\fR\n", roff(heading));
    }
    std::string help = meaning(option);
    if (!shown_default(option).empty()) {
      help += fmt::format(" [{}]", shown_default(option));
    }
    text += option.value_optional ? item(usage(option), "", help)
                                  : item(fmt::format("--{}", option.name), option.value, help);
  }
  return text;
}

std::string command_section(const Command& command) {
  const std::string operands = command.operands.empty() ? "" : fmt::format(" \\fI{}\\fR", roff(command.operands));
  return fmt::format(".SS strata {}\n\\fBstrata {}\\fR{} [\\fIOPTIONS\\fR]\n.br\n{}.\n{}", roff(command.name),
                     roff(command.name), operands, roff(command.summary), options(command));
}

/// The entries of a registry with their keys.
template <class Registry>
std::string registry(const Registry& entries) {
  std::string text;
  for (const auto& entry : entries) {
    text += item(entry.name, "", entry.help);
    for (const OptimizerKey& key : entry.keys) {
      text += fmt::format(".br\n\\fB{}\\fR: {}\n", roff(key.name),
                          roff(fmt::format("{}, {} [{}]", key.help, key_range(key), key_default(key))));
    }
  }
  return text;
}

constexpr std::string_view kExitCodes[][2] = {
    {"0", "done"},
    {"1", "failed while running"},
    {"2", "wrong usage"},
    {"3", "bad data or model file"},
    {"4", "diverged: the loss is not finite"},
    {"128 + n",
     "stopped by signal n: 130 SIGINT, 143 SIGTERM, 129 SIGHUP, 138 SIGUSR1, 140 SIGUSR2, 152 "
     "SIGXCPU; 141: the reader of stdout has gone"}};

std::string exit_codes() {
  std::string text = ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : kExitCodes) {
    text += item(code, "", meaning);
  }
  return text;
}

}  // namespace

std::string man_page(const std::vector<Command>& commands) {
  std::string text = fmt::format(
      ".TH STRATA 1 \"\" \"strata {}\" \"User Commands\"\n.nh\n.ad l\n.SH NAME\n"
      "strata \\- train multilayer perceptrons on CPUs, an optimizer for each group of layers\n"
      ".SH SYNOPSIS\n\\fBstrata\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.br\n"
      "\\fBstrata\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR\n.br\n\\fBstrata \\-\\-version\\fR\n"
      ".SH DESCRIPTION\nDefaults stand in brackets. Results go to standard output, progress and messages to standard "
      "error.\n.SH COMMANDS\n",
      STRATA_VERSION);
  for (const Command& command : commands) {
    text += command_section(command);
  }
  text += ".SH OPTIMIZERS\nOPTIMIZER is NAME[,KEY=VALUE...], such as sgd,lr=0.01,momentum=0.9.\n";
  text += registry(optimizer_registry());
  text += ".SH SCHEDULES\nEvery optimizer but freeze also takes schedule=NAME [constant] and that schedule's keys.\n";
  text += registry(schedule_registry());
  text += fmt::format(".SH RATES THAT CHANGE\nEvery optimizer but freeze also takes {}=STEP:LR+STEP:LR: {}.\n",
                      roff(kRateChangesKey), roff(kRateChangesHelp));
  return text + exit_codes() + ".SH ENVIRONMENT\n" +
         item("NO_COLOR", "", "if it is set and not empty, nothing is coloured") +
         ".SH SEE ALSO\nThe documents in /usr/share/doc/strata: training.md, sweep.md, configuration.md, formats.md "
         "and "
         "others.\n";
}

}  // namespace strata::cli
