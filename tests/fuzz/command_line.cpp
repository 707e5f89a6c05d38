// Fuzz target: whole command lines, a word a line, the command first.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/repeat_command.h"
#include "cli/sweep_settings.h"
#include "cli/train_settings.h"
#include "tests/fuzz/fuzz.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  words.emplace_back(text);
  return words;
}

/// Whether the words name a file that is read when they are parsed; files have targets of their own.
bool reads_files(const std::vector<std::string>& words) {
  return std::ranges::any_of(
      words, [](const std::string& word) { return word.starts_with("--config") || word.starts_with("--from"); });
}

Answer<cli::Arguments> parsed(const cli::Command& command, const std::vector<std::string>& words) {
  return answer({ErrorKind::usage}, [&] { return cli::parse_arguments(command, words); });
}

void check_train(const cli::Command& command, const cli::Arguments& arguments) {
  const auto settings = answer({ErrorKind::usage}, [&] { return cli::train_settings(arguments, nullptr); });
  if (settings) {
    const auto again = parsed(command, settings->words);
    require(static_cast<bool>(again), "the words that repeat a run are understood");
    const cli::TrainSettings same = cli::train_settings(*again, nullptr);
    require(same.words == settings->words, "the words that repeat a run stay the same");
    require(cli::config_json(same) == cli::config_json(*settings), "the words that repeat a run give the same run");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<cli::Command> kCommands = cli::commands();
  std::vector<std::string> words = words_of(text_of({data, size}));
  const auto command = std::ranges::find(kCommands, words.front(), &cli::Command::name);
  words.erase(words.begin());
  if (command == kCommands.end() || reads_files(words)) {
    return 0;
  }
  const auto arguments = parsed(*command, words);
  if (!arguments || arguments->given("help") || arguments->given("version")) {
    return 0;
  }
  if (command->name == "train") {
    check_train(*command, *arguments);
  } else if (command->name == "sweep") {
    answer({ErrorKind::usage}, [&] { return cli::sweep_settings(*arguments); });
  }
  const auto given = cli::words_given(command->options, *arguments);
  const auto again = parsed(*command, given);
  require(again && cli::words_given(command->options, *again) == given, "options, written again, read equal");
  return 0;
}
