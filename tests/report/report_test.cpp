#include "report/report.h"

#include <array>
#include <cmath>
#include <tuple>

#include "io/run_folder.h"
#include "report/metrics_series.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/report/run_folder.h"

namespace report_report_test {

using namespace strata;
using namespace strata::test;
namespace fs = std::filesystem;

namespace {

std::string page_of(const fs::path& folder) { return report_page(std::array{folder}, nullptr, 1); }

Json json_of(const fs::path& folder) { return embedded(page_of(folder))["folders"][0]; }

}  // namespace

TEST_CASE("a page holds the figures of the run's files", "[report]") {
  const TemporaryFolder folder;
  write_run(folder, "run", 10);
  const Json run = json_of(folder / "run");
  CHECK(run["kind"] == "run");
  CHECK(run["name"] == "run");
  CHECK(run["config"]["batch_size"] == 32);
  CHECK(run["info"]["parameters"] == 7);
  CHECK(run["epochs"].size() == 2);
  CHECK(run["epochs"][0]["train_loss"] == 0.123456789012345678);
  CHECK(run["epochs"][0]["val_loss"].is_null());
  CHECK(run["result"]["test_accuracy"] == 0.8731);
  CHECK(run["steps"]["count"] == 10);
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(run["steps"]["first"][i] == i + 1);
    CHECK(run["steps"]["loss"]["mean"][i] == 1.0 / static_cast<double>(i + 1));
  }
  CHECK_FALSE(run["steps"]["loss"].contains("min"));
  REQUIRE(run["notes"].size() == 1);
  CHECK(missing(run["notes"][0].get<std::string>(), {"no model"}).empty());
}

TEST_CASE("many steps become envelopes that reach from the lowest to the highest", "[report]") {
  const TemporaryFolder folder;
  write_run(folder, "run", 4001);
  const Json steps = json_of(folder / "run")["steps"];
  REQUIRE(steps["first"].size() == 400);
  CHECK(steps["first"][0] == 1);
  CHECK(steps["last"][399] == 4001);
  for (std::size_t i = 0; i < 400; ++i) {
    CHECK(steps["loss"]["max"][i] == 1.0 / steps["first"][i].get<double>());
    CHECK(steps["loss"]["min"][i] == 1.0 / steps["last"][i].get<double>());
    CHECK(steps["mean_loss"][i] == 1.0 / steps["last"][i].get<double>());
    CHECK(steps["learning_rates"]["lower"]["mean"][i] == 0.01);
    CHECK((i == 0 || steps["first"][i] == steps["last"][i - 1].get<int>() + 1));
  }
}

TEST_CASE("many epochs become envelopes, and their table keeps the best", "[report]") {
  const TemporaryFolder folder;
  folder.write("run/config.json", "{}");
  std::string lines;
  for (int epoch = 1; epoch <= 10'000; ++epoch) {
    for (int step = 1; step <= 6; ++step) {
      lines += fmt::format(
          R"({{"type":"step","epoch":{},"step":{},"global_step":{},"loss":0.5,"mean_loss":0.25,"mean_accuracy":0.125,"learning_rates":{{"lower":0.01,"upper":1e-05}}}})"
          "\n",
          epoch, step, 6 * epoch - 6 + step);
    }
    lines += fmt::format(
        R"({{"type":"epoch","epoch":{0},"global_step":{1},"train_loss":{2},"val_loss":{3},"best_epoch":{4},"seconds":1e-05,"learning_rates":{{"lower":0.01}},"update_ratios":[0.5,{2}]}})"
        "\n",
        epoch, 6 * epoch, 1.0 / epoch, epoch == 5003 ? 0.125 : 0.5, epoch < 5003 ? 1 : 5003);
  }
  folder.write("run/metrics.jsonl", lines + R"({"type":"result","status":"completed"})" + "\n");
  const std::string page = page_of(folder / "run");
  CHECK(page.size() < 1'500'000);
  const Json run = embedded(page)["folders"][0];
  CHECK(run["steps"]["count"] == 60'000);
  CHECK(run["steps"]["learning_rates"]["upper"]["mean"][399] == 1e-5);
  CHECK(run["epoch_count"] == 10'000);
  const Json& epochs = run["epochs"];
  REQUIRE(epochs.size() == 402);
  CHECK(epochs[0]["epoch"] == 1);
  CHECK(epochs[1]["epoch"] == 25);
  CHECK(epochs[201]["epoch"] == 5003);
  CHECK(epochs[401]["epoch"] == 10'000);
  const Json& curves = run["epoch_curves"];
  CHECK(curves["first"][1] == 26);
  CHECK(curves["last"][1] == 50);
  CHECK(curves["train_loss"]["max"][1] == 1.0 / 26);
  CHECK(curves["train_loss"]["min"][1] == 1.0 / 50);
  CHECK(curves["val_loss"]["min"][200] == 0.125);
  CHECK(curves["val_loss"]["mean"][201] == 0.5);
  CHECK(curves["learning_rates"]["lower"]["mean"][0] == 0.01);
  CHECK(curves["update_ratios"][1]["max"][1] == 1.0 / 26);
  CHECK_FALSE(curves.contains("global_step"));
}

TEST_CASE("a step's line is read as the parser of any JSON reads it, or left to that", "[report]") {
  const std::string start = R"({"type":"step","epoch":1,"step":2,"global_step":3,"loss":)";
  const std::string end = R"(,"mean_accuracy":0.75,"learning_rates":{"a":0.5,"b c":1e-300}})";
  for (const char* number : {"0.1", "-1.25e-7", "1e+30", "123456789012345678", "0.30000000000000004", "null"}) {
    const std::string line = start + number + R"(,"mean_loss":)" + number + end;
    StepSeries quick;
    StepSeries thorough;
    CHECK(quick.take(std::string_view(line)));
    thorough.take(Json::parse(line));
    CHECK(quick.json() == thorough.json());
    CHECK(quick.last() == 3);
  }
  for (const std::string& line :
       {start + "inf,\"mean_loss\":1" + end, start + "-nan,\"mean_loss\":1" + end, start + "x,\"mean_loss\":1" + end,
        start + "1e999,\"mean_loss\":1" + end, start + "1,\"mean_loss\":1" + end + " ", start + "1,\"mean_loss\":1",
        start + "01,\"mean_loss\":1" + end, start + "1.,\"mean_loss\":1" + end, start + "-.5,\"mean_loss\":1" + end,
        start + R"(1,"mean_loss":1,"mean_accuracy":1,"learning_rates":{"a\"":1}})", std::string(), std::string("{}")}) {
    StepSeries steps;
    CHECK_FALSE(steps.take(std::string_view(line)));
    CHECK(steps.last() == 0);
  }
}

TEST_CASE("an epoch's line is read as the parser of any JSON reads it, or left to that", "[report]") {
  const std::string line =
      R"({"type":"epoch","epoch":2,"global_step":12,"val_loss":null,"best_epoch":1,"seconds":1e-05,"learning_rates":{"a":0.5},"update_ratios":[0.25,null]})";
  const auto series = [&](bool quick) {
    EpochSeries epochs;
    for (std::size_t i = 0; i < 2 * kMostPoints; ++i) {
      if (quick) {
        CHECK(epochs.take(std::string_view(line)));
      } else {
        epochs.take(Json::parse(line));
      }
    }
    CHECK(epochs.last_step() == 12);
    CHECK(epochs.best() == 1);
    Json json;
    epochs.add_to(json);
    return json;
  };
  const Json json = series(true);
  CHECK(json == series(false));
  CHECK(json["epochs"][0]["update_ratios"] == Json::parse("[0.25,null]"));
  CHECK(json["epoch_curves"]["val_loss"]["missing"][0] == 2);
  CHECK(json["epoch_curves"]["update_ratios"][1]["missing"][0] == 2);
  for (const char* other :
       {R"({"type":"epoch"})", R"({"type":"epoch","epoch":null})", R"({"type":"epoch","epoch":1,"a":"b"})",
        R"({"type":"epoch","epoch":1,"a":[]})", R"({"type":"epoch","epoch":1,"a":{"b":1})",
        R"({"type":"epoch","epoch":1} )", R"({"type":"epoch","a":1,"epoch":1})", R"({"type":"step","epoch":1})"}) {
    EpochSeries epochs;
    CHECK_FALSE(epochs.take(std::string_view(other)));
  }
}

TEST_CASE("a run that is cut short has a page that says so, and how far it is", "[report]") {
  const TemporaryFolder folder;
  write_run(folder, "run", 3, R"({"type":"step","ep)");
  CHECK(missing(json_of(folder / "run")["notes"].dump(), {"has no end"}).empty());

  folder.write("begun/config.json", "{}");
  folder.write("begun/metrics.jsonl", "");
  const Json begun = json_of(folder / "begun");
  CHECK(begun["steps"]["count"] == 0);
  CHECK(missing(begun["notes"].dump(), {"cut short after 0 steps", "no result"}).empty());

  const std::string run_line = R"({"type":"run","steps_per_epoch":20})";
  const std::string epoch_line = R"({"type":"epoch","epoch":1,"global_step":20,"val_loss":0.5})";
  folder.write("half/config.json", R"({"epochs":3})");
  folder.write("half/metrics.jsonl", run_line + "\n" + epoch_line + "\n");
  const Json half = json_of(folder / "half");
  CHECK(half["progress"] == Json{{"status", "cut short"}, {"steps", 20}, {"of_steps", 60}});
  CHECK(missing(half["notes"].dump(), {"cut short after 20 of 60 steps"}).empty());

  folder.write("half/config.json", R"({"epochs":3,"max_steps":45})");
  const FolderLock lock(folder / "half");
  const Json going_on = json_of(folder / "half");
  CHECK(going_on["progress"] == Json{{"status", "going on"}, {"steps", 20}, {"of_steps", 45}});
  CHECK(missing(going_on["notes"].dump(), {"still goes on", "20 of 45 steps"}).empty());
}

TEST_CASE("damaged files are errors that name file and line", "[report]") {
  const TemporaryFolder folder;
  const auto error = [&](const char* name) { return thrown([&] { page_of(folder / name); }); };
  CHECK(missing(error("none"), {"data: ", "none: not found"}).empty());
  fs::create_directory(folder / "empty");
  CHECK(missing(error("empty"), {"data: ", "has no config.json"}).empty());
  folder.write("file", "");
  CHECK(missing(error("file"), {"data: ", "is no folder"}).empty());
  folder.write("text/config.json", "no json");
  CHECK(missing(error("text"), {"data: ", "config.json: damaged"}).empty());
  folder.write("other/config.json", R"({"kind":3})");
  CHECK(missing(error("other"), {"data: ", "kind is 3"}).empty());
  folder.write("bare/config.json", "{}");
  CHECK(missing(error("bare"), {"data: ", "metrics.jsonl: cannot be read"}).empty());

  for (const char* line : {"damaged\n", "[]\n", "{}\n", "{\"type\":\"step\",\"global_step\":\"x\"}\n", "\n"}) {
    write_run(folder, "run", 2, line);
    CHECK(missing(error("run"), {"data: ", "metrics.jsonl: line 7 is damaged"}).empty());
  }
  write_run(folder, "run", 2);
  folder.write("run/model.safetensors", "short");
  CHECK(missing(error("run"), {"data: ", "model.safetensors"}).empty());
}

TEST_CASE("nothing in the data can end its element or become HTML", "[report]") {
  const TemporaryFolder folder;
  const std::string nasty = "</script><!--\u2028\u2029<b>\x01\"\\@STRATA_DATA@@STRATA_TITLE@";
  folder.write(fs::path("sub") / "metrics.jsonl", "");
  folder.write(fs::path("sub") / "config.json", Json{{"data", nasty}, {"command", nasty}}.dump());
  const fs::path path = folder / "a<b>&\"'";
  fs::rename(folder / "sub", path);
  const std::string page = page_of(path);
  CHECK(page.find("<title>a&lt;b&gt;&amp;&quot;&#39; · Strata</title>") != std::string::npos);
  const std::string text = embedded_text(page);
  CHECK(text.find('<') == std::string::npos);
  CHECK(text.find("\u2028") == std::string::npos);
  CHECK(text.find("\u2029") == std::string::npos);
  const Json run = Json::parse(text)["folders"][0];
  CHECK(run["config"]["command"] == nasty);
  CHECK(run["name"] == "a<b>&\"'");
}

TEST_CASE("a page needs nothing from elsewhere", "[report]") {
  const TemporaryFolder folder;
  write_run(folder, "run", 1);
  const std::string page = page_of(folder / "run");
  CHECK(page.find("default-src 'none'") != std::string::npos);
  CHECK(page.find("sourceMappingURL") == std::string::npos);
  for (const char* reference : {" src=", "<link", "@import", "url("}) {
    CHECK(page.substr(0, page.find("<script")).find(reference) == std::string::npos);
  }
  CHECK(page.find("@SCRIPTS@") == std::string::npos);
  CHECK(page.find("@STRATA_") == std::string::npos);
}

TEST_CASE("a sweep's page holds its trials, ranked, within 5 MB for 1,000", "[report]") {
  const TemporaryFolder folder;
  write_sweep_config(folder, "sweep");
  std::string lines;
  for (int i = 0; i < 1000; ++i) {
    lines += trial_line(i, 0.3 + 1.0 / (i + 7), i % 50 == 49 ? "diverged" : "completed", 100);
  }
  folder.write("sweep/trials.jsonl", lines);
  const std::string page = page_of(folder / "sweep");
  CHECK(page.size() < 5'000'000);
  const Json sweep = embedded(page)["folders"][0];
  const std::string key = Json::parse(trial_line(998, 1, "completed", 100))["key"];
  REQUIRE(sweep["candidates"].size() == 1000);
  REQUIRE(sweep["trials"].size() == 1000);
  CHECK(sweep["candidates"][0]["value"] == 0.3 + 1.0 / 1005);
  CHECK(sweep["candidates"][0]["runs"][0] == key);
  CHECK_FALSE(sweep["candidates"][999].contains("value"));
  const Json& trial = sweep["trials"][key];
  CHECK(trial["command"] == "strata train --lower sgd,lr=998,momentum=0.9 --upper adam,lr=0.001 --seed 42");
  CHECK(trial["final"]["val_accuracy"] == 0.87654321);
  CHECK(trial["curve"]["val_loss"].size() == trial["curve_epochs"].size());
  CHECK(trial["curve_epochs"].front() == 1);
  CHECK(trial["curve_epochs"].back() == 100);
  CHECK(sweep["notes"].size() == 1);
}

TEST_CASE("seeds of one candidate are its runs, with their deviation, and what they cannot tell apart is tied",
          "[report]") {
  const TemporaryFolder folder;
  write_sweep_config(folder, "sweep");
  std::string lines;
  for (const auto& [number, lower, seed, value] : {std::tuple{1, 1, 42, 0.5},
                                                   {2, 1, 43, 0.7},
                                                   {3, 2, 42, 0.55},
                                                   {4, 2, 43, 0.75},
                                                   {5, 3, 42, 2.0},
                                                   {6, 3, 43, 2.0}}) {
    Json json = Json::parse(trial_line(number, value));
    json["varied"] = {{"lower.lr", fmt::format("{}", lower)}, {"seed", fmt::format("{}", seed)}};
    json["options"]["seed"] = seed;
    json["key"] = trial_key(json["options"]);
    lines += json.dump() + "\n";
  }
  folder.write("sweep/trials.jsonl", lines);
  const Json sweep = json_of(folder / "sweep");
  const Json& candidates = sweep["candidates"];
  REQUIRE(candidates.size() == 3);
  CHECK(candidates[0]["value"] == Approx(0.6));
  CHECK(candidates[0]["deviation"] == Approx(0.1 * std::sqrt(2)));
  CHECK(candidates[0]["runs"].size() == 2);
  CHECK(candidates[1]["tied"] == true);
  CHECK(candidates[2]["tied"] == false);
  CHECK(sweep["rate_sentences"].dump() ==
        R"(["below, 3 times the rate (1 to 3) raises val_loss from 0.6 to 2, by 1.4 ± 1.3 over 2 seeds"])");
}

TEST_CASE("a learning-rate test's page holds its file; one that does not fit together is refused", "[report]") {
  const TemporaryFolder folder;
  folder.write("lr/config.json", R"({"kind":"find-lr"})");
  const std::string good = R"({"groups":[{"group":"lower","optimizer":"sgd","suggestion":0.01,"noise":0.1,)"
                           R"("rates":[0.1,1],"loss":[2.5,null],"smoothed":[2.5,3],"control":[2,2]}]})";
  folder.write("lr/find_lr.json", good);
  CHECK(json_of(folder / "lr")["groups"] == Json::parse(good)["groups"]);
  folder.write("lr/find_lr.json",
               R"({"map":{"groups":["lower","upper"],"rates":[[1],[1,2]],"figure":"val_loss","values":[[0.5,null]]}})");
  CHECK(json_of(folder / "lr")["map"]["values"][0][0] == 0.5);
  for (const char* bad :
       {"{}", R"({"map":{}})", R"({"groups":[{"group":"a","rates":[1],"loss":[],"smoothed":[1],"control":[1]}]})",
        R"({"map":{"groups":["a","b"],"rates":[[1],[1,2]],"values":[[0.5]]}})"}) {
    folder.write("lr/find_lr.json", bad);
    CHECK(missing(thrown([&] { page_of(folder / "lr"); }), {"data: ", "find_lr.json: damaged"}).empty());
  }
}

TEST_CASE("several folders must be of runs", "[report]") {
  const TemporaryFolder folder;
  write_run(folder, "a", 3);
  write_run(folder, "b", 5);
  write_sweep_config(folder, "sweep");
  const Json both = embedded(report_page(std::array{folder / "a", folder / "b"}, nullptr, 1));
  CHECK(both["folders"].size() == 2);
  CHECK(both["folders"][1]["steps"]["count"] == 5);
  CHECK(missing(thrown([&] {
                  report_page(std::array{folder / "a", folder / "sweep"}, nullptr, 1);
                }),
                {"usage: ", "sweep: this is the folder of a sweep"})
            .empty());
}

TEST_CASE("a page says what went wrong in its run, by the folder's records", "[report]") {
  const TemporaryFolder folder;
  write_run(folder, "run", 200);
  folder.write(
      "run/config.json",
      R"({"data":"/nowhere","hidden":[4],"clip_norm":0.5,"upper_layers":1,"lower":"sgd,lr=0.01","upper":"freeze"})");
  std::string lines = R"({"type":"run","classes":3,"train_rows":800,"validation_rows":200,"steps_per_epoch":200})"
                      "\n";
  for (int step = 1; step <= 200; ++step) {
    lines += fmt::format(
        R"({{"type":"step","epoch":1,"step":{0},"global_step":{0},"loss":1,"mean_loss":1,"mean_accuracy":0.5,"gradient_norm":2,"learning_rates":{{"lower":0.01,"upper":0}}{1}}})"
        "\n",
        step, step % 2 == 0 ? "" : R"(,"more":0)");  // another line than RunLog's is read as any JSON
  }
  lines +=
      R"({"type":"epoch","epoch":1,"global_step":200,"train_loss":0.9,"val_loss":0.9,"val_accuracy":0.6,"update_ratios":[1e-5,0]})"
      "\n";
  folder.write("run/metrics.jsonl", lines);
  const Json diagnosis = json_of(folder / "run")["diagnosis"];
  REQUIRE(diagnosis["findings"].size() == 2);
  CHECK(diagnosis["findings"][0]["code"] == "S102");
  CHECK(diagnosis["findings"][0]["group"] == "lower");
  CHECK(diagnosis["findings"][0]["evidence"]["weights_moved_by"].get<double>() == Approx(2e-3));
  CHECK(diagnosis["findings"][1]["code"] == "S104");
  CHECK(diagnosis["findings"][1]["evidence"]["clipped_share"] == 1);
  CHECK(diagnosis["notes"].back()["code"] == "S905");
  CHECK(run_diagnosis(folder / "run", 1) == diagnosis);
}

TEST_CASE("options that no version has written cost a page its groups, not more", "[report]") {
  const TemporaryFolder folder;
  write_run(folder, "run", 10);
  folder.write("run/config.json", R"({"data":"/nowhere","hidden":7,"upper_layers":"two","lower":null})");
  CHECK(json_of(folder / "run")["diagnosis"]["findings"].empty());
}

}  // namespace report_report_test
