#include "run/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "core/nearest.h"
#include "core/threads.h"
#include "kernels/fma_peak.h"
#include "kernels/instruction_set.h"
#include "run/start.h"
#include "settings/choices.h"
#include "settings/option.h"
#include "settings/parse_value.h"
#include "settings/settings_json.h"
#include "speed/training_time.h"
#include "train/run_setup.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kRounds = 7;
constexpr double kMostSecondsOfARow = 2.5;
constexpr double kSecondsOfAPeak = 0.004;
constexpr double kAlike = 0.03;  // rows whose speeds differ by less suit as well

/// The texts between the commas, each once.
std::vector<std::string_view> list_of(std::string_view option, std::string_view text) {
  std::vector<std::string_view> parts = split(text, ',');
  for (auto part = parts.begin(); part != parts.end(); ++part) {
    if (std::find(parts.begin(), part, *part) != part) {
      throw usage_error("{}: names {} twice", field(option), *part);
    }
  }
  return parts;
}

template <class T>
std::vector<T> numbers_of(const Given& given, std::string_view option, std::uint64_t most) {
  std::vector<T> numbers;
  for (const std::string_view part : list_of(option, given.text(option))) {
    numbers.push_back(static_cast<T>(parse_whole(option, part, 1, most)));
  }
  return numbers;
}

template <class T, class Table>
std::vector<T> chosen_of(const Given& given, std::string_view option, const Table& table) {
  std::vector<T> values;
  for (const std::string_view part : list_of(option, given.text(option))) {
    const auto entry = std::ranges::find_if(table, [&](const auto& each) { return each.name == part; });
    if (entry == table.end()) {
      throw usage_error("{}: expected {}, with commas between several, found '{}'", field(option),
                        join_names(names_of(table)), part);
    }
    values.push_back(entry->value);
  }
  return values;
}

/// 1, 2, 4, … and all that there are.
std::vector<int> thread_counts() {
  const int all = available_threads();
  std::vector<int> counts;
  for (int count = 1; count < all; count *= 2) {
    counts.push_back(count);
  }
  counts.push_back(all);
  return counts;
}

bool computes_bf16() {
  try {
    require_bf16();
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool is_panels(EngineKind engine) { return engine == EngineKind::panels; }

std::vector<kernels::Precision> asked_precisions(const Given& given, const std::vector<EngineKind>& engines,
                                                 kernels::InstructionSet isa) {
  if (given.given("precision")) {
    return chosen_of<kernels::Precision>(given, "precision", kPrecisions);
  }
  const bool bf16 =
      isa == kernels::InstructionSet::automatic && computes_bf16() && !std::ranges::all_of(engines, is_panels);
  return bf16 ? std::vector{kernels::Precision::f32, kernels::Precision::bf16} : std::vector{kernels::Precision::f32};
}

std::vector<EngineKind> asked_kinds(const Given& given, kernels::InstructionSet isa) {
  if (given.given("engine")) {
    return chosen_of<EngineKind>(given, "engine", kEngines);
  }
  const bool panels = kernels::instruction_set_name(isa) != "baseline" && given.text("precision") != "bf16";
  return panels ? std::vector{EngineKind::panels, EngineKind::onednn} : std::vector{EngineKind::onednn};
}

/// Every engine in every precision that it has. None that is asked for stays without a row.
std::vector<BenchEngine> asked_engines(const Given& given, kernels::InstructionSet isa) {
  const std::vector<EngineKind> kinds = asked_kinds(given, isa);
  const std::vector<kernels::Precision> precisions = asked_precisions(given, kinds, isa);
  const bool has_f32 = std::ranges::find(precisions, kernels::Precision::f32) != precisions.end();
  const bool only_panels = std::ranges::all_of(kinds, is_panels);
  std::vector<BenchEngine> all;
  for (const kernels::Precision precision : precisions) {
    for (const EngineKind kind : kinds) {
      const bool bf16 = precision == kernels::Precision::bf16;
      if (bf16 && is_panels(kind) && has_f32 && !only_panels) {
        continue;  // each of the two has other rows
      }
      check_computing(kind, precision, isa);
      if (bf16) {
        require_bf16();
      }
      all.push_back({kind, precision});
    }
  }
  return all;
}

/// The same run by another row of the table.
RunSettings settings_of(const BenchSettings& bench, std::size_t batch_size, int threads, const BenchEngine& by) {
  RunSettings settings = bench.run;
  settings.config.batch_size = batch_size;
  settings.config.threads = threads;
  settings.config.engine = by.engine;
  settings.config.precision = by.precision;
  return settings;
}

std::string network_text(const ModelSpec& model) {
  std::string text = fmt::format("{}", model.inputs);
  for (const std::size_t size : model.hidden) {
    text += fmt::format("-{}", size);
  }
  return text + fmt::format("-{}", model.outputs);
}

std::vector<bool> trained_layers(const ModelSpec& model, const std::vector<ParameterGroup>& groups) {
  EnginePlan plan;
  plan.model = model;
  plan.groups = groups;
  return plan.trained_layers();
}

/// What the first steps of a batch size must give, whoever computes them: panels' losses, or those of whoever is first.
class FirstLosses {
 public:
  void check(double loss, std::size_t step, const std::string& who, kernels::Precision precision) {
    if (losses_.size() < step) {
      losses_.push_back(loss);
      who_ = who;
    }
    const double expected = losses_[step - 1];
    const double error = precision == kernels::Precision::bf16 ? kBf16Error : kError;
    if (!(std::fabs(loss - expected) <= error * std::max(std::fabs(expected), kSmallLoss))) {
      throw failed_error("the loss of step {} is {} by {}, but {} by {}: they do not compute the same", step, loss, who,
                         expected, who_);
    }
  }

 private:
  static constexpr double kError = 1e-3;  // roundings of fp32, within two steps
  static constexpr double kBf16Error = 0.1;
  static constexpr double kSmallLoss = 1e-3;

  std::vector<double> losses_;
  std::string who_;
};

/// One row that is measured.
class BenchContestant {
 public:
  BenchContestant(RunSettings settings, const DataSource& source, FirstLosses& losses)
      : settings_(std::move(settings)), run_([&] { return make_trainer(settings_, source); }) {
    row_.batch_size = settings_.config.batch_size;
    row_.threads = settings_.config.threads;
    const std::string name = run_.trainer().engine_name();  // onednn 2.6.3
    row_.engine = name.substr(0, name.find(' '));
    row_.precision = settings_.config.precision;
    const std::string who = fmt::format("{} on {} threads", name, row_.threads);
    for (std::size_t step = 1; step <= 2; ++step) {
      run_.train(1);
      losses.check(run_.loss(), step, who, row_.precision);
    }
    train(1);
  }

  double estimate() const { return estimate_; }

  /// Steps for about `seconds`, but one at least, after a few to warm up. Returns the seconds a step. On a machine that
  /// others use a step may take many times as long as the last one, so the clock is asked between a few.
  double round(double seconds) {
    constexpr double kParts = 8;
    const auto part = [&] { return std::max<std::size_t>(1, static_cast<std::size_t>(seconds / kParts / estimate_)); };
    const Stopwatch clock;
    train(part());
    TimedSteps sum;
    do {
      const TimedSteps timed = train(part());
      sum = {sum.steps + timed.steps, sum.rows + timed.rows, sum.seconds + timed.seconds};
    } while (clock.seconds() < seconds);
    rows_a_step_ = static_cast<double>(sum.rows) / static_cast<double>(sum.steps);
    return sum.seconds / static_cast<double>(sum.steps);
  }

  BenchRow row(double seconds, double peak) const {
    const ModelSpec& model = run_.trainer().model();
    BenchRow row = row_;
    row.microseconds = seconds * 1e6;
    row.samples_per_second = rows_a_step_ / seconds;
    row.gflops =
        row.samples_per_second * 1e-9 * training_operations(model, trained_layers(model, settings_.config.groups));
    row.share_of_peak = row.gflops / peak;
    return row;
  }

 private:
  TimedSteps train(std::size_t steps) {
    const TimedSteps timed = run_.train(steps);
    estimate_ = timed.seconds / static_cast<double>(timed.steps);
    return timed;
  }

  RunSettings settings_;
  TimedRun run_;
  BenchRow row_;
  double estimate_ = 0;     ///< seconds a step, of the last ones
  double rows_a_step_ = 0;  ///< fewer than the batch size, if an epoch's last batch is smaller
};

/// All engines at one batch size on one number of threads, in turns with the CPU's peak.
std::vector<BenchRow> measure_engines(const BenchSettings& settings, const DataSource& source, std::size_t batch_size,
                                      int threads, double seconds_a_row, FirstLosses& losses) {
  std::vector<std::unique_ptr<BenchContestant>> contestants;
  std::vector<std::function<double()>> turns;
  double seconds_a_round = 0;
  for (const BenchEngine& by : settings.engines) {
    contestants.push_back(
        std::make_unique<BenchContestant>(settings_of(settings, batch_size, threads, by), source, losses));
    BenchContestant* const contestant = contestants.back().get();
    seconds_a_round += std::max(contestant->estimate() * 2, seconds_a_row / kRounds);
    turns.emplace_back([contestant, seconds_a_row] {
      wait_until_others_sleep();
      return contestant->round(seconds_a_row / kRounds);
    });
  }
  turns.emplace_back([&] {
    wait_until_others_sleep();
    return 1 / kernels::fma_peak(threads, kSecondsOfAPeak, settings.run.config.instruction_set);
  });
  const double rounds = seconds_a_row * static_cast<double>(contestants.size()) / seconds_a_round;
  const std::vector<Timing> timings = alternate(std::clamp(static_cast<int>(rounds), 1, kRounds), turns);
  std::vector<BenchRow> rows;
  for (std::size_t c = 0; c < contestants.size(); ++c) {
    rows.push_back(contestants[c]->row(timings[c].best, 1 / timings.back().best));
  }
  return rows;
}

Json row_json(const BenchRow& row) {
  return {{"batch_size", row.batch_size},
          {"threads", row.threads},
          {"engine", row.engine},
          {"precision", name_of(kPrecisions, row.precision)},
          {"microseconds", row.microseconds},
          {"samples_per_second", row.samples_per_second},
          {"gflops", row.gflops},
          {"share_of_peak", row.share_of_peak}};
}

}  // namespace

BenchSettings bench_settings(const Given& asked) {
  constexpr std::uint64_t kMostThreads = 1024;
  constexpr std::uint64_t kMostRows = std::numeric_limits<std::int32_t>::max();
  const Given given = without_overruled_start(asked);
  BenchSettings settings;
  settings.batch_sizes = numbers_of<std::size_t>(given, "batch-size", kMostRows);
  settings.threads = given.given("threads") ? numbers_of<int>(given, "threads", kMostThreads) : thread_counts();
  settings.seconds = parse_duration("max-time", given.text("max-time"));

  GivenTexts texts = shaping_texts(given);
  for (const char* measured : {"batch-size", "engine", "precision", "max-time"}) {
    texts.erase(measured);
  }
  texts["epochs"] = {fmt::format("{}", std::numeric_limits<std::uint32_t>::max())};
  settings.run = run_settings(checked(run_options(), std::move(texts)), starting_model(given));
  settings.run.config.validation_split = 0;
  for (ParameterGroup& group : settings.run.config.groups) {
    group.optimizer.schedule = {};  // no rate ends before the measuring does
    group.optimizer.rate_changes.clear();
  }
  settings.engines = asked_engines(given, settings.run.config.instruction_set);
  return settings;
}

DataSource bench_data(const RunSettings& settings) {
  DataSource source = run_data(settings);
  source.validation = {};
  source.test = {};
  return source;
}

std::size_t best_row(const std::vector<BenchRow>& rows) {
  const auto fastest = std::ranges::max_element(rows, {}, &BenchRow::samples_per_second);
  const auto worse = [](const BenchRow& row) {
    return std::tuple(row.precision != kernels::Precision::f32, row.engine != "panels", row.threads);
  };
  std::size_t best = static_cast<std::size_t>(fastest - rows.begin());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].samples_per_second >= (1 - kAlike) * fastest->samples_per_second &&
        worse(rows[i]) < worse(rows[best])) {
      best = i;
    }
  }
  return best;
}

BenchResult bench(const BenchSettings& settings, const DataSource& source,
                  const std::function<void(std::size_t batch_size, int threads)>& begins) {
  const LoadWatch watch;
  BenchResult result;
  result.network = network_text(model_for(settings.run.config, source));
  const double rows = static_cast<double>(settings.batch_sizes.size() * settings.threads.size()) *
                      static_cast<double>(settings.engines.size());
  const double seconds_a_row = std::min(settings.seconds / rows, kMostSecondsOfARow);
  for (const std::size_t batch_size : settings.batch_sizes) {
    FirstLosses losses;
    for (const int threads : settings.threads) {
      begins(batch_size, threads);
      for (BenchRow& row : measure_engines(settings, source, batch_size, threads, seconds_a_row, losses)) {
        result.rows.push_back(std::move(row));
      }
    }
  }
  result.best = best_row(result.rows);
  result.load = watch.load();
  return result;
}

Json to_json(const BenchResult& result) {
  Json rows = Json::array();
  for (const BenchRow& row : result.rows) {
    rows.push_back(row_json(row));
  }
  return {{"network", result.network},
          {"load", {{"others", result.load.others}, {"stolen", result.load.stolen}}},
          {"rows", std::move(rows)},
          {"best", row_json(result.rows[result.best])}};
}

}  // namespace strata
