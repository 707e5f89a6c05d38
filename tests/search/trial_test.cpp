#include "search/trial.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "search/ranking.h"
#include "search/trial_log.h"
#include "search/trial_pool.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"
#include "tests/train/small_source.h"

namespace search_trial_test {

using namespace strata;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TrialRecord record_of(int number, std::vector<double> val_loss) {
  TrialRecord record;
  record.options = {{"seed", number}};
  record.key = trial_key(record.options);
  record.point = {{"seed", std::to_string(number)}};
  record.command = "strata train";
  record.steps = 7;
  record.seconds = 0.25;
  record.weights_hash = "0123456789abcdef";
  record.figures = {{"val_loss", val_loss.back()}};
  record.curve = {{"val_loss", std::move(val_loss)}};
  return record;
}

/// Trials of the small problem at these rates of the lower layers.
std::vector<Trial> small_trials(const DataSource& source, const std::vector<double>& rates) {
  std::vector<Trial> trials;
  for (const double rate : rates) {
    TrainConfig config = test::small_config();
    config.groups[0].optimizer.values["lr"] = rate;
    Trial trial;
    trial.options = {{"lr", rate}};
    trial.key = trial_key(trial.options);
    trial.run = [config, &source](std::span<Observer* const> observers, const std::function<bool()>& stop) {
      return Trainer(config, source).run(observers, stop);
    };
    trials.push_back(std::move(trial));
  }
  return trials;
}

/// Collects records by key.
class Collector : public TrialListener {
 public:
  void on_end(const Trial&, const TrialRecord& record) override { records.emplace(record.key, record); }
  std::map<std::string, TrialRecord> records;
};

Collector run(const std::vector<Trial>& trials, std::size_t jobs) {
  Collector collector;
  run_trials(trials, jobs, collector, test::never);
  return collector;
}

}  // namespace

TEST_CASE("a record reads back as it was", "[search]") {
  TrialRecord record = record_of(1, {0.5, 1.0 / 3, kNan});
  record.status = TrialStatus::diverged;
  record.reason = "loss \"inf\"";
  record.best_weights_hash = "fedcba9876543210";
  record.best_command = "strata train --restore-best";
  const TrialRecord back = trial_record(nlohmann::ordered_json::parse(to_json(record, Monitor{}).dump()));
  CHECK(back.key == record.key);
  CHECK(back.point == record.point);
  CHECK(back.options == record.options);
  CHECK(back.status == record.status);
  CHECK(back.weights_hash == record.weights_hash);
  CHECK(back.best_weights_hash == record.best_weights_hash);
  CHECK(back.best_command == record.best_command);
  CHECK(back.reason == record.reason);
  CHECK(back.curve.at("val_loss")[1] == 1.0 / 3);
  CHECK(std::isnan(back.curve.at("val_loss")[2]));
  CHECK(std::isnan(back.figures.at("val_loss")));
}

TEST_CASE("the best epoch is the first of the best, and never one that is not finite", "[search]") {
  CHECK(best_epoch(record_of(1, {0.5, 0.3, 0.3, 0.4}), Monitor{}) == 2U);
  CHECK(best_epoch(record_of(1, {kNan, 0.3}), Monitor{}) == 2U);
  CHECK_FALSE(best_epoch(record_of(1, {kNan}), Monitor{}));
  CHECK_FALSE(best_epoch(record_of(1, {0.5}), Monitor{"accuracy"}));
}

TEST_CASE("trials of the same options are one trial, however they were asked for", "[search]") {
  CHECK(trial_key({{"lr", 0.1}, {"seed", 1}}) == trial_key({{"lr", 0.1}, {"seed", 1}}));
  CHECK(trial_key({{"lr", 0.1}}) != trial_key({{"lr", 0.1000001}}));
}

TEST_CASE("the log keeps records, and drops a last line that is torn", "[search]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "trials.jsonl";
  {
    TrialLog log(path, Monitor{});
    log.append(record_of(1, {0.5}));
    log.append(record_of(2, {0.4}));
  }
  const auto size = std::filesystem::file_size(path);
  std::ofstream(path, std::ios::app) << R"({"key":"00)";
  {
    TrialLog log(path, Monitor{});
    CHECK(log.records().size() == 2);
    CHECK(std::filesystem::file_size(path) == size);
    log.append(record_of(3, {0.3}));
  }
  CHECK(TrialLog(path, Monitor{}).records().size() == 3);
}

TEST_CASE("a line of the log that is no record is an error that names it", "[search]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "trials.jsonl";
  std::ofstream(path) << to_json(record_of(1, {0.5}), Monitor{}).dump() << "\n{}\n";
  CHECK(test::missing(test::thrown([&] { TrialLog(path, Monitor{}); }), {"data: ", "trials.jsonl: line 2"}).empty());
}

TEST_CASE("candidates are ranked by their mean, the unfinished last", "[search]") {
  const TrialRecord low = record_of(1, {0.30});
  const TrialRecord high = record_of(2, {0.40});
  TrialRecord diverged = record_of(3, {0.1});
  diverged.status = TrialStatus::diverged;
  std::vector<Candidate> candidates{make_candidate({}, {&diverged}, 1, Monitor{}),
                                    make_candidate({}, {&high}, 1, Monitor{}),
                                    make_candidate({}, {&low}, 1, Monitor{})};
  rank(candidates, Monitor{});
  CHECK(candidates[0].value == 0.30);
  CHECK(candidates[1].value == 0.40);
  CHECK(candidates[2].completed == 0);
}

TEST_CASE("a candidate is ranked by the seeds that were completed, below others if one diverged", "[search]") {
  const TrialRecord low = record_of(1, {0.30});
  const TrialRecord lower = record_of(2, {0.20});
  TrialRecord failed = record_of(3, {0.9});
  failed.status = TrialStatus::failed;
  TrialRecord diverged = record_of(4, {0.01});
  diverged.status = TrialStatus::diverged;
  const TrialRecord high = record_of(5, {0.40});
  std::vector<Candidate> candidates{make_candidate({}, {&diverged, &lower}, 1, Monitor{}),
                                    make_candidate({}, {&high, &high}, 1, Monitor{}),
                                    make_candidate({}, {&failed, &low, &lower}, 1, Monitor{})};
  CHECK(candidates[0].completed == 1);
  CHECK(candidates[0].value == 0.20);
  CHECK_FALSE(candidates[0].deviation);
  CHECK(&best_run(candidates[0], Monitor{}) == &lower);
  CHECK(candidates[2].completed == 2);
  CHECK(candidates[2].value == Approx(0.25));
  CHECK(*candidates[2].deviation == Approx(0.0707107));
  CHECK_FALSE(tied(candidates[0], candidates[2]));
  rank(candidates, Monitor{});
  CHECK(candidates[0].value == Approx(0.25));
  CHECK(candidates[1].value == 0.40);
  CHECK(candidates[2].diverged);
}

TEST_CASE("the log puts a record in place of one of its key", "[search]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "trials.jsonl";
  {
    TrialLog log(path, Monitor{});
    log.append(record_of(1, {0.5}));
    log.append(record_of(2, {0.4}));
    TrialRecord changed = record_of(1, {0.5});
    changed.best_weights_hash = "fedcba9876543210";
    log.replace(changed);
    log.append(record_of(3, {0.3}));
  }
  const TrialLog log(path, Monitor{});
  CHECK(log.records().size() == 3);
  CHECK(log.find(record_of(1, {0.5}).key)->best_weights_hash == "fedcba9876543210");
  std::ifstream in(path);
  CHECK(std::count(std::istreambuf_iterator<char>(in), {}, '\n') == 3);
}

TEST_CASE("differences within the seeds' deviation are ties", "[search]") {
  const TrialRecord a = record_of(1, {0.30});
  const TrialRecord b = record_of(2, {0.40});
  const TrialRecord c = record_of(3, {0.36});
  const TrialRecord d = record_of(4, {0.42});
  const TrialRecord e = record_of(5, {0.90});
  const TrialRecord f = record_of(6, {0.91});
  const Candidate first = make_candidate({}, {&a, &b}, 1, Monitor{});
  const Candidate second = make_candidate({}, {&c, &d}, 1, Monitor{});
  const Candidate third = make_candidate({}, {&e, &f}, 1, Monitor{});
  CHECK(first.value == Approx(0.35));
  CHECK(*first.deviation == Approx(0.0707107));
  CHECK(tied(first, second));
  CHECK_FALSE(tied(first, third));
  CHECK_FALSE(tied(make_candidate({}, {&a}, 1, Monitor{}), make_candidate({}, {&c}, 1, Monitor{})));
  CHECK(&best_run(first, Monitor{}) == &a);
}

TEST_CASE("figures do not depend on the number of jobs, and are those of a run alone", "[search]") {
  const DataSource source = test::small_source();
  const auto trials = small_trials(source, {0.001, 0.01, 0.05, 0.1, 0.2});
  const Collector one = run(trials, 1);
  const Collector three = run(trials, 3);
  REQUIRE(one.records.size() == trials.size());
  REQUIRE(three.records.size() == trials.size());
  for (const auto& [key, record] : one.records) {
    CHECK(record.weights_hash == three.records.at(key).weights_hash);
    CHECK(record.curve == three.records.at(key).curve);
  }
  TrainConfig config = test::small_config();
  Trainer alone(config, source);
  const RunResult result = alone.run({}, test::never);
  CHECK(one.records.at(trials[2].key).weights_hash == result.weights_hash);
}

TEST_CASE("a trial that diverges or fails is a record with its reason", "[search]") {
  const DataSource source = test::small_source();
  auto trials = small_trials(source, {1e30, 0.01});
  trials.push_back(trials.back());
  trials.back().key = "failing";
  trials.back().run = [](std::span<Observer* const>, const std::function<bool()>&) -> RunResult {
    throw usage_error("it cannot be");
  };
  const Collector collector = run(trials, 2);
  const TrialRecord& diverged = collector.records.at(trials[0].key);
  CHECK(diverged.status == TrialStatus::diverged);
  CHECK(test::missing(diverged.reason, {"not finite at step ", "epoch 1", "the last finite loss was "}).empty());
  CHECK(collector.records.at(trials[1].key).status == TrialStatus::completed);
  CHECK(collector.records.at("failing").status == TrialStatus::failed);
  CHECK(collector.records.at("failing").reason == "it cannot be");
}

TEST_CASE("a stop drops trials under way and starts no other", "[search]") {
  const DataSource source = test::small_source();
  const auto trials = small_trials(source, {0.001, 0.01, 0.05});
  class Stopping : public Collector {
   public:
    void on_start(const Trial&) override { ++started; }
    int started = 0;
  };
  Stopping collector;
  run_trials(trials, 1, collector, [&] { return collector.started == 2; });
  CHECK(collector.records.size() == 1);
  CHECK(collector.started == 2);
}

TEST_CASE("what a listener throws ends the trials and reaches the caller", "[search]") {
  class Refusing : public TrialListener {
    void on_end(const Trial&, const TrialRecord&) override { throw failed_error("no space"); }
  };
  const DataSource source = test::small_source();
  const auto trials = small_trials(source, {0.001, 0.01, 0.05, 0.1});
  Refusing listener;
  CHECK(test::thrown([&] { run_trials(trials, 2, listener, test::never); }) == "failed: no space");
}

TEST_CASE("partners take trials beside the pool's own threads, and all end once", "[search]") {
  class Partner : public TrialPartners {
   public:
    void share(TrialQueue& trials) override {
      while (!trials.is_done()) {
        if (const Trial* trial = trials.take()) {
          trials.give_back(*trial, run_trial(*trial, test::never));
        }
      }
    }
  };
  const DataSource source = test::small_source();
  const auto trials = small_trials(source, {0.001, 0.01, 0.02, 0.03, 0.05, 0.1});
  Collector alone = run(trials, 1);
  Collector shared;
  Partner partner;
  run_trials(trials, 1, shared, test::never, &partner);
  REQUIRE(shared.records.size() == trials.size());
  for (const auto& [key, record] : alone.records) {
    CHECK(shared.records.at(key).weights_hash == record.weights_hash);
  }
}

TEST_CASE("what a partner throws ends the trials and reaches the caller", "[search]") {
  class Leaving : public TrialPartners {
    void share(TrialQueue&) override { throw failed_error("gone"); }
  };
  const DataSource source = test::small_source();
  const auto trials = small_trials(source, {0.001, 0.01, 0.05, 0.1});
  Leaving partner;
  Collector collector;
  CHECK(test::thrown([&] { run_trials(trials, 1, collector, test::never, &partner); }) == "failed: gone");
}

}  // namespace search_trial_test
