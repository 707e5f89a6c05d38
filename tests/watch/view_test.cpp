#include "watch/view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "tests/catch.h"
#include "tests/report/run_folder.h"
#include "watch/words.h"

namespace watch_view_test {

using namespace strata;
using namespace strata::watch;
using namespace strata::test;

namespace {

constexpr TerminalCharacters kPlain{.colour = false, .unicode = true};

const std::filesystem::path kRecorded = std::filesystem::path(STRATA_TESTS_DIR) / "cli" / "inputs" / "watched";
const std::filesystem::path kGolden = std::filesystem::path(STRATA_TESTS_DIR) / "watch" / "golden";

/// The recorded run as it was after so many lines of its metrics.
void write_part(const TemporaryFolder& parent, const std::string& name, std::size_t lines) {
  const std::string metrics = read_text(kRecorded / "metrics.jsonl");
  std::size_t end = 0;
  for (std::size_t i = 0; i < lines; ++i) {
    end = metrics.find('\n', end) + 1;
  }
  parent.write(name + "/config.json", read_text(kRecorded / "config.json"));
  parent.write(name + "/metrics.jsonl", metrics.substr(0, end));
}

/// Folders, looked at once.
struct Watched {
  explicit Watched(const std::vector<std::pair<std::string, std::filesystem::path>>& named) {
    folders.reserve(named.size());
    for (const auto& [name, path] : named) {
      FollowedFolder& folder = folders.emplace_back(path);
      folder.look(0);
      shown.push_back({name, folder.stage(), folder.run(), folder.sweep()});
    }
  }

  std::vector<std::string> lines(std::size_t width, std::size_t height,
                                 const TerminalCharacters& characters = kPlain) const {
    return strata::watch::page(shown, "q quit", width, height).lines(characters);
  }
  std::string page(std::size_t width, std::size_t height) const {
    std::string text;
    for (const std::string& line : lines(width, height)) {
      text += line + "\n";
    }
    return text;
  }

  std::vector<FollowedFolder> folders;
  std::vector<WatchedFolder> shown;
};

constexpr std::size_t kSixEpochs = 58;  ///< lines of metrics: four steps of the seventh follow six epochs

}  // namespace

TEST_CASE("the page of a run that goes on, in 80 x 24", "[watch]") {
  const TemporaryFolder parent;
  write_part(parent, "r", kSixEpochs);
  CHECK(Watched({{"run1", parent / "r"}}).page(80, 24) == read_text(kGolden / "page_80x24.txt"));
}

TEST_CASE("the page of a run that has ended, in 200 x 60", "[watch]") {
  CHECK(Watched({{"run1", kRecorded}}).page(200, 60) == read_text(kGolden / "page_200x60.txt"));
}

TEST_CASE("several folders are a table, and their curves lie over each other", "[watch]") {
  const TemporaryFolder parent;
  write_part(parent, "r", kSixEpochs);
  write_sweep_config(parent, "s");
  parent.write("s/trials.jsonl", trial_line(1, 0.5) + trial_line(2, 0.25));
  const Watched watched(
      {{"run1", kRecorded}, {"run2", parent / "r"}, {"a-sweep", parent / "s"}, {"later", parent / "none"}});
  CHECK(watched.page(80, 24) == read_text(kGolden / "several_80x24.txt"));
}

TEST_CASE("a sweep is shown by its best trials", "[watch]") {
  const TemporaryFolder parent;
  write_sweep_config(parent, "s");
  parent.write("s/trials.jsonl", trial_line(1, 0.5) + trial_line(2, 0.25) + trial_line(3, 0.1, "diverged"));
  const std::vector<std::string> lines = Watched({{"s", parent / "s"}}).lines(80, 24);
  CHECK(lines[0].starts_with("s  a sweep"));
  CHECK(lines[1] == "3 trials done of at most 1; 1 diverged or failed");
  CHECK(lines[4].starts_with("1     0.2500"));
  CHECK(lines[7] == "val loss of the best trials");
}

TEST_CASE("no page is larger than its terminal, however small that is", "[watch]") {
  const TemporaryFolder parent;
  write_part(parent, "r", kSixEpochs);
  write_part(parent, "begun", 1);
  write_sweep_config(parent, "s");
  parent.write("s/trials.jsonl", trial_line(1, 0.5));
  const std::vector<Watched> all = [&] {
    std::vector<Watched> made;
    made.emplace_back(Watched({{"run1", kRecorded}}));
    made.emplace_back(Watched({{"a/long/path/to/a/run", parent / "r"}}));
    made.emplace_back(Watched({{"begun", parent / "begun"}}));
    made.emplace_back(Watched({{"s", parent / "s"}}));
    made.emplace_back(Watched({{"none", parent / "none"}}));
    made.emplace_back(Watched({{"a", kRecorded}, {"b", parent / "r"}, {"s", parent / "s"}, {"n", parent / "none"}}));
    return made;
  }();
  for (const std::size_t width : {1U, 2U, 7U, 20U, 40U, 60U, 79U, 120U, 300U}) {
    for (const std::size_t height : {1U, 2U, 3U, 5U, 9U, 12U, 17U, 30U, 90U}) {
      for (const Watched& watched : all) {
        const std::vector<std::string> lines = watched.lines(width, height);
        CHECK(lines.size() == std::max<std::size_t>(height, 2));
        CHECK(std::ranges::all_of(lines, [&](const std::string& line) { return width_of(line) <= width; }));
      }
    }
  }
}

TEST_CASE("without UTF-8 a page is ASCII", "[watch]") {
  for (const std::string& line : Watched({{"run1", kRecorded}}).lines(200, 60, {.colour = false, .unicode = false})) {
    CHECK(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; }));
  }
}

TEST_CASE("folders in words", "[watch]") {
  const TemporaryFolder parent;
  CHECK(watched_text(Watched({{"r", parent / "r"}}).shown[0]) == "is not there yet; waiting for it");
  const Watched ended({{"r", kRecorded}});
  CHECK(watched_text(ended.shown[0]) ==
        "completed after 96 steps in 30.2 s  val loss 0.4394  val accuracy 0.8434  test loss 0.4748  test accuracy "
        "0.8297  weights 2329a43178800899");
  CHECK(watched_json(ended.shown[0])["result"]["weights_hash"] == "2329a43178800899");
  WatchedFolder cut = ended.shown[0];
  cut.stage = FolderStage::cut_short;
  cut.resuming = "strata train --resume r";
  CHECK(watched_text(cut) == "cut short after 96 of 96 steps; to go on: strata train --resume r");
  CHECK(
      watched_epoch_line(*ended.shown[0].run, ended.shown[0].run->epoch) ==
      "Epoch 12/12  8/8  loss 0.4314  accuracy 0.8433  val loss 0.4394  val accuracy 0.8434  24,000 samples/s  2.5 s");
}

}  // namespace watch_view_test
