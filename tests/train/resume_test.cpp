// A run that goes on from a snapshot, or is advanced in pieces, gives, bit for bit, what it would have given at once.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "kernels/onednn/cpu_isa.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"
#include "tests/train/recorder.h"
#include "train/trainer.h"

namespace train_resume_test {

using namespace strata;
using namespace strata::test;

namespace {

struct WholeRun {
  Recorder heard;
  RunResult result;
  std::vector<RunMoment> moments;
  std::vector<RunSnapshot> snapshots;  ///< at each of them
};

/// Has every moment kept, or only the end's.
void keep_snapshots(Trainer& trainer, WholeRun& run, bool all) {
  trainer.set_checkpoints([&trainer, &run, all](RunMoment moment) {
    if (all || moment == RunMoment::end) {
      run.moments.push_back(moment);
      run.snapshots.push_back(trainer.snapshot());
    }
  });
}

/// Runs from `from`, or from the beginning, to its end or for so many steps, and keeps every snapshot, or only the one
/// of the end.
WholeRun run_from(const TrainConfig& config, const DataSource& source, const RunSnapshot* from, bool keep_all,
                  std::uint64_t steps = std::numeric_limits<std::uint64_t>::max()) {
  WholeRun run;
  run.heard.update_ratios = true;
  Trainer trainer(config, source, from != nullptr ? &from->parameters : nullptr);
  if (from != nullptr) {
    trainer.resume(*from);
  }
  keep_snapshots(trainer, run, keep_all);
  Observer* const observers[] = {&run.heard};
  run.result = trainer.run(observers, [&] { return run.heard.steps.size() >= steps; });
  return run;
}

/// The whole run, 1, 2, 3, 1, 2, … steps at a time.
WholeRun run_in_pieces(const TrainConfig& config, const DataSource& source) {
  WholeRun run;
  run.heard.update_ratios = true;
  Trainer trainer(config, source);
  keep_snapshots(trainer, run, true);
  Observer* const observers[] = {&run.heard};
  trainer.begin(observers, never);
  std::size_t told = 0;
  for (std::uint64_t piece = 0; trainer.advance(piece % 3 + 1); ++piece) {
    const std::uint64_t before = told;
    told = run.heard.steps.size();
    CHECK(trainer.state().global_step == told);
    CHECK((told == before + piece % 3 + 1 || run.heard.order.back() == 'e'));
  }
  CHECK_FALSE(trainer.advance());
  run.result = trainer.finish();
  return run;
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::ranges::equal(
      a, b, [](float x, float y) { return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y); });
}

bool same_parameters(const Parameters& a, const Parameters& b) { return same_bits(a.values(), b.values()); }

bool same_validation(const Validation& a, const Validation& b) { return a.loss == b.loss && a.figures == b.figures; }

/// Everything but the times.
void check_same_end(const RunSnapshot& a, const RunSnapshot& b) {
  CHECK(a.state.epochs == b.state.epochs);
  CHECK(a.state.global_step == b.state.global_step);
  CHECK(a.state.means.rows() == b.state.means.rows());
  CHECK(a.state.means.sums().loss == b.state.means.sums().loss);
  CHECK(a.state.plateaus == b.state.plateaus);
  CHECK(a.state.best.epoch == b.state.best.epoch);
  CHECK(a.state.best.waited == b.state.best.waited);
  CHECK(same_validation(a.state.best.validation, b.state.best.validation));
  REQUIRE(a.state.best_parameters.has_value() == b.state.best_parameters.has_value());
  CHECK((!a.state.best_parameters || same_parameters(*a.state.best_parameters, *b.state.best_parameters)));
  CHECK(same_parameters(a.parameters, b.parameters));
  REQUIRE(a.optimizers.slots.size() == b.optimizers.slots.size());
  for (std::size_t s = 0; s < a.optimizers.slots.size(); ++s) {
    CHECK(same_parameters(a.optimizers.slots[s], b.optimizers.slots[s]));
  }
}

void check_same_result(const RunResult& a, const RunResult& b) {
  CHECK(a.status == b.status);
  CHECK(a.epochs == b.epochs);
  CHECK(a.steps == b.steps);
  CHECK(a.train_loss == b.train_loss);
  CHECK(a.train_figures == b.train_figures);
  CHECK(a.val_loss == b.val_loss);
  CHECK(a.val_figures == b.val_figures);
  CHECK(a.test_loss == b.test_loss);
  CHECK(a.test_figures == b.test_figures);
  CHECK(a.best_epoch == b.best_epoch);
  CHECK(a.best_value == b.best_value);
  CHECK(a.stopped_early == b.stopped_early);
  CHECK(a.restored_best == b.restored_best);
  CHECK(a.weights_hash == b.weights_hash);
}

bool same_step(const StepInfo& a, const StepInfo& b) {
  return a.epoch == b.epoch && a.step == b.step && a.global_step == b.global_step && a.loss == b.loss &&
         a.mean_loss == b.mean_loss && a.mean_figure == b.mean_figure && a.rows == b.rows;
}

bool same_epoch(const EpochInfo& a, const EpochInfo& b) {
  return a.epoch == b.epoch && a.global_step == b.global_step && a.train_loss == b.train_loss &&
         a.train_figures == b.train_figures && a.val_loss == b.val_loss && a.val_figures == b.val_figures &&
         a.learning_rates == b.learning_rates && a.best_epoch == b.best_epoch && a.update_ratios == b.update_ratios;
}

/// What `part` tells is what `whole` tells at its end.
void check_same_tail(const Recorder& whole, const Recorder& part) {
  REQUIRE(part.steps.size() <= whole.steps.size());
  REQUIRE(part.epochs.size() <= whole.epochs.size());
  const auto steps = std::span(whole.steps).last(part.steps.size());
  const auto epochs = std::span(whole.epochs).last(part.epochs.size());
  CHECK(std::ranges::equal(steps, part.steps, same_step));
  CHECK(std::ranges::equal(std::span(whole.rates).last(part.rates.size()), part.rates));
  CHECK(std::ranges::equal(epochs, part.epochs, same_epoch));
}

void check_same_run(const WholeRun& whole, const WholeRun& part) {
  check_same_tail(whole.heard, part.heard);
  check_same_result(whole.result, part.result);
  REQUIRE(!whole.snapshots.empty());
  REQUIRE(!part.snapshots.empty());
  check_same_end(whole.snapshots.back(), part.snapshots.back());
}

OptimizerSpec optimizer(std::string_view text, Convention convention = Convention::keras) {
  return parse_optimizer(text, convention, "--lower");
}

struct Case {
  std::string name;
  std::function<void(TrainConfig&)> change;
};

void set_groups(TrainConfig& c, std::string_view lower, std::string_view upper) {
  c.groups = lower_upper_groups(3, 1, optimizer(lower, c.convention), optimizer(upper, c.convention));
}

/// Few steps, as each of them is stopped at: an epoch has four, or five where the rows left over are a batch.
TrainConfig few_steps() {
  TrainConfig config = small_config();
  config.batch_size = 40;
  return config;
}

const std::vector<Case> kCases{
    {"sgd and adam, random batches", [](TrainConfig&) {}},
    {"shuffled, partial batch", [](TrainConfig& c) { c.sampling = SamplingKind::shuffle; }},
    {"in order, weighted classes, smoothed labels",
     [](TrainConfig& c) {
       c.sampling = SamplingKind::sequential;
       c.class_weights.given = {1, 2.5, 0.5};
       c.label_smoothing = 0.1;
     }},
    {"balanced classes, stratified",
     [](TrainConfig& c) {
       c.class_weights.balanced = true;
       c.split = SplitKind::stratified;
     }},
    {"dropout",
     [](TrainConfig& c) {
       c.dropout = {0.3, 0.2};
     }},
    {"clip norm", [](TrainConfig& c) { c.clip_norm = 0.5; }},
    {"clip value", [](TrainConfig& c) { c.clip_value = 0.01; }},
    {"momentum and amsgrad",
     [](TrainConfig& c) { set_groups(c, "sgd,lr=0.05,momentum=0.9,nesterov=true", "adam,lr=0.01,amsgrad=true"); }},
    {"nadam and adadelta", [](TrainConfig& c) { set_groups(c, "nadam,lr=0.01", "adadelta,lr=1"); }},
    {"PyTorch's convention",
     [](TrainConfig& c) {
       c.convention = Convention::torch;
       set_groups(c, "sgd,lr=0.05,momentum=0.9", "adamw,lr=0.01");
     }},
    {"three groups, one of them frozen",
     [](TrainConfig& c) {
       c.groups = parse_groups({"0:freeze", "1:rmsprop,lr=0.01,momentum=0.5,centered=true", "2:lion,lr=0.01"}, 3,
                               Convention::keras);
     }},
    {"schedules that follow the length",
     [](TrainConfig& c) {
       set_groups(c, "sgd,lr=0.1,schedule=one_cycle", "adam,lr=0.01,schedule=cosine,warmup_steps=3");
     }},
    {"plateau",
     [](TrainConfig& c) {
       c.epochs = 6;
       set_groups(c, "sgd,lr=0.5,schedule=plateau,patience=1",
                  "adam,lr=0.05,schedule=plateau,patience=1,min_delta=0.5");
     }},
    {"early stopping, the best weights",
     [](TrainConfig& c) {
       c.epochs = 9;
       c.early_stopping = 1;
       c.restore_best = true;
       set_groups(c, "sgd,lr=0.5", "adam,lr=0.1");
     }},
    {"early stopping by min_delta after an epoch",
     [](TrainConfig& c) {
       c.epochs = 9;
       c.early_stopping = 2;
       c.min_delta = 0.02;
       c.start_epoch = 1;
       set_groups(c, "sgd,lr=0.5", "adam,lr=0.1");
     }},
    {"the best weights by F1",
     [](TrainConfig& c) {
       c.monitor = Monitor{"macro_f1"};
       c.restore_best = true;
     }},
    {"stopped within an epoch by max_steps",
     [](TrainConfig& c) {
       c.max_steps = 10;
       c.restore_best = true;
     }},
    {"no validation", [](TrainConfig& c) { c.validation_split = 0; }},
    {"onednn", [](TrainConfig& c) { c.engine = EngineKind::onednn; }},
};

/// From every moment of the run, or every so many.
void check_every_moment(const TrainConfig& config, const TrainConfig& resumed, std::size_t stride = 1) {
  const DataSource source = small_source();
  const WholeRun whole = run_from(config, source, nullptr, true);
  CHECK(run(config, source).result.weights_hash == whole.result.weights_hash);  // snapshots change nothing
  for (std::size_t i = 0; i < whole.snapshots.size(); i += stride) {
    CAPTURE(i, whole.snapshots[i].state.global_step);
    check_same_run(whole, run_from(resumed, source, &whole.snapshots[i], false));
  }
}

}  // namespace

TEST_CASE("a run goes on from every moment as if it had not stopped", "[train]") {
  for (const Case& c : kCases) {
    TrainConfig config = few_steps();
    c.change(config);
    CAPTURE(c.name);
    check_every_moment(config, config);
  }
}

TEST_CASE("a run of panels goes on with other threads", "[train]") {
  TrainConfig config = few_steps();
  config.dropout = {0.2, 0.2};
  config.clip_norm = 1;
  TrainConfig resumed = config;
  resumed.threads = 3;
  check_every_moment(config, resumed, 2);
}

TEST_CASE("a bf16 run goes on as if it had not stopped", "[train]") {
  TrainConfig config = few_steps();
  config.precision = kernels::Precision::bf16;
  try {
    kernels::onednn::require_bf16(kernels::onednn::bf16_features());
  } catch (const Error&) {
    return;  // this CPU has none
  }
  check_every_moment(config, config);
}

TEST_CASE("a run that was interrupted after any step goes on as if it had not been", "[train]") {
  const DataSource source = small_source();
  for (const Case& c : kCases) {
    TrainConfig config = few_steps();
    c.change(config);
    const WholeRun whole = run_from(config, source, nullptr, false);
    for (std::uint64_t last = 1; last <= whole.result.steps; ++last) {
      CAPTURE(c.name, last);
      const WholeRun part = run_from(config, source, nullptr, false, last);
      CHECK(part.result.status == RunStatus::interrupted);
      CHECK(part.result.steps == last);
      REQUIRE(part.snapshots.size() == 1);
      check_same_run(whole, run_from(config, source, &part.snapshots.back(), false));
    }
  }
}

TEST_CASE("a run that is done goes on with more epochs or steps as if it had been given them at once", "[train]") {
  const DataSource source = small_source();
  for (const bool early : {false, true}) {
    TrainConfig longer = small_config();
    longer.epochs = 5;
    longer.restore_best = true;
    if (early) {
      longer.early_stopping = 2;
    }
    const WholeRun whole = run_from(longer, source, nullptr, false);
    TrainConfig config = longer;
    config.epochs = 2;
    const WholeRun epochs = run_from(config, source, nullptr, false);
    check_same_run(whole, run_from(longer, source, &epochs.snapshots.back(), false));

    config.epochs = 5;
    for (const std::uint64_t steps : {3U, 10U, 27U}) {  // within an epoch, and at its end
      config.max_steps = steps;
      const WholeRun part = run_from(config, source, nullptr, false);
      CHECK(part.result.steps == steps);
      check_same_run(whole, run_from(longer, source, &part.snapshots.back(), false));
    }
  }
}

TEST_CASE("the moments of a run are its start, its steps, its epochs and its end", "[train]") {
  TrainConfig config = small_config();
  config.epochs = 2;
  config.max_steps = 15;
  const WholeRun run = run_from(config, small_source(), nullptr, true);
  std::vector<RunMoment> expected{RunMoment::start};
  expected.insert(expected.end(), 9, RunMoment::step);
  expected.push_back(RunMoment::epoch);
  expected.insert(expected.end(), 4, RunMoment::step);
  expected.push_back(RunMoment::end);
  CHECK(run.moments == expected);
}

TEST_CASE("time counts from the beginning of the run", "[train]") {
  TrainConfig config = small_config();
  const DataSource source = small_source();
  WholeRun run = run_from(config, source, nullptr, true);
  RunSnapshot& snapshot = run.snapshots[3];
  CHECK(snapshot.state.seconds > 0);
  snapshot.state.seconds = 1000;
  snapshot.state.epoch_seconds = 500;
  const WholeRun resumed = run_from(config, source, &snapshot, false);
  CHECK(resumed.result.seconds > 1000);
  CHECK(resumed.result.seconds < 1100);
  CHECK(resumed.heard.epochs[0].seconds > 500);
  CHECK(resumed.heard.epochs[1].seconds < 100);
  config.max_seconds = 900;
  const WholeRun late = run_from(config, source, &snapshot, true);
  CHECK(late.heard.steps.empty());
  CHECK(late.moments == std::vector{RunMoment::start, RunMoment::end});
  config.max_seconds = 1e-9;
  CHECK(run_from(config, source, nullptr, true).moments == std::vector{RunMoment::start, RunMoment::end});
}

TEST_CASE("a snapshot of another run is refused", "[train]") {
  const DataSource source = small_source();
  const TrainConfig config = small_config();
  const RunSnapshot good = run_from(config, source, nullptr, true).snapshots[12];
  const auto refused = [&](const TrainConfig& c, const std::function<void(RunSnapshot&)>& change) {
    RunSnapshot snapshot = good;
    change(snapshot);
    Trainer trainer(c, source);
    return thrown([&] { trainer.resume(snapshot); });
  };
  CHECK(refused(config, [](RunSnapshot&) {}) == "nothing thrown");
  CHECK(refused(config, [](RunSnapshot& s) { s.state.global_step = 21; }).find("do not follow") != std::string::npos);
  CHECK(refused(config, [](RunSnapshot& s) { s.state.global_step = 9; }).find("do not follow") != std::string::npos);
  CHECK(refused(config, [](RunSnapshot& s) { s.state.means = {}; }).find("rows of the epoch") != std::string::npos);
  CHECK(refused(config, [](RunSnapshot& s) { s.state.plateaus.clear(); }).find("groups") != std::string::npos);
  CHECK(refused(config, [](RunSnapshot& s) { s.scaler.mean[0] += 1; }).find("data") != std::string::npos);
  CHECK(refused(config, [](RunSnapshot& s) { s.state.best.epoch = 7; }).find("best epoch") != std::string::npos);
  TrainConfig shorter = config;
  shorter.max_steps = 11;
  CHECK(refused(shorter, [](RunSnapshot&) {}).find("already made 12 steps") != std::string::npos);
}

TEST_CASE("a run that is advanced in pieces is the run at once", "[train]") {
  const DataSource source = small_source();
  for (const Case& c : kCases) {
    TrainConfig config = few_steps();
    c.change(config);
    CAPTURE(c.name);
    const WholeRun whole = run_from(config, source, nullptr, true);
    const WholeRun pieces = run_in_pieces(config, source);
    CHECK(pieces.heard.order == whole.heard.order);
    CHECK(pieces.moments == whole.moments);
    check_same_run(whole, pieces);
  }
}

TEST_CASE("a run is advanced by no more than an epoch, and its clock stands between", "[train]") {
  const DataSource source = small_source();
  Recorder heard;
  Trainer trainer(small_config(), source);
  Observer* const observers[] = {&heard};
  trainer.begin(observers, never);
  std::size_t epochs = 0;
  bool goes_on = true;
  while (goes_on) {
    goes_on = trainer.advance();
    CHECK(heard.epochs.size() == ++epochs);
    const double seconds = trainer.snapshot().state.seconds;
    CHECK(seconds > 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    CHECK(trainer.snapshot().state.seconds == seconds);
  }
  CHECK(epochs == 3);
  CHECK(trainer.finish().status == RunStatus::completed);
}

TEST_CASE("a run that is finished before its end is one that was stopped there", "[train]") {
  const DataSource source = small_source();
  const TrainConfig config = few_steps();
  const WholeRun whole = run_from(config, source, nullptr, false);
  for (const std::uint64_t steps : {0U, 3U, 4U}) {  // before the first, within an epoch, after one
    WholeRun part;
    Trainer trainer(config, source);
    keep_snapshots(trainer, part, false);
    trainer.begin({}, never);
    CHECK(trainer.advance(steps));
    part.result = trainer.finish();
    CAPTURE(steps);
    CHECK(part.result.status == RunStatus::interrupted);
    CHECK(part.result.steps == steps);
    REQUIRE(part.snapshots.size() == 1);
    check_same_run(whole, run_from(config, source, &part.snapshots.back(), false));
    CHECK_FALSE(trainer.advance());
  }
}

TEST_CASE("a run that an observer has ended makes no step more, and has what was learnt", "[train]") {
  struct Thrower final : Observer {
    void on_step(const StepInfo& info) override {
      if (info.global_step == 7) {
        throw std::runtime_error("enough");
      }
    }
  };
  const DataSource source = small_source();
  TrainConfig seven = small_config();
  seven.max_steps = 7;
  Thrower thrower;
  Observer* const observers[] = {&thrower};
  Trainer trainer(small_config(), source);
  trainer.begin(observers, never);
  CHECK(trainer.advance(5));
  CHECK_THROWS_AS(trainer.advance(5), std::runtime_error);
  CHECK_FALSE(trainer.advance(5));
  CHECK(trainer.state().global_step == 7);
  CHECK(weights_hash(trainer.parameters()) == run(seven, source).result.weights_hash);
}

}  // namespace train_resume_test
