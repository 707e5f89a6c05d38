#include "bench/part_bench.h"

#include <fmt/format.h>

#include <memory>
#include <numeric>

#include "bench/oracle.h"
#include "core/error.h"
#include "data/formats/idx_folder.h"
#include "engine/engine.h"
#include "model/initialize.h"
#include "train/part.h"

namespace strata::bench {

namespace {

constexpr int kPartRounds = 5;

// ---- load_idx_folder ----

/// Fashion-MNIST's published facts: 6,000 images a class, and the mean pixel of 0.2860 of white.
void check_load(const DataSource& source) {
  std::vector<std::size_t> counts(source.classes);
  for (const std::uint32_t label : source.train.labels) {
    ++counts[label];
  }
  const double mean = std::accumulate(source.train.pixels.begin(), source.train.pixels.end(), 0.0) /
                      (255.0 * static_cast<double>(source.train.pixels.size()));
  if (counts != std::vector<std::size_t>(10, 6000) || source.test.rows() != 10'000 || std::fabs(mean - 0.2860) > 5e-5) {
    throw failed_error("load_idx_folder: this is not Fashion-MNIST (mean {}, {} classes, {} test rows)", mean,
                       source.classes, source.test.rows());
  }
}

void bench_load(const Setup& setup, Report& report) {
  std::vector<Case> cases;
  for (const int threads : setup.threads()) {
    check_load(load_default_data(threads));
    cases.push_back(
        {{"load_idx_folder", "", 70'000, threads, "", ""}, Work::none, 0, [=] { load_default_data(threads); }});
  }
  run_contest(report, setup.effort, kPartRounds, cases);
}

// ---- fit_scaler ----

void check_scaler(const Scaler& scaler, const SamplesView& samples) {
  const std::size_t features = samples.features.columns();
  const auto rows = static_cast<double>(samples.rows());
  std::vector<double> mean(features);
  std::vector<double> scale(features);
  for (std::size_t r = 0; r < samples.rows(); ++r) {
    for (std::size_t f = 0; f < features; ++f) {
      mean[f] += samples.features(r, f) / rows;
    }
  }
  for (std::size_t r = 0; r < samples.rows(); ++r) {
    for (std::size_t f = 0; f < features; ++f) {
      const double deviation = samples.features(r, f) - mean[f];
      scale[f] += deviation * deviation / rows;
    }
  }
  for (double& variance : scale) {
    variance = variance < 1e-12 ? 1 : std::sqrt(variance);
  }
  expect_near("fit_scaler: mean", scaler.mean, mean, 255 * kRoundoff);
  expect_near("fit_scaler: scale", scaler.scale, scale, 255 * kRoundoff);
}

void bench_scaler(const Setup& setup, Report& report, const Dataset& train) {
  const auto rows = std::make_shared<std::vector<std::uint32_t>>(all_rows(train.rows()));
  std::vector<Case> cases;
  for (const int threads : setup.threads()) {
    const auto fit = [&train, rows, threads] { return fit_scaler(ScalerKind::standard, train.view(), *rows, threads); };
    check_scaler(fit(), train.view());
    cases.push_back({{"fit_scaler", "", train.rows(), threads, "", ""},
                     Work::bytes,
                     static_cast<double>(train.pixels.size()),
                     fit});
  }
  run_contest(report, setup.effort, kPartRounds, cases);
}

// ---- evaluation ----

/// The oracle's sum of losses and number of right answers.
LossSums exact_sums(const reference::Network& network, std::vector<double> values,
                    std::span<const std::uint32_t> labels) {
  for (const reference::DenseLayer& layer : network) {
    values = reference::dense_forward(layer, values);
    for (double& x : values) {
      x = reference::activate(layer.activation, x);
    }
  }
  const auto output = reference::softmax_cross_entropy(values, labels);
  LossSums sums{std::accumulate(output.row_losses.begin(), output.row_losses.end(), 0.0), 0};
  for (std::size_t r = 0; r < labels.size(); ++r) {
    sums.figure += output.predicted[r] == labels[r] ? 1.0 : 0.0;
  }
  return sums;
}

/// Two logits that differ by no more than roundings may change places: hence one right answer more or less.
void check_evaluation(const LossSums& sums, const LossSums& exact) {
  const double difference = std::fabs(sums.figure - exact.figure);
  if (!(std::fabs(sums.loss - exact.loss) <= 1e-6 * exact.loss) || difference > 1) {
    throw failed_error("evaluate: loss {} and {} right answers, not {} and {}", sums.loss, sums.figure, exact.loss,
                       exact.figure);
  }
}

void bench_evaluation(const Setup& setup, Report& report, const DataSource& source) {
  const Dataset& test = source.test;
  const ModelSpec model = model_of(default_widths());
  const Scaler scaler =
      fit_scaler(ScalerKind::standard, source.train.view(), all_rows(source.train.rows()), thread_counts().back());
  Parameters parameters(model.layers());
  initialize(parameters, Initializer::he_normal, Convention::keras, 42);
  const auto rows = std::make_shared<std::vector<std::uint32_t>>(all_rows(test.rows()));
  const LossSums exact = exact_sums(network_of(parameters), standardised(test.view(), *rows, scaler), test.labels);

  double operations = 0;
  for (const LayerSpec& layer : model.layers()) {
    operations += 2.0 * static_cast<double>(layer.inputs * layer.outputs * test.rows());
  }
  std::vector<Case> cases;
  for (const int threads : setup.threads()) {
    for (const auto& [kind, name] :
         {std::pair{EngineKind::onednn, "onednn"}, std::pair{EngineKind::panels, "panels"}}) {
      EnginePlan plan;
      plan.model = model;
      plan.groups = config_for(default_widths(), 32, threads).groups;
      plan.scaler = scaler;
      plan.train_batch_sizes = {32};
      plan.threads = threads;
      const std::shared_ptr<Engine> engine = make_engine(kind, std::move(plan));
      engine->import_parameters(parameters);
      check_evaluation(engine->evaluate(test.view(), *rows), exact);
      cases.push_back({{"evaluate", widths_text(default_widths()), test.rows(), threads, name, "f32"},
                       Work::operations,
                       operations,
                       [&test, rows, engine] { engine->evaluate(test.view(), *rows); }});
    }
  }
  run_contest(report, setup.effort, 2 * kPartRounds, cases);
}

}  // namespace

void bench_parts(const Setup& setup, Report& report, const DataSource& source) {
  report.start_table("What a run does besides its steps");
  bench_load(setup, report);
  bench_scaler(setup, report, source.train);
  bench_evaluation(setup, report, source);
}

}  // namespace strata::bench
