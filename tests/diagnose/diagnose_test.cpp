#include "diagnose/diagnose.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "tests/catch.h"

namespace diagnose_diagnose_test {

using namespace strata;

namespace {

/// A run of four classes and two groups with which nothing is wrong: ten epochs of a hundred steps.
RunFacts healthy_run() {
  RunFacts run;
  run.config = {{"data", "here"}, {"hidden", {30, 20}}, {"lower", "sgd,lr=0.01"}, {"upper", "adam,lr=0.001"}};
  run.target_count = 4;
  run.train_rows = 3200;
  run.validation_rows = 6000;
  run.steps_per_epoch = 100;
  run.groups = groups_of(run.config);
  for (GroupFacts& group : run.groups) {
    group.rates.assign(1000, group.lr);
  }
  for (std::size_t step = 0; step < 1000; ++step) {
    run.losses.push_back(1.5 / (1 + 0.01 * static_cast<double>(step)));
  }
  for (std::uint32_t epoch = 1; epoch <= 10; ++epoch) {
    run.epochs.push_back({.epoch = epoch,
                          .global_step = 100 * epoch,
                          .train_loss = 0.6 / epoch + 0.1,
                          .val_loss = 0.6 / epoch + 0.15,
                          .val_accuracy = 0.95,
                          .update_ratios = {1e-3, 2e-3, 1e-3}});
  }
  run.status = "completed";
  DataFacts data;
  data.class_names = {"a", "b", "c", "d"};
  data.train_counts = {800, 800, 800, 800};
  data.validation_counts = {1500, 1500, 1500, 1500};
  data.features = 3;
  data.sizes = {1, 1, 1};
  run.data = data;
  run.judged = JudgedFacts{.part = "test",
                           .accuracy = 0.95,
                           .class_names = data.class_names,
                           .confusion = {{95, 2, 2, 1}, {2, 95, 2, 1}, {1, 2, 95, 2}, {2, 1, 2, 95}},
                           .recall = {0.95, 0.95, 0.95, 0.95},
                           .support = {100, 100, 100, 100}};
  return run;
}

std::set<std::string> codes(const std::vector<Finding>& findings) {
  std::set<std::string> all;
  for (const Finding& finding : findings) {
    all.insert(std::string(finding.code) + (finding.group.empty() ? "" : " " + finding.group));
  }
  return all;
}

std::set<std::string> findings_of(const RunFacts& run) { return codes(diagnose(run).findings); }

using Codes = std::set<std::string>;

void set_ratios(RunFacts& run, std::size_t layer, double ratio) {
  for (EpochFacts& epoch : run.epochs) {
    epoch.update_ratios[layer] = ratio;
  }
}

/// As if all epochs had ended with these losses.
void set_losses(RunFacts& run, double train, double validation, double accuracy) {
  for (EpochFacts& epoch : run.epochs) {
    epoch.train_loss = train;
    epoch.val_loss = validation;
    epoch.val_accuracy = accuracy;
  }
}

}  // namespace

TEST_CASE("nothing is found in a healthy run", "[diagnose]") {
  const Diagnosis diagnosis = diagnose(healthy_run());
  CHECK(codes(diagnosis.findings) == Codes{});
  CHECK(codes(diagnosis.notes) == Codes{});
}

TEST_CASE("groups follow from the options", "[diagnose]") {
  const auto two = groups_of({{"hidden", {4, 4}}, {"upper_layers", 1}, {"lower", "sgd,lr=0.5"}, {"upper", "freeze"}});
  REQUIRE(two.size() == 2);
  CHECK((two[0].name == "lower" && two[0].first == 0 && two[0].last == 1 && two[0].lr == 0.5));
  CHECK((two[1].name == "upper" && two[1].first == 2 && two[1].last == 2 && two[1].frozen()));
  const auto given =
      groups_of(nlohmann::ordered_json::object({{"group", {"1-2:adam,lr=0.002,schedule=plateau", "0-0:freeze"}}}));
  REQUIRE(given.size() == 2);
  CHECK((given[0].name == "0-0" && given[0].frozen()));
  CHECK((given[1].name == "1-2" && given[1].first == 1 && given[1].last == 2 && given[1].lr == 0.002));
  CHECK(given[1].follows_loss);
  CHECK(groups_of({{"hidden", nlohmann::ordered_json::array()}, {"upper", "sgd"}}).size() == 1);
}

TEST_CASE("a rate is too high where updates are large beside the weights", "[diagnose]") {
  RunFacts run = healthy_run();
  set_ratios(run, 0, 0.2);
  CHECK(findings_of(run) == Codes{"S101 lower"});
  run = healthy_run();
  set_ratios(run, 2, 0.2);
  CHECK(findings_of(run) == Codes{"S101 upper"});
}

TEST_CASE("a run that has diverged, or got stuck at guessing, had too high a rate in the unusual group", "[diagnose]") {
  RunFacts run = healthy_run();
  run.status = "diverged";
  run.groups[0].lr = 10;
  CHECK(findings_of(run).contains("S101 lower"));
  run = healthy_run();
  run.groups[1].lr = 1;
  set_losses(run, 1.39, 1.39, 0.25);
  set_ratios(run, 0, 0);
  set_ratios(run, 2, 0);
  const auto found = findings_of(run);
  CHECK(found.contains("S101 upper"));
  CHECK_FALSE(found.contains("S306"));
}

TEST_CASE("a rate is too low where all updates together hardly move the weights", "[diagnose]") {
  RunFacts run = healthy_run();
  set_ratios(run, 0, 1e-6);
  CHECK(findings_of(run) == Codes{"S102 lower"});
  set_ratios(run, 0, 1e-8);
  CHECK(findings_of(run) == Codes{"S103 lower"});
  run.config["from"] = "model.safetensors";
  CHECK(findings_of(run) == Codes{});
  run = healthy_run();
  set_ratios(run, 1, 1e-6);
  set_ratios(run, 2, 1e-6);
  CHECK(findings_of(run) == Codes{"S102 upper"});
}

TEST_CASE("a schedule that has come to its end is no low rate", "[diagnose]") {
  RunFacts run = healthy_run();
  for (GroupFacts& group : run.groups) {
    for (std::size_t step = 0; step < 1000; ++step) {
      group.rates[step] *= 1 - static_cast<double>(step) / 1000;
    }
  }
  run.epochs.back().update_ratios = {1e-6, 1e-6, 1e-6};
  CHECK(findings_of(run) == Codes{});
}

TEST_CASE("clipping in nearly every step", "[diagnose]") {
  RunFacts run = healthy_run();
  run.config["clip_norm"] = 0.1;
  run.gradient_norms.assign(1000, 2.0);
  CHECK(findings_of(run) == Codes{"S104"});
  run.config["clip_norm"] = 2.5;
  CHECK(findings_of(run) == Codes{});
}

TEST_CASE("a schedule that ended early", "[diagnose]") {
  RunFacts run = healthy_run();
  std::fill(run.groups[1].rates.begin() + 500, run.groups[1].rates.end(), 0.0);
  CHECK(findings_of(run) == Codes{"S105 upper"});
  run.groups[1].follows_loss = true;
  CHECK(findings_of(run) == Codes{});
}

TEST_CASE("too few steps an epoch", "[diagnose]") {
  RunFacts run = healthy_run();
  run.steps_per_epoch = 3;
  run.losses.resize(30);
  for (EpochFacts& epoch : run.epochs) {
    epoch.global_step = 3 * epoch.epoch;
  }
  CHECK(findings_of(run) == Codes{"S106"});
  run.epochs[9].train_loss = run.epochs[8].train_loss;
  CHECK(findings_of(run) == Codes{});
}

TEST_CASE("overfitting, since the best epoch", "[diagnose]") {
  RunFacts run = healthy_run();
  for (EpochFacts& epoch : run.epochs) {
    epoch.val_loss = 0.3 + 0.05 * std::abs(static_cast<double>(epoch.epoch) - 4);
  }
  const Diagnosis diagnosis = diagnose(run);
  REQUIRE(codes(diagnosis.findings) == Codes{"S201"});
  CHECK(diagnosis.findings[0].evidence["since_epoch"] == 4);
  CHECK(diagnosis.findings[0].evidence["best_val_loss"] == 0.3);
  run.restored_best = true;
  CHECK(findings_of(run) == Codes{});
  run.restored_best = false;
  run.validation_rows = 20;  // so few that the rise may be chance
  run.epochs[9].val_loss = 0.4;
  CHECK(findings_of(run) == Codes{});
}

TEST_CASE("underfitting, if there is a reason for it", "[diagnose]") {
  RunFacts run = healthy_run();
  set_losses(run, 1.0, 1.0, 0.5);
  CHECK(findings_of(run) == Codes{});
  CHECK(codes(diagnose(run).notes) == Codes{"S904"});
  run.config["dropout"] = {0.9};
  CHECK(findings_of(run) == Codes{"S202"});
  run.config.erase("dropout");
  run.config["hidden"] = {1};
  CHECK(findings_of(run) == Codes{"S202"});
}

TEST_CASE("labels that look shuffled", "[diagnose]") {
  RunFacts run = healthy_run();
  set_losses(run, 1.2, 1.5, 0.25);
  CHECK(findings_of(run) == Codes{"S306"});
  run.epochs[3].val_loss = 1.2;  // it has learnt something in between
  CHECK_FALSE(findings_of(run).contains("S306"));
}

TEST_CASE("features that are not standardised", "[diagnose]") {
  RunFacts run = healthy_run();
  run.data->sizes = {1, 2000, NAN};
  run.data->constant = 1;
  const Diagnosis diagnosis = diagnose(run);
  CHECK(codes(diagnosis.findings) == Codes{"S301"});
  CHECK(codes(diagnosis.notes) == Codes{"S901"});
  CHECK(diagnosis.findings[0].evidence["features"] == 1);
  run.data->sizes = {1e-4, 1e-3, 1e-3};
  CHECK(findings_of(run) == Codes{"S301"});
  run.data->sizes = {0.3, 0.4, 0.001};  // pixels that are rarely set
  CHECK(findings_of(run) == Codes{});
}

TEST_CASE("rows shared by training and validation, unless chance explains them", "[diagnose]") {
  RunFacts run = healthy_run();
  run.data->shared_rows = 3000;
  CHECK(findings_of(run) == Codes{"S302"});
  run.data->chance_shared = 0.4;
  CHECK(findings_of(run) == Codes{});
  run.data->chance_shared = 0;
  run.data->shared_rows = 3;
  CHECK(findings_of(run) == Codes{});
}

TEST_CASE("classes without rows, with few, and taken for each other", "[diagnose]") {
  RunFacts run = healthy_run();
  run.data->train_counts = {1000, 1000, 1000, 0};
  CHECK(findings_of(run) == Codes{"S303"});
  run = healthy_run();
  run.data->train_counts = {1000, 1000, 1000, 20};
  run.judged->recall[3] = 0.1;
  CHECK(findings_of(run) == Codes{"S304"});
  run.judged->recall[3] = 0.9;  // it does no harm
  CHECK(findings_of(run) == Codes{});
  run = healthy_run();
  run.judged->confusion[1] = {2, 50, 46, 2};
  run.judged->confusion[2] = {2, 46, 50, 2};
  const Diagnosis diagnosis = diagnose(run);
  REQUIRE(codes(diagnosis.findings) == Codes{"S305"});
  CHECK(diagnosis.findings[0].evidence["classes"] == nlohmann::ordered_json({"b", "c"}));
}

TEST_CASE("features that have lost digits", "[diagnose]") {
  RunFacts run = healthy_run();
  run.data->rounded = {2};
  run.data->feature_names = {"x", "y", "time"};
  const Diagnosis diagnosis = diagnose(run);
  REQUIRE(codes(diagnosis.findings) == Codes{"S307"});
  CHECK(diagnosis.findings[0].evidence["such_as"][0] == "time");
}

TEST_CASE("dead and saturated units, by layer", "[diagnose]") {
  RunFacts run = healthy_run();
  run.epochs.back().units = {{0.5, 0}, {0, 0.8}};
  const Diagnosis diagnosis = diagnose(run);
  REQUIRE(codes(diagnosis.findings) == Codes{"S401", "S402"});
  CHECK(diagnosis.findings[0].layer == 0U);
  CHECK(diagnosis.findings[1].layer == 1U);
}

TEST_CASE("notes: a small validation part with its interval, random weights kept, data that were not there",
          "[diagnose]") {
  RunFacts run = healthy_run();
  run.validation_rows = 100;
  run.groups[0].optimizer = "freeze";
  run.data.reset();
  const Diagnosis diagnosis = diagnose(run);
  CHECK(codes(diagnosis.findings) == Codes{});
  REQUIRE(codes(diagnosis.notes) == Codes{"S902", "S903 lower", "S905"});
  const auto& interval = diagnosis.notes[0].evidence["interval"];
  CHECK(interval[0].get<double>() == Approx(0.8882).margin(1e-3));  // Wilson's of 95 of 100
  CHECK(interval[1].get<double>() == Approx(0.9785).margin(1e-3));
}

TEST_CASE("every diagnosis has a code of its own, two sentences, and JSON with all that the page and scripts read",
          "[diagnose]") {
  std::set<std::string_view> seen;
  for (const DiagnosisEntry& entry : diagnosis_registry()) {
    CHECK(seen.insert(entry.code).second);
    CHECK(std::ranges::count(entry.meaning, '.') == 2);
    CHECK(entry.note == (entry.code[1] == '9'));
  }
  RunFacts run = healthy_run();
  set_ratios(run, 0, 0.2);
  const auto json = to_json(diagnose(run));
  REQUIRE(json["findings"].size() == 1);
  CHECK(json["notes"].is_array());
  const auto& finding = json["findings"][0];
  CHECK(finding["code"] == "S101");
  CHECK(finding["group"] == "lower");
  CHECK(finding["layer"].is_null());
  CHECK(finding["evidence"].is_object());
  CHECK(finding["advice"].get<std::string>().find("‹lower›") != std::string::npos);
}

}  // namespace diagnose_diagnose_test
