// Cases of trainers: steps, snapshots, rates, gradients, weights, and what goes on from what was learnt.
#include <strata.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "tests/library/calls.h"
#include "tests/library/support.h"

namespace strata::calls {

/// Epochs end where they should, histories and results are there, and pieces of any size give the same weights.
void steps() {
  Rings rings;
  Trainer whole(rings.get(), kSettings);
  strata_progress at = whole.run(0);
  EXPECT(at.epoch == 1 && at.epoch_ended == 1 && at.ended == 0 && at.step == at.steps_per_epoch);
  EXPECT(at.global_step == at.steps_per_epoch && at.mean_loss > 0 && at.val_loss > 0 && at.val_figure > 0);
  char* json = nullptr;
  EXPECT(strata_trainer_result(whole.get(), &json) == STRATA_WRONG_SETTINGS && json == nullptr);
  const std::string hash = whole.finish();
  EXPECT(whole.run(0).ended == 1 && whole.hash() == hash);
  EXPECT(strata_trainer_history(whole.get(), &json) == 0);
  EXPECT(taken(json).find("\"epoch\":3,\"global_step\"") != std::string::npos);
  EXPECT(strata_trainer_result(whole.get(), &json) == 0);
  EXPECT(taken(json).find("\"weights_hash\":\"" + hash + "\"") != std::string::npos);
  EXPECT(strata_trainer_info(whole.get(), &json) == 0);
  const std::string info = taken(json);
  EXPECT(info.find("\"train_rows\":480") != std::string::npos &&
         info.find("\"engine\":\"panels\"") != std::string::npos);

  Trainer pieces(rings.get(), kSettings);
  at = pieces.run(7);
  EXPECT(at.step == 7 && at.epoch == 1 && at.epoch_ended == 0 && at.loss > 0);
  while (at.ended == 0) {
    at = pieces.run(4);
  }
  EXPECT(pieces.hash() == hash);
  EXPECT(at.epoch == 3 && at.epoch_ended == 1);
}

/// A run that goes on from a snapshot, in this trainer and in another one, makes the same steps; rates are kept.
void snapshots() {
  Rings rings;
  Trainer first(rings.get(), kSettings);
  EXPECT(first.run(20).step == 15);  // the epoch has no more
  EXPECT(strata_trainer_set_rate(first.get(), "lower", 0.03) == 0);
  first.run(3);
  const std::string kept = first.snapshot();
  const std::string there = first.hash();
  const std::string end = first.finish();
  EXPECT(strata_trainer_restore(first.get(), kept.data(), kept.size()) == 0 && first.hash() == there);
  EXPECT(first.finish() == end);
  Trainer second(rings.get(), R"({"hidden": [16, 8], "lower": "sgd,lr=0.1,momentum=0.9", "upper": "adam,lr=0.01",
                                  "epochs": 3, "threads": 1})");
  EXPECT(strata_trainer_restore(second.get(), kept.data(), kept.size()) == 0 && second.hash() == there);
  strata_progress at;
  EXPECT(strata_trainer_position(second.get(), &at) == 0 && at.global_step == 18 && at.epoch == 2);
  double rate = 0;
  EXPECT(strata_trainer_rate(second.get(), "lower", &rate) == 0 && rate == 0.03);
  EXPECT(second.finish() == end);
  // The end is a moment to go on from, too, with more epochs.
  const std::string ended = second.snapshot();
  Trainer longer(rings.get(), R"({"hidden": [16, 8], "lower": "sgd,lr=0.1,momentum=0.9", "upper": "adam,lr=0.01",
                                  "epochs": 5})");
  EXPECT(strata_trainer_restore(longer.get(), ended.data(), ended.size()) == 0);
  EXPECT(longer.run(0).epoch == 4);
  Trainer other(rings.get(), R"({"hidden": [16], "epochs": 3})");
  EXPECT(strata_trainer_restore(other.get(), kept.data(), kept.size()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_restore(first.get(), kept.data(), kept.size() - 1) == STRATA_BAD_DATA);
  std::string damaged = kept;
  damaged[damaged.size() / 2] ^= 1;
  EXPECT(strata_trainer_restore(first.get(), damaged.data(), damaged.size()) == STRATA_BAD_DATA);
  EXPECT(strata_trainer_restore(first.get(), "", 0) == STRATA_BAD_DATA);
}

/// Restoring the best epoch: the end's snapshot is of the last step all the same.
void best() {
  Rings rings;
  const char* const settings = R"({"hidden": [16], "lower": "sgd,lr=2", "upper": "sgd,lr=2", "epochs": 6,
                                   "restore_best": true})";
  Trainer trainer(rings.get(), settings);
  Model none;
  EXPECT(strata_trainer_model(trainer.get(), 1, &none.handle) == STRATA_WRONG_SETTINGS);
  trainer.run(0);
  Model model;
  EXPECT(strata_trainer_model(trainer.get(), 1, &model.handle) == 0);
  trainer.finish();
  const std::string end = trainer.snapshot();
  Trainer again(rings.get(), settings);
  EXPECT(strata_trainer_restore(again.get(), end.data(), end.size()) == 0);
  EXPECT(again.run(0).global_step == trainer.run(0).global_step);
  EXPECT(again.finish() == trainer.hash());
}

void rates() {
  Rings rings;
  Trainer trainer(rings.get(),
                  R"({"hidden": [8], "lower": "sgd,lr=0.1,schedule=cosine", "upper": "freeze", "epochs": 2})");
  EXPECT(strata_trainer_group_count(trainer.get()) == 2);
  EXPECT(std::strcmp(strata_trainer_group_name(trainer.get(), 0), "lower") == 0);
  EXPECT(strata_trainer_group_name(trainer.get(), 2) == nullptr);
  double rate = 0;
  EXPECT(strata_trainer_rate(trainer.get(), "lower", &rate) == 0 && rate > 0.09);
  EXPECT(strata_trainer_rate(trainer.get(), "upper", &rate) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_rate(trainer.get(), "middle", &rate) == STRATA_WRONG_SETTINGS);
  for (const double wrong : {-1.0, std::numeric_limits<double>::infinity()}) {
    EXPECT(strata_trainer_set_rate(trainer.get(), "lower", wrong) == STRATA_WRONG_SETTINGS);
  }
  const std::string start = trainer.hash();
  EXPECT(strata_trainer_set_rate(trainer.get(), "lower", 0) == 0);
  trainer.run(3);
  EXPECT(trainer.hash() == start);  // nothing moves at a rate of 0
  EXPECT(strata_trainer_set_rate(trainer.get(), "lower", std::nan("")) == 0);
  EXPECT(strata_trainer_rate(trainer.get(), "lower", &rate) == 0 && rate > 0);
  trainer.run(1);
  EXPECT(trainer.hash() != start);
}

void gradients() {
  Rings rings;
  Trainer plain(rings.get(), kSettings);
  Trainer measured(rings.get(), kSettings);
  double norms[3] = {};
  EXPECT(strata_trainer_gradient_norms(measured.get(), norms, 3) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_measure_gradients(measured.get(), 1) == 0);
  measured.run(5);
  EXPECT(strata_trainer_gradient_norms(measured.get(), norms, 3) == 0);
  EXPECT(norms[0] > 0 && norms[1] > 0 && norms[2] > 0 && norms[2] < 100);
  EXPECT(strata_trainer_gradient_norms(measured.get(), norms, 2) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_measure_gradients(measured.get(), 0) == STRATA_WRONG_SETTINGS);
  EXPECT(measured.finish() == plain.finish());
}

void tensors() {
  Rings rings;
  Trainer trainer(rings.get(), kSettings);
  char* json = nullptr;
  EXPECT(strata_trainer_tensors(trainer.get(), &json) == 0);
  EXPECT(taken(json).find(R"({"name":"layers.0.weight","shape":[16,2]})") != std::string::npos);
  std::vector<float> weight(32);
  EXPECT(strata_trainer_tensor(trainer.get(), "layers.0.weight", weight.data(), 32) == 0 && weight[5] != 0);
  EXPECT(strata_trainer_tensor(trainer.get(), "layers.0.weight", weight.data(), 31) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_tensor(trainer.get(), "layers.3.weight", weight.data(), 32) == STRATA_WRONG_SETTINGS);
  Model model;
  EXPECT(strata_trainer_model(trainer.get(), 0, &model.handle) == 0);
  std::vector<float> same(32);
  EXPECT(strata_model_tensor(model.handle, "layers.0.weight", same.data(), 32) == 0 && same == weight);
}

/// Another thread ends a run within a step; the next call goes on, and the weights are those of a run in one piece.
void stopping() {
  Rings rings;
  const char* const settings = R"({"hidden": [64, 32], "epochs": 400})";
  Trainer whole(rings.get(), settings);
  Trainer stopped(rings.get(), settings);
  strata_trainer_stop(stopped.get());
  EXPECT(stopped.run(0, STRATA_STOPPED).global_step == 0);
  EXPECT(std::string(strata_message()) == "stopped on request");
  std::atomic<int> asked = 0;
  std::atomic<int> stops = 0;
  std::atomic<bool> over = false;
  std::thread other([&] {
    for (int i = 0; i < 50 && !over; ++i) {
      ++asked;
      strata_trainer_stop(stopped.get());
      while (stops < asked && !over) {
        std::this_thread::yield();
      }
    }
  });
  while (asked == 0) {  // the first request finds a run that is not over, however slow this thread is
    std::this_thread::yield();
  }
  strata_progress at{};
  while (at.ended == 0) {
    const int code = strata_trainer_run(stopped.get(), 1, &at);  // short calls: many a request comes between two
    EXPECT(code == 0 || code == STRATA_STOPPED);
    stops += code == STRATA_STOPPED ? 1 : 0;
  }
  over = true;
  other.join();
  EXPECT(stops > 0);
  EXPECT(stops >= asked - 1);  // none is lost, but for one that came as the run ended
  EXPECT(stopped.hash() == whole.finish());
}

/// What has been learnt on some rows goes on with others.
void inheriting() {
  Rings rings;
  Trainer first(rings.get(), kSettings);
  const std::string learnt = first.finish();
  const std::string kept = first.snapshot();
  Model model;
  EXPECT(strata_trainer_model(first.get(), 0, &model.handle) == 0);
  std::vector<float> other = points();
  other.resize(200);
  std::vector<std::int64_t> labels = calls::rings();
  labels.resize(100);
  Data data;
  EXPECT(strata_data_for_model(Array(other, STRATA_FLOAT32, {100, 2}).get(), model.handle, &data.handle) == 0);
  EXPECT(strata_data_set_classes(data.handle, Array(labels, STRATA_INT64, {100}).get(), nullptr, 0) == 0);
  Trainer second(data.handle, kSettings);
  EXPECT(strata_trainer_inherit(second.get(), kept.data(), kept.size()) == 0 && second.hash() == learnt);
  second.run(4);
  const std::string on_its_way = second.snapshot();
  Trainer third(data.handle, kSettings);
  EXPECT(strata_trainer_restore(third.get(), on_its_way.data(), on_its_way.size()) == 0);
  EXPECT(third.finish() == second.finish());
  EXPECT(strata_trainer_inherit(third.get(), kept.data(), kept.size()) == STRATA_WRONG_SETTINGS);
  Trainer from(data.handle, R"({"epochs": 1})", nullptr, model.handle);
  EXPECT(from.hash() == learnt);
}

}  // namespace strata::calls
