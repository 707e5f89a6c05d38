#include "bench/kernel_bench.h"

#include <fmt/format.h>

#include <memory>
#include <numeric>

#include "bench/oracle.h"
#include "core/error.h"
#include "core/random.h"
#include "kernels/gather.h"
#include "kernels/onednn/threads.h"
#include "kernels/optimizer_update.h"
#include "kernels/softmax_cross_entropy.h"
#include "kernels/sums.h"

namespace strata::bench {

namespace onednn = kernels::onednn;

namespace {

constexpr int kKernelRounds = 15;
/// Rows of a loss that the engine gives to one thread at least.
constexpr std::size_t kLossGrain = 64;

std::vector<std::uint32_t> random_rows(std::size_t count, std::size_t bound) {
  const Random random(1, RandomStream::sampling);
  std::vector<std::uint32_t> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    rows[i] = static_cast<std::uint32_t>(random.below(bound, 1, i));
  }
  return rows;
}

// ---- gather_standardise ----

struct Gather {
  Gather(const Dataset& data, const Scaler& fitted, std::size_t batch)
      : samples(data.view()),
        scaler(fitted),
        factor(fitted.pixel_factor()),
        offset(fitted.pixel_offset()),
        rows(random_rows(batch, data.rows())),
        dst(batch * data.features) {}

  void run(int threads) {
    onednn::parallel(threads, [&](int thread, int count) {
      const auto [first, last] = onednn::share(rows.size(), 1, thread, count);
      const MatrixView<float> batch(dst.data(), rows.size(), samples.features.columns());
      kernels::gather_standardise(samples.features.pixels, std::span(rows).subspan(first, last - first), factor, offset,
                                  batch.rows(first, last - first));
    });
  }

  /// Factor, offset and the result are rounded once each, and no term is larger than (255 + mean) / scale.
  void check() const {
    double largest = 0;
    for (std::size_t f = 0; f < factor.size(); ++f) {
      largest = std::max(largest, double{factor[f]} * 255 + std::fabs(double{offset[f]}));
    }
    expect_near("gather_standardise", dst, standardised(samples, rows, scaler), 2 * kRoundoff * largest);
  }

  SamplesView samples;
  const Scaler& scaler;
  std::vector<float> factor;
  std::vector<float> offset;
  std::vector<std::uint32_t> rows;
  AlignedVector<float> dst;
};

void bench_gather(const Setup& setup, Report& report, const Dataset& train, const Scaler& scaler, std::size_t batch) {
  const auto gather = std::make_shared<Gather>(train, scaler, batch);
  std::vector<Case> cases;
  for (const int threads : setup.threads()) {
    std::ranges::fill(gather->dst, NAN);
    gather->run(threads);
    gather->check();
    cases.push_back({{"gather_standardise", "", batch, threads, "onednn", "f32"},
                     Work::bytes,
                     static_cast<double>(gather->dst.size() * sizeof(float)),
                     [=] { gather->run(threads); }});
  }
  run_contest(report, setup.effort, kKernelRounds, cases);
}

// ---- softmax_cross_entropy ----

struct Loss {
  Loss(std::size_t batch, std::size_t class_count)
      : classes(class_count),
        logits(random_floats(batch * classes, 5, 1)),
        labels(random_rows(batch, classes)),
        diff_logits(logits.size()),
        row_losses(batch),
        scratch_size(kernels::softmax_scratch_size(classes)) {}

  void run(int threads) {
    const std::size_t rows = labels.size();
    scratch.resize(scratch_size * static_cast<std::size_t>(threads));
    onednn::parallel(threads, [&](int thread, int count) {
      const auto [first, last] = onednn::share(rows, kLossGrain, thread, count);
      const std::size_t size = last - first;
      kernels::softmax_cross_entropy(
          MatrixView<const float>(logits.data(), rows, classes).rows(first, size),
          std::span(labels).subspan(first, size), static_cast<float>(rows),
          MatrixView<float>(diff_logits.data(), rows, classes).rows(first, size),
          std::span(row_losses).subspan(first, size),
          std::span(scratch).subspan(static_cast<std::size_t>(thread) * scratch_size, scratch_size));
    });
  }

  /// A loss is below 15, as logits differ by 10 at most; a sum of `classes` exponentials, each off by a few roundoffs
  /// times its exponent, is right to 30 of them.
  void check() const {
    const auto exact = reference::softmax_cross_entropy(to_double(logits), labels);
    expect_near("softmax_cross_entropy: row_losses", row_losses, exact.row_losses, 60 * kRoundoff);
    expect_near("softmax_cross_entropy: diff_logits", diff_logits, exact.diff_logits,
                30 * kRoundoff / static_cast<double>(labels.size()));
  }

  std::size_t classes;
  std::vector<float> logits;
  std::vector<std::uint32_t> labels;
  std::vector<float> diff_logits;
  std::vector<float> row_losses;
  std::size_t scratch_size;
  AlignedVector<float> scratch;
};

void bench_loss(const Setup& setup, Report& report, std::size_t batch) {
  std::vector<Case> cases;
  for (const int threads : setup.threads()) {
    if (batch < static_cast<std::size_t>(threads) * kLossGrain) {
      continue;
    }
    const auto loss = std::make_shared<Loss>(batch, model_of(default_widths()).outputs);
    loss->run(threads);
    loss->check();
    cases.push_back(
        {{"softmax_cross_entropy", "", batch, threads, "", "f32"}, Work::none, 0, [=] { loss->run(threads); }});
  }
  run_contest(report, setup.effort, kKernelRounds, cases);
}

// ---- apply_update ----

struct Rule {
  kernels::UpdateRule rule;
  std::string_view name;
  std::size_t state_slots;
};

constexpr Rule kRules[] = {
    {kernels::UpdateRule::sgd, "sgd", 0},
    {kernels::UpdateRule::sgd_keras, "sgd_keras", 1},
    {kernels::UpdateRule::nesterov_keras, "nesterov_keras", 1},
    {kernels::UpdateRule::sgd_torch, "sgd_torch", 1},
    {kernels::UpdateRule::nesterov_torch, "nesterov_torch", 1},
    {kernels::UpdateRule::adam, "adam", 2},
};

constexpr double kRate = 0.01;
constexpr double kMomentum = 0.9;
constexpr reference::AdamConstants kAdam{0.9, 0.999, 1e-7};
constexpr std::uint64_t kStep = 3;

/// All weights of a model with their gradient and optimizer state.
struct Update {
  Update(const Rule& entry, std::size_t size)
      : rule(entry),
        weights(random_floats(size, 1, 1)),
        gradient(random_floats(size, 1, 2)),
        state{random_floats(size, 0.1, 3), random_floats(size, 1, 4)} {
    for (float& moment : state[1]) {
      moment *= moment;
    }
  }

  kernels::OptimizerUpdate scalars() const {
    const double adam_rate = kRate * std::sqrt(1 - std::pow(kAdam.beta2, kStep)) / (1 - std::pow(kAdam.beta1, kStep));
    kernels::OptimizerUpdate update;
    update.rule = rule.rule;
    update.rate = static_cast<float>(rule.rule == kernels::UpdateRule::adam ? adam_rate : kRate);
    update.momentum = static_cast<float>(kMomentum);
    update.one_minus_beta1 = static_cast<float>(1 - kAdam.beta1);
    update.one_minus_beta2 = static_cast<float>(1 - kAdam.beta2);
    update.epsilon = static_cast<float>(kAdam.epsilon);
    return update;
  }

  void run(int threads) {
    const kernels::OptimizerUpdate update = scalars();
    onednn::parallel(threads, [&](int thread, int count) {
      const auto [first, last] = onednn::share(weights.size(), kAlignment, thread, count);
      const std::size_t size = last - first;
      std::array<std::span<float>, kernels::kMaxStateSlots> part;
      for (std::size_t slot = 0; slot < rule.state_slots; ++slot) {
        part[slot] = std::span(state[slot]).subspan(first, size);
      }
      kernels::apply_update(update, std::span(weights).subspan(first, size), std::span(gradient).subspan(first, size),
                            part);
    });
  }

  void apply_reference(reference::OptimizedElement& x, double g) const {
    using enum kernels::UpdateRule;
    switch (rule.rule) {
      case sgd:
        return reference::sgd(x, g, kRate);
      case sgd_keras:
      case nesterov_keras:
        return reference::sgd_momentum_keras(x, g, kRate, kMomentum, rule.rule == nesterov_keras);
      case sgd_torch:
      case nesterov_torch:
        return reference::sgd_momentum_torch(x, g, kRate, kMomentum, rule.rule == nesterov_torch, kStep);
      case adam:
        return reference::adam_keras(x, g, kRate, kAdam, kStep);
      default:  // none of kRules
        return;
    }
  }

  /// Runs the update: some eight rounded operations on terms that are at most 1, but for Adam's step, which is at most
  /// 1 more than the weight it leads to.
  void check(int threads) {
    const Update before = *this;
    run(threads);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      reference::OptimizedElement x{before.weights[i], before.state[0][i], before.state[1][i]};
      apply_reference(x, before.gradient[i]);
      const double bound = 8 * kRoundoff * (3 + std::fabs(x.w));
      const bool right = std::fabs(weights[i] - x.w) <= bound && std::fabs(state[0][i] - x.first) <= bound &&
                         std::fabs(state[1][i] - x.second) <= bound;
      if (!right) {
        throw failed_error("apply_update {}: weight {} is {}, not {}, or its state is wrong", rule.name, i, weights[i],
                           x.w);
      }
    }
  }

  /// Weights and state are read and written, the gradient is read.
  double bytes() const { return static_cast<double>((3 + 2 * rule.state_slots) * weights.size() * sizeof(float)); }

  Rule rule;
  std::vector<float> weights;
  std::vector<float> gradient;
  std::array<std::vector<float>, kernels::kMaxStateSlots> state;
};

void bench_update(const Setup& setup, Report& report, const Rule& rule) {
  std::vector<Case> cases;
  const std::size_t size = model_of(default_widths()).parameter_count();
  for (const int threads : setup.threads()) {
    const auto update = std::make_shared<Update>(rule, size);
    update->check(threads);
    cases.push_back({{fmt::format("apply_update {}", rule.name), "", size, threads, "onednn", "f32"},
                     Work::bytes,
                     update->bytes(),
                     [=] { update->run(threads); }});
  }
  run_contest(report, setup.effort, kKernelRounds, cases);
}

// ---- sum_in_blocks ----

void bench_sum(const Setup& setup, Report& report, std::size_t size) {
  const auto values = std::make_shared<std::vector<float>>(random_floats(size, 5, 1));
  const auto sum = std::make_shared<double>(kernels::sum_in_blocks(*values));
  const double exact = std::accumulate(values->begin(), values->end(), 0.0);
  if (!(std::fabs(*sum - exact) <= 1e-9)) {
    throw failed_error("sum_in_blocks of {} values is {}, not {}", size, *sum, exact);
  }
  run_contest(report, setup.effort, kKernelRounds,
              {{{"sum_in_blocks", "", size, 1, "", "f32"}, Work::bytes, static_cast<double>(size * sizeof(float)), [=] {
                  *sum = kernels::sum_in_blocks(*values);
                }}});
}

}  // namespace

void bench_kernels(const Setup& setup, Report& report, const Dataset& train) {
  report.start_table("Kernels that are cut among threads as the engine cuts them");
  std::vector<std::uint32_t> rows(train.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  const Scaler scaler = fit_scaler(ScalerKind::standard, train.view(), rows, thread_counts().back());
  for (const std::size_t batch : setup.kernel_batches()) {
    bench_gather(setup, report, train, scaler, batch);
  }
  for (const std::size_t batch : setup.kernel_batches()) {
    bench_loss(setup, report, batch);
  }
  for (const Rule& rule : kRules) {
    bench_update(setup, report, rule);
  }
  for (const std::size_t size : {std::size_t{1024}, std::size_t{10'000}}) {
    bench_sum(setup, report, size);
  }
}

}  // namespace strata::bench
