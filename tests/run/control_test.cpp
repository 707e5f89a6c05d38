// A run that is asked for something while it goes on: the requests, where they come in, and what is written of them.
#include "run/control.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "run/control_desk.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

namespace run_control_test {

using namespace strata;
using namespace strata::test;

namespace {

using Lines = std::vector<std::string>;
using namespace std::chrono_literals;

void append(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

nlohmann::ordered_json small_config() {
  return {{"convention", "keras"}, {"lower", "sgd,lr=0.1"}, {"upper", "adam,lr=0.01"}, {"batch_size", 4}};
}

}  // namespace

TEST_CASE("a request is one of five, with its members and no others", "[run]") {
  CHECK(control_request(R"({"do":"pause"})").what == ControlRequest::What::pause);
  CHECK(control_request(R"({"do":"go_on"})").what == ControlRequest::What::go_on);
  CHECK(control_request(R"({"do":"stop"})").what == ControlRequest::What::stop);
  CHECK(control_request(R"({"do":"save"})").what == ControlRequest::What::save);
  const ControlRequest rate = control_request(R"( {"lr": 3e-3, "group": "0-1", "do": "lr"})");
  CHECK(rate.what == ControlRequest::What::lr);
  CHECK(rate.group == "0-1");
  CHECK(rate.lr == 0.003);
  for (const std::string_view wrong :
       {"", "pause", "[]", "{}", R"({"do":1})", R"({"do":"resume"})", R"({"do":"pause","group":"lower"})",
        R"({"do":"lr"})", R"({"do":"lr","group":"lower"})", R"({"do":"lr","group":"lower","lr":"0.1"})",
        R"({"do":"lr","group":0,"lr":0.1})", R"({"do":"pause")", R"({"do":"pause"}{"do":"stop"})", "\xff"}) {
    CAPTURE(wrong);
    CHECK(missing(thrown([&] { control_request(wrong); }), {"usage: ", "is no request; expected", R"("do":"pause")"}) ==
          "");
  }
}

TEST_CASE("lines of the file come whole, each once, and the file is its owner's alone while it is there", "[run]") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "control.jsonl";
  append(path, "left by a run that was killed\n");
  {
    ControlFile file(path);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    CHECK(status.st_size == 0);
    CHECK(file.lines().empty());
    append(path, "one\ntwo\nthr");
    CHECK(file.lines() == Lines{"one", "two"});
    CHECK(file.lines().empty());
    append(path, "ee\n");
    CHECK(file.lines() == Lines{"three"});
    append(path, std::string(100'000, 'x') + "\nfour\n");
    const Lines last = file.lines();
    REQUIRE(last.size() == 2);
    CHECK(last[0].size() < 10'000);
    CHECK(last[1] == "four");
    std::ofstream(path, std::ios::trunc) << "anew\n";
    CHECK(file.lines() == Lines{"anew"});
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("who asks at the desk gets the answer of the thread that trains, or is told that it is over", "[run]") {
  ControlDesk desk;
  std::vector<ControlAnswer> answers(3);
  std::thread asker([&] {
    answers[0] = desk.ask("first", 60s);
    answers[1] = desk.ask("second", 60s);
    answers[2] = desk.ask("third", 60s);
  });
  std::vector<std::string> asked;
  while (asked.size() < 2) {
    desk.wait(10ms);
    for (ControlDesk::Asked& each : desk.take()) {
      asked.push_back(each.text);
      each.answer.set_value({ControlAnswer::Status::done, each.text + " is done"});
    }
  }
  std::vector<ControlDesk::Asked> unanswered;
  while (unanswered.empty()) {
    desk.wait(10ms);
    unanswered = desk.take();
  }
  unanswered.clear();
  desk.close();
  asker.join();
  CHECK(asked == Lines{"first", "second"});
  CHECK(answers[1].text == "second is done");
  CHECK(answers[2].status == ControlAnswer::Status::refused);
  CHECK(desk.ask("late", 60s).text == "the run is over");
}

TEST_CASE("nobody waits longer than he will", "[run]") {
  ControlDesk desk;
  CHECK(desk.ask("now", 0ms).status == ControlAnswer::Status::waiting);
}

TEST_CASE("rates that were set by hand are read back, but for a line that was not finished", "[run]") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "changes.jsonl";
  CHECK(recorded_rates(path).empty());
  {
    ChangeLog log(path);
    log.add({{"global_step", 3}, {"did", "pause"}});
    log.add({{"global_step", 5}, {"did", "lr"}, {"group", "lower"}, {"lr", 0.003}});
  }
  append(path, R"({"global_step":9,"did":"lr","group":"lo)");
  const auto rates = recorded_rates(path);
  REQUIRE(rates.size() == 1);
  CHECK(rates[0].group == "lower");
  CHECK(rates[0].change == RateChange{5, 0.003});
  ChangeLog(path).add({{"global_step", 7}, {"did", "lr"}, {"group", "upper"}, {"lr", 0}});
  REQUIRE(recorded_rates(path).size() == 2);
  CHECK(recorded_rates(path)[1].change == RateChange{7, 0});
  append(path, "{\"did\":\"lr\"}\n");
  CHECK(missing(thrown([&] { recorded_rates(path); }), {"data: ", "changes.jsonl: line 4 is damaged"}) == "");
}

TEST_CASE("recorded rates become keys of the optimizers, once however often they are put there", "[run]") {
  const std::vector<RecordedRate> rates{{"lower", {800, 0.3}}, {"upper", {5, 0.02}}, {"lower", {600, 0.2}}};
  nlohmann::ordered_json config = small_config();
  set_recorded_rates(config, rates);
  CHECK(config.at("lower").get<std::string>().ends_with(",lr_from=600:0.2"));
  CHECK(config.at("upper").get<std::string>().ends_with(",lr_from=5:0.02"));
  const nlohmann::ordered_json once = config;
  set_recorded_rates(config, rates);
  CHECK(config == once);
  nlohmann::ordered_json begun = small_config();
  set_recorded_rates(begun, {rates.front()});
  set_recorded_rates(begun, rates);
  CHECK(begun == once);

  nlohmann::ordered_json groups{{"convention", "torch"}, {"group", {"0-0:freeze", "1-2:adam,lr=0.01"}}};
  set_recorded_rates(groups, {{"1-2", {4, 0.1}}});
  CHECK(groups.at("group")[0] == "0-0:freeze");
  CHECK(groups.at("group")[1].get<std::string>().ends_with(",lr_from=4:0.1"));
  CHECK(missing(thrown([&] { set_recorded_rates(groups, {{"0-0", {4, 0.1}}}); }), {"data: changes.jsonl: "}) == "");
  CHECK(missing(thrown([&] { set_recorded_rates(groups, {{"lower", {4, 0.1}}}); }), {"data: ", "no group"}) == "");
}

}  // namespace run_control_test
