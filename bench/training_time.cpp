#include "bench/training_time.h"

#include <utility>

#include "train/metrics.h"
#include "train/trainer.h"

namespace strata::bench {

namespace {

/// Seconds a step of training, over the steps after the first tenth.
class StepClock : public Observer {
 public:
  explicit StepClock(std::size_t steps) : warm_up_((steps + 9) / 10), steps_(warm_up_ + steps) {}

  void on_step(const StepInfo& info) override {
    if (info.global_step == warm_up_) {
      clock_ = {};
    } else if (info.global_step == steps_) {
      seconds_ = clock_.seconds() / static_cast<double>(steps_ - warm_up_);
    }
  }
  bool done() const { return seconds_ > 0; }
  double seconds() const { return seconds_; }

 private:
  std::size_t warm_up_;
  std::size_t steps_;
  Stopwatch clock_;
  double seconds_ = 0;
};

}  // namespace

double time_training(const DataSource& source, TrainConfig config, std::size_t steps) {
  config.epochs = 1'000'000;
  StepClock clock(steps);
  Observer* const observer = &clock;
  Trainer(std::move(config), source).run({&observer, 1}, [&] { return clock.done(); });
  return clock.seconds();
}

}  // namespace strata::bench
