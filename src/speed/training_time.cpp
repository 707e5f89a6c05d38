#include "speed/training_time.h"

#include <array>
#include <utility>

#include "core/error.h"

namespace strata {

void TimedRun::Clock::on_step(const StepInfo& info) {
  if (info.epoch != epoch) {
    before = so_far;
    epoch = info.epoch;
  }
  so_far = {so_far.steps + 1, before.rows + info.rows, before.seconds + info.train_seconds};
  loss = info.loss;
}

TimedRun::TimedRun(const std::function<Trainer()>& make) : trainer_(make()) {
  const std::array<Observer*, 1> observers{&clock_};
  trainer_.begin(observers, {});
}

TimedSteps TimedRun::train(std::size_t steps) {
  const TimedSteps start = clock_.so_far;
  const std::size_t end = start.steps + steps;
  while (clock_.so_far.steps < end) {
    if (!trainer_.advance(end - clock_.so_far.steps)) {
      throw failed_error("the loss is no longer finite after {} steps; give smaller learning rates",
                         clock_.so_far.steps);
    }
  }
  const TimedSteps& now = clock_.so_far;
  return {now.steps - start.steps, now.rows - start.rows, now.seconds - start.seconds};
}

double time_training(const DataSource& source, TrainConfig config, std::size_t steps) {
  config.epochs = 1'000'000;
  TimedRun run([&] { return Trainer(config, source); });
  run.train((steps + 9) / 10);
  return run.train(steps).seconds / static_cast<double>(steps);
}

double training_operations(const ModelSpec& model, const std::vector<bool>& trained) {
  double operations = 0;
  bool needs_gradient = false;  // of the layer's inputs: a layer below is trained
  for (std::size_t l = 0; l < model.layer_count(); ++l) {
    const LayerSpec layer = model.layer(l);
    const int products = 1 + (trained[l] ? 1 : 0) + (needs_gradient ? 1 : 0);
    operations += 2.0 * static_cast<double>(layer.inputs * layer.outputs) * products;
    needs_gradient = needs_gradient || trained[l];
  }
  return operations;
}

double training_operations(const ModelSpec& model) {
  return training_operations(model, std::vector<bool>(model.layer_count(), true));
}

}  // namespace strata
