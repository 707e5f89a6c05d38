#include "watch/progress_line.h"

#include <limits>

#include "tests/catch.h"

namespace watch_progress_line_test {

using namespace strata;
using namespace strata::watch;

namespace {

constexpr ProgressScale kScale{.epochs = 10, .steps_per_epoch = 1500};

StepInfo step() {
  StepInfo info;
  info.epoch = 3;
  info.step = 1200;
  info.mean_loss = 0.40123;
  info.mean_figure = {"accuracy", 0.85714};
  info.train_seconds = 8.0;
  info.rows = 329'840;
  return info;
}

EpochInfo epoch() {
  EpochInfo info;
  info.epoch = 3;
  info.train_loss = 0.3987;
  info.train_figures = {{"accuracy", 0.859}};
  info.val_loss = 0.3651;
  info.val_figures = {{"accuracy", 0.8723}};
  info.seconds = 1.26;
  info.samples_per_second = 41'230;
  return info;
}

}  // namespace

TEST_CASE("the live line has everything where there is room", "[watch]") {
  CHECK(live_line(step(), kScale, 120) ==
        "Epoch  3/10  [######################------]  1200/1500  loss 0.4012  accuracy 0.8571  41,230 samples/s  0:02 "
        "left");
  CHECK(live_line(step(), kScale, 81) ==
        "Epoch  3/10  1200/1500  loss 0.4012  accuracy 0.8571  41,230 samples/s  0:02 left");
  CHECK(live_line(step(), kScale, 63) == "Epoch  3/10  1200/1500  loss 0.4012  accuracy 0.8571  0:02 left");
  CHECK(live_line(step(), kScale, 52) == "Epoch  3/10  1200/1500  loss 0.4012  accuracy 0.8571");
  CHECK(live_line(step(), kScale, 42) == " 3/10  1200/1500  loss 0.4012  acc 0.8571");
  CHECK(live_line(step(), kScale, 30) == " 3/10 1200/1500 0.4012 0.8571");
}

TEST_CASE("the epoch line has everything where there is room", "[watch]") {
  CHECK(epoch_line(epoch(), 1500, kScale, kUnlimitedWidth) ==
        "Epoch  3/10  1500/1500  loss 0.3987  accuracy 0.8590  val loss 0.3651  val accuracy 0.8723  41,230 samples/s  "
        "1.3 s");
  CHECK(epoch_line(epoch(), 1500, kScale, 79) ==
        "Epoch  3/10  1500/1500  loss 0.3987  acc 0.8590  val loss 0.3651  acc 0.8723");
  EpochInfo without = epoch();
  without.val_loss.reset();
  CHECK(epoch_line(without, 1500, kScale, 60) == "Epoch  3/10  1500/1500  loss 0.3987  accuracy 0.8590  1.3 s");
}

TEST_CASE("no line is wider than asked, whatever the figures", "[watch]") {
  StepInfo diverged = step();
  diverged.mean_loss = std::numeric_limits<double>::infinity();
  diverged.train_seconds = 0;
  StepInfo large = step();
  large.mean_loss = 1e300;
  for (std::size_t width = 20; width <= 200; ++width) {
    CAPTURE(width);
    for (const StepInfo& info : {step(), diverged, large}) {
      CHECK(live_line(info, kScale, width).size() <= width);
    }
    CHECK(epoch_line(epoch(), 1500, kScale, width).size() <= width);
  }
}

}  // namespace watch_progress_line_test
