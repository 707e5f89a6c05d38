// Every option of every command: a run's own (settings/option.h), and those of the commands.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "settings/option.h"

namespace strata::cli {

/// The section of help that several commands have: what they write.
inline constexpr std::string_view kOutput = "Output";

/// How what goes on is shown.
enum class ProgressStyle { automatic, bar, lines, none };

/// By their names in the option.
struct ProgressStyleEntry {
  ProgressStyle value;
  std::string_view name;
};
inline constexpr std::array kProgressStyles{
    ProgressStyleEntry{ProgressStyle::automatic, "auto"}, ProgressStyleEntry{ProgressStyle::bar, "bar"},
    ProgressStyleEntry{ProgressStyle::lines, "lines"}, ProgressStyleEntry{ProgressStyle::none, "none"}};

/// A command, its one-line summary and its options; those of all commands come last.
struct Command {
  std::string_view name;
  std::string_view summary;
  std::vector<Option> options;
  std::string_view operands{};     ///< words that belong to no option, such as DIR [DIR…]; empty: none are taken
  std::string_view ranks_share{};  ///< what several ranks under a launcher share out; empty: one process runs it
};

Command train_command();
Command sweep_command();
Command find_lr_command();
Command bench_command();
Command evaluate_command();
Command predict_command();
Command info_command();
Command export_command();
Command report_command();
Command watch_command();
Command diagnose_command();
Command check_command();
Command completion_command();

/// train's options of these names, in its order, for another command; without contradictions to those left out.
std::vector<Option> train_options(const std::vector<std::string_view>& names);

/// Whether an option's name is among these.
bool is_one_of(std::string_view name, std::span<const std::string_view> names);

/// The names of train's options on the data set that --data names, which `info --data` takes too.
std::vector<std::string_view> data_option_names();

/// How a command is made. Each holds copies of many options, so a command line makes only the one that it names.
struct CommandEntry {
  std::string_view name;
  Command (*make)();
};

/// In the order in which help lists them.
std::span<const CommandEntry> command_entries();

/// Null: there is none of this name.
const CommandEntry* find_command(std::string_view name);

/// All of them, made.
std::vector<Command> commands();

}  // namespace strata::cli
