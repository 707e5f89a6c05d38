// Fuzz target: whole command lines, a word a line, the command first; below a line of dashes the file that --config
// names.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/options/options.h"
#include "cli/options/repeat_command.h"
#include "run/sweep_settings.h"
#include "settings/settings_json.h"
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

/// Whether the words name a model that is read when they are parsed; it has a target of its own.
bool reads_models(const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [](const std::string& word) { return word.starts_with("--from"); });
}

/// Puts the path of a file of this content, which is returned, where --config names one.
FileDescriptor give_file(std::vector<std::string>& words, std::string_view content) {
  constexpr std::string_view kOption = "--config";
  constexpr std::string_view kWithValue = "--config=";
  FileDescriptor file;
  const auto path = [&] {
    if (!file) {
      file = file_of({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
    }
    return "/proc/self/fd/" + std::to_string(file.get());
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].starts_with(kWithValue)) {
      words[i] = std::string(kWithValue) + path();
    } else if (words[i] == kOption && i + 1 < words.size()) {
      words[++i] = path();
    }
  }
  return file;
}

Answer<cli::Arguments> parsed(cli::ArgumentParser& parser, const std::vector<std::string>& words) {
  return answer({ErrorKind::usage}, [&] { return parser.parse(words); });
}

void check_train(cli::ArgumentParser& parser, const cli::Arguments& arguments) {
  const auto settings = answer({ErrorKind::usage}, [&] { return run_settings(arguments, nullptr); });
  if (settings) {
    const auto again = parsed(parser, cli::train_words(shaping_json(settings->asked)));
    require(static_cast<bool>(again), "the words that repeat a run are understood");
    const RunSettings same = run_settings(*again, nullptr);
    require(shaping_json(same.asked) == shaping_json(settings->asked), "the words that repeat a run stay the same");
    require(config_json(same) == config_json(*settings), "the words that repeat a run give the same run");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<cli::Command> kCommands = cli::commands();
  static std::vector<cli::ArgumentParser> parsers(kCommands.begin(), kCommands.end());  // dear to make
  constexpr std::string_view kFileBelow = "\n---\n";
  const std::string_view text = text_of({data, size});
  const std::size_t end = std::min(text.find(kFileBelow), size);
  std::vector<std::string> words = words_of(text.substr(0, end));
  const auto command = std::ranges::find(kCommands, words.front(), &cli::Command::name);
  words.erase(words.begin());
  if (command == kCommands.end() || reads_models(words)) {
    return 0;
  }
  const FileDescriptor file = give_file(words, text.substr(std::min(end + kFileBelow.size(), size)));
  cli::ArgumentParser& parser = parsers[static_cast<std::size_t>(command - kCommands.begin())];
  const auto arguments = parsed(parser, words);
  if (!arguments || arguments->given("help") || arguments->given("version")) {
    return 0;
  }
  if (command->name == "train") {
    check_train(parser, *arguments);
  } else if (command->name == "sweep") {
    answer({ErrorKind::usage}, [&] { return sweep_settings(command->options, *arguments); });
  }
  const auto given = cli::words_given(command->options, *arguments);
  const auto again = parsed(parser, given);
  require(again && cli::words_given(command->options, *again) == given, "options, written again, read equal");
  return 0;
}
