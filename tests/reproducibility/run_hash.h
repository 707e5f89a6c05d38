// A hash of all that a run leaves behind: weights, every quantity of the optimizers' state, and the figures it reports.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "core/hash.h"
#include "tests/train/recorder.h"
#include "tests/train/small_source.h"
#include "train/trainer.h"

namespace strata::test {

struct EndOfRun {
  RunResult result;
  RunSnapshot snapshot;  ///< of the last step: before the best epoch's weights take the place of its own
};

inline std::string hash_of(const EndOfRun& end) {
  Hash64 hash;
  hash.update(std::as_bytes(end.snapshot.parameters.values()));
  for (const Parameters& slot : end.snapshot.optimizers.slots) {
    hash.update(std::as_bytes(slot.values()));
  }
  const RunResult& r = end.result;
  hash.update(std::as_bytes(std::span(r.weights_hash)));
  for (const std::optional<double>& figure :
       {r.train_loss, find_figure(r.train_figures, "accuracy"), r.val_loss, find_figure(r.val_figures, "accuracy"),
        r.test_loss, find_figure(r.test_figures, "accuracy")}) {
    const double value = figure.value_or(-1);
    hash.update(std::as_bytes(std::span(&value, 1)));
  }
  return hash.hex();
}

/// Runs from `from`, or from the beginning, to the end or for `steps`.
inline EndOfRun run_to_end(const TrainConfig& config, const DataSource& source, const RunSnapshot* from = nullptr,
                           std::optional<std::uint64_t> steps = {}) {
  Trainer trainer(config, source, from != nullptr ? &from->parameters : nullptr);
  if (from != nullptr) {
    trainer.resume(*from);
  }
  std::optional<RunSnapshot> last;
  trainer.set_checkpoints([&](RunMoment moment) {
    if (moment == RunMoment::end) {
      last = trainer.snapshot();
    }
  });
  Recorder heard;
  Observer* const observers[] = {&heard};
  RunResult result = trainer.run(observers, [&] { return steps && heard.steps.size() >= *steps; });
  return {std::move(result), std::move(last.value())};
}

/// Of a run that is stopped after `steps` and goes on, on other threads.
inline EndOfRun run_in_two_parts(const TrainConfig& config, const DataSource& source, std::uint64_t steps,
                                 int other_threads) {
  const EndOfRun first = run_to_end(config, source, nullptr, steps);
  TrainConfig rest = config;
  rest.threads = other_threads;
  return run_to_end(rest, source, &first.snapshot);
}

}  // namespace strata::test
