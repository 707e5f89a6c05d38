#include "report/followed_folder.h"

#include <fstream>

#include "io/run_folder.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/report/run_folder.h"

namespace report_followed_folder_test {

using namespace strata;
using namespace strata::test;

namespace {

std::string step_text(int number) {
  return fmt::format(
      R"({{"type":"step","epoch":1,"step":{0},"global_step":{0},"loss":1,"mean_loss":1,"mean_accuracy":{1},"learning_rates":{{"lower":0.01}}}})"
      "\n",
      number, 1.0 / number);
}

const std::string kRun =
    R"({"type":"run","schema":1,"config":{},"parameters":7,"features":4,"classes":3,"steps_per_epoch":4})"
    "\n";

void append(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

}  // namespace

TEST_CASE("a run is followed from before its folder is there to its result", "[report]") {
  const TemporaryFolder parent;
  FollowedFolder folder(parent / "r");
  CHECK_FALSE(folder.look(0));
  CHECK(folder.stage() == FolderStage::missing);
  std::filesystem::create_directory(parent / "r");
  CHECK(folder.look(1));
  CHECK(folder.stage() == FolderStage::waiting);
  parent.write("r/config.json", R"({"epochs":2,"hidden":[3],"upper_layers":1,"lower":"sgd,lr=0.01","upper":"freeze"})");
  parent.write("r/metrics.jsonl", "");
  CHECK(folder.look(2));
  CHECK(folder.stage() == FolderStage::waiting);
  REQUIRE(folder.run() != nullptr);
  CHECK(folder.run()->groups.size() == 2);

  append(parent / "r/metrics.jsonl", kRun + step_text(1) + step_text(2));
  CHECK(folder.look(3));
  CHECK(folder.stage() == FolderStage::going_on);
  CHECK(folder.run()->expected_steps == 8);
  CHECK(folder.run()->steps == 2);
  CHECK(folder.run()->quick() == "accuracy");
  CHECK(folder.run()->figure.points()[1].value == Approx(0));  // of the second batch: the mean fell from 1 to 1/2
  CHECK_FALSE(folder.look(3.2));

  append(parent / "r/metrics.jsonl",
         step_text(3) + step_text(4) +
             R"({"type":"epoch","epoch":1,"global_step":4,"train_loss":1,"val_loss":0.5,"best_epoch":1,"seconds":2,)"
             R"("update_ratios":[1e-3,null]})"
             "\n");
  CHECK(folder.look(5));
  REQUIRE(folder.new_epochs().size() == 1);
  CHECK(folder.run()->best_value == 0.5);
  CHECK(folder.run()->by_epoch.at("val_loss").last() == 0.5);
  REQUIRE(folder.run()->update_ratios.size() == 2);
  CHECK(folder.run()->update_ratios[1].empty());
  CHECK(folder.run()->seconds_a_step.value_or(0) == Approx(1));  // two steps between 3 and 5
  CHECK_FALSE(folder.look(5.1));
  CHECK(folder.new_epochs().empty());

  append(parent / "r/metrics.jsonl", R"({"type":"result","status":"completed","steps":8})"
                                     "\n");
  CHECK(folder.look(6));
  CHECK(folder.stage() == FolderStage::ended);
  CHECK(folder.is_over());
}

TEST_CASE("a run without a result is cut short once no process works in its folder", "[report]") {
  const TemporaryFolder parent;
  parent.write("r/config.json", "{}");
  parent.write("r/metrics.jsonl", kRun + step_text(1));
  FollowedFolder folder(parent / "r");
  {
    const FolderLock lock(parent / "r");
    CHECK(folder.look(0));
    CHECK_FALSE(folder.look(10));
    CHECK(folder.stage() == FolderStage::going_on);
  }
  CHECK_FALSE(folder.look(11));  // not asked again so soon
  CHECK(folder.look(13));
  CHECK(folder.stage() == FolderStage::cut_short);
  append(parent / "r/metrics.jsonl", step_text(2));  // resumed
  CHECK(folder.look(20));
  CHECK(folder.stage() == FolderStage::going_on);
}

TEST_CASE("a run that is resumed begins anew", "[report]") {
  const TemporaryFolder parent;
  write_run(parent, "r", 20);
  FollowedFolder folder(parent / "r");
  CHECK(folder.look(0));
  CHECK(folder.stage() == FolderStage::ended);
  parent.write("r/metrics.jsonl", kRun + step_text(1));
  CHECK(folder.look(1));
  CHECK(folder.stage() == FolderStage::going_on);
  CHECK(folder.run()->steps == 1);
  CHECK(folder.run()->loss.points().size() == 1);
  std::filesystem::remove_all(parent / "r");
  CHECK(folder.look(2));
  CHECK(folder.stage() == FolderStage::missing);
  CHECK(folder.run() == nullptr);
}

TEST_CASE("a sweep is followed by its trials", "[report]") {
  const TemporaryFolder parent;
  write_sweep_config(parent, "s");
  FollowedFolder folder(parent / "s");
  CHECK(folder.look(0));
  CHECK(folder.stage() == FolderStage::waiting);
  parent.write("s/trials.jsonl", trial_line(1, 0.5) + trial_line(2, 0.25) + trial_line(3, 0.1, "diverged"));
  CHECK(folder.look(1));
  CHECK(folder.new_trials().size() == 3);
  REQUIRE(folder.sweep() != nullptr);
  const std::vector<Candidate> candidates = folder.sweep()->candidates();
  REQUIRE(candidates.size() == 3);
  CHECK(candidates.front().value == 0.25);
  CHECK(folder.look(5));
  CHECK(folder.stage() == FolderStage::ended);
}

TEST_CASE("what cannot be followed is refused in a line that says why", "[report]") {
  const TemporaryFolder parent;
  const auto error = [&](const char* name) { return thrown([&] { FollowedFolder(parent / name).look(0); }); };
  parent.write("file", "");
  CHECK(missing(error("file"), {"usage: ", "file: it is a file; expected the folder of a run or a sweep"}).empty());
  parent.write("find/config.json", R"({"kind":"find-lr"})");
  CHECK(missing(error("find"), {"usage: ", "learning-rate test", "strata report"}).empty());
  parent.write("other/config.json", R"({"kind":"other"})");
  CHECK(missing(error("other"), {"data: ", "kind is \"other\""}).empty());
  for (const char* line : {"damaged\n", "[]\n", "{}\n", "{\"type\":\"step\",\"global_step\":\"x\"}\n", "\n"}) {
    parent.write("run/config.json", "{}");
    parent.write("run/metrics.jsonl", kRun + line);
    CHECK(missing(error("run"), {"data: ", "metrics.jsonl: line 2 is damaged"}).empty());
  }
}

TEST_CASE("what is asked of a run goes to its folder, and what it has done comes from there", "[report]") {
  const TemporaryFolder parent;
  parent.write("r/config.json", "{}");
  parent.write("r/metrics.jsonl", kRun + step_text(1));
  CHECK_FALSE(takes_requests(parent / "r"));
  CHECK(missing(thrown([&] { request(parent / "r", {{"do", "pause"}}); }), {"failed: ", "control.jsonl"}).empty());
  parent.write("r/control.jsonl", "");
  CHECK(takes_requests(parent / "r"));
  request(parent / "r", {{"do", "pause"}});
  request(parent / "r", {{"do", "lr"}, {"group", "lower"}, {"lr", 0.003}});
  CHECK(read_text(parent / "r/control.jsonl") ==
        "{\"do\":\"pause\"}\n{\"do\":\"lr\",\"group\":\"lower\",\"lr\":0.003}\n");

  FollowedFolder folder(parent / "r");
  CHECK(folder.look(0));
  CHECK_FALSE(folder.run()->is_paused());
  append(parent / "r/changes.jsonl", "{\"global_step\":2,\"did\":\"pause\"}\n");
  CHECK(folder.look(1));
  CHECK(folder.run()->is_paused());
  append(parent / "r/metrics.jsonl", step_text(2));  // whatever has set it going
  CHECK(folder.look(2));
  CHECK_FALSE(folder.run()->is_paused());
}

}  // namespace report_followed_folder_test
