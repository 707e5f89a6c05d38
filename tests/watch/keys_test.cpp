#include "watch/keys.h"

#include <string_view>

#include "tests/catch.h"

namespace watch_keys_test {

using namespace strata;
using namespace strata::watch;
using Json = nlohmann::ordered_json;

namespace {

FollowedRun run_of_groups() {
  FollowedRun run;
  run.groups = {{.name = "lower", .optimizer = "sgd"},
                {.name = "middle", .optimizer = "freeze"},
                {.name = "upper", .optimizer = "adam"}};
  run.steps = 7;
  return run;
}

/// What the last of these keys does.
Keys::Effect pressed(Keys& keys, std::string_view typed, const FollowedRun& run) {
  Keys::Effect effect;
  for (const char key : typed) {
    effect = keys.press(key, &run);
  }
  return effect;
}

}  // namespace

TEST_CASE("q quits; other keys need a run that takes requests", "[watch]") {
  Keys keys(true);
  CHECK(keys.press('q', nullptr).quits);
  CHECK(keys.bottom(nullptr) == "q quit");
  CHECK(keys.press('p', nullptr).request.is_null());
  CHECK(Keys(false).bottom(nullptr) == "ctrl-C quit");
  const FollowedRun run = run_of_groups();
  CHECK(keys.bottom(&run) == "p pause  s save now  x stop  l set a rate  q quit");
  CHECK(keys.press(0, &run).request.is_null());
  CHECK(keys.press('q', &run).quits);
}

TEST_CASE("a run is paused, goes on and saves at a key, and what it did is told", "[watch]") {
  Keys keys(true);
  FollowedRun run = run_of_groups();
  CHECK(keys.press('p', &run).request == Json{{"do", "pause"}});
  CHECK(keys.bottom(&run) == "p pause  s save now  x stop  l set a rate  q quit   asked to pause");
  run.change = {{"global_step", 8U}, {"did", "pause"}};
  CHECK(keys.press(0, &run).request.is_null());
  CHECK(keys.bottom(&run) == "p go on  s save now  x stop  l set a rate  q quit   paused before step 8");
  CHECK(keys.press('p', &run).request == Json{{"do", "go_on"}});
  CHECK(keys.press('s', &run).request == Json{{"do", "save"}});
}

TEST_CASE("a run is stopped once that was affirmed", "[watch]") {
  Keys keys(true);
  const FollowedRun run = run_of_groups();
  CHECK(keys.press('x', &run).request.is_null());
  CHECK(keys.bottom(&run) == "stop the run, and keep what it has? y/n");
  const Keys::Effect no = keys.press('q', &run);
  CHECK(no.request.is_null());
  CHECK_FALSE(no.quits);
  CHECK(pressed(keys, "xy", run).request == Json{{"do", "stop"}});
  keys.press('x', &run);
  keys.press(0, nullptr);  // the run has ended meanwhile
  CHECK(keys.press('q', nullptr).quits);
}

TEST_CASE("a group's rate is asked for, and numbers alone are taken", "[watch]") {
  Keys keys(true);
  FollowedRun run = run_of_groups();
  keys.press('l', &run);
  CHECK(keys.bottom(&run) == "whose rate?  1 lower  2 upper");
  keys.press('2', &run);
  CHECK(keys.bottom(&run) == "upper lr: _");
  CHECK(pressed(keys, "3qx\x7f", run).request.is_null());
  CHECK(keys.bottom(&run) == "upper lr: _");
  CHECK(pressed(keys, "1e-\n", run).request.is_null());  // not a number yet
  CHECK(pressed(keys, "3\n", run).request == Json{{"do", "lr"}, {"group", "upper"}, {"lr", 1e-3}});
  run.change = {{"global_step", 1200U}, {"did", "lr"}, {"group", "upper"}, {"lr", 1e-3}};
  CHECK(keys.press(0, &run).request.is_null());
  CHECK(keys.bottom(&run).ends_with("   upper lr 0.001 from step 1,200 on"));
  CHECK(pressed(keys, "l3", run).request.is_null());  // there is no third
  CHECK(pressed(keys, "l1\x1b", run).request.is_null());
  CHECK(keys.bottom(&run).starts_with("p pause"));
  run.groups.resize(1);
  keys.press('l', &run);
  CHECK(keys.bottom(&run) == "lower lr: _");  // the only one
}

}  // namespace watch_keys_test
