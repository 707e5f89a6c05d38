// calls CASE [ARGUMENT…]: what a program may ask of libstrata, and what it may not. Exits 1, saying where, if an answer
// is not the one expected. It knows include/strata.h alone.
#include <dirent.h>
#include <pthread.h>
#include <strata.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cfenv>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace {

void expect(bool holds, const char* text, int line) {
  if (!holds) {
    std::printf("calls.cpp:%d: %s; last message: %s\n", line, text, strata_message());
    std::exit(1);
  }
}
#define EXPECT(condition) expect((condition), #condition, __LINE__)

constexpr const char* kSettings =
    R"({"hidden": [16, 8], "lower": "sgd,lr=0.1,momentum=0.9", "upper": "adam,lr=0.01", "epochs": 3, "threads": 2})";

/// Somebody's array, with its shape and strides.
class Array {
 public:
  template <class T>
  Array(const std::vector<T>& values, int dtype, std::vector<std::int64_t> shape,
        std::vector<std::int64_t> strides = {})
      : shape_(std::move(shape)), strides_(std::move(strides)) {
    array_ = {values.data(), dtype, static_cast<int>(shape_.size()), shape_.data(),
              strides_.empty() ? nullptr : strides_.data()};
  }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  const strata_array* get() const { return &array_; }

 private:
  std::vector<std::int64_t> shape_;
  std::vector<std::int64_t> strides_;
  strata_array array_{};
};

constexpr std::int64_t kRows = 600;

std::vector<float> points() {
  std::vector<float> values;
  for (int r = 0; r < kRows; ++r) {
    values.push_back(static_cast<float>(r * 37 % 101) / 50 - 1);
    values.push_back(static_cast<float>(r * 53 % 97) / 48 - 1);
  }
  return values;
}

std::vector<std::int64_t> rings() {
  const std::vector<float> values = points();
  std::vector<std::int64_t> labels;
  for (std::size_t r = 0; r < kRows; ++r) {
    labels.push_back(std::hypot(values[2 * r], values[2 * r + 1]) < 0.7F ? 1 : 0);
  }
  return labels;
}

/// Handles that free themselves.
struct Data {
  strata_data* handle = nullptr;
  Data() = default;
  Data(const Data&) = delete;
  Data& operator=(const Data&) = delete;
  ~Data() { strata_data_free(handle); }
};
struct Model {
  strata_model* handle = nullptr;
  Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  ~Model() { strata_model_free(handle); }
};

/// The rings, whose memory lives as long.
class Rings {
 public:
  Rings() {
    EXPECT(strata_data_new(Array(points_, STRATA_FLOAT32, {kRows, 2}).get(), nullptr, &data_.handle) == 0);
    EXPECT(strata_data_set_classes(data_.handle, Array(labels_, STRATA_INT64, {kRows}).get(), nullptr, 0) == 0);
  }
  strata_data* get() { return data_.handle; }

 private:
  std::vector<float> points_ = points();
  std::vector<std::int64_t> labels_ = rings();
  Data data_;
};

class Trainer {
 public:
  Trainer(const strata_data* data, const char* settings, const strata_data* validation = nullptr,
          const strata_model* from = nullptr) {
    EXPECT(strata_trainer_new(data, validation, settings, from, &handle_) == 0);
  }
  ~Trainer() { strata_trainer_free(handle_); }
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;
  strata_trainer* get() { return handle_; }

  strata_progress run(std::uint64_t steps, int code = 0) {
    strata_progress at;
    EXPECT(strata_trainer_run(handle_, steps, &at) == code);
    return at;
  }
  std::string hash() {
    char text[17];
    EXPECT(strata_trainer_weights_hash(handle_, text) == 0);
    return text;
  }
  std::string finish() {
    while (run(0).ended == 0) {
    }
    return hash();
  }
  std::string snapshot() {
    unsigned char* bytes = nullptr;
    size_t size = 0;
    EXPECT(strata_trainer_snapshot(handle_, &bytes, &size) == 0);
    std::string copy(reinterpret_cast<const char*>(bytes), size);
    strata_free(bytes);
    return copy;
  }

 private:
  strata_trainer* handle_ = nullptr;
};

std::string taken(char* text) {
  std::string copy = text;
  strata_free(text);
  return copy;
}

// ---- training

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
  std::vector<std::int64_t> labels = ::rings();
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

// ---- data

/// However the same numbers lie, and of whatever type they are, they give the same weights.
void layouts() {
  constexpr std::int64_t kColumns = 3;
  std::vector<std::int16_t> numbers;
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < kRows * kColumns; ++i) {
    numbers.push_back(static_cast<std::int16_t>(i * 7919 % 201 - 100));
  }
  for (std::int64_t r = 0; r < kRows; ++r) {
    labels.push_back(numbers[static_cast<std::size_t>(r * kColumns)] > 0 ? 4 : -2);
  }
  const auto hash = [&](const Array& features) {
    Data data;
    EXPECT(strata_data_new(features.get(), nullptr, &data.handle) == 0);
    EXPECT(strata_data_set_classes(data.handle, Array(labels, STRATA_INT64, {kRows, 1}).get(), nullptr, 0) == 0);
    return Trainer(data.handle, R"({"hidden": [8], "epochs": 1})").finish();
  };
  const std::string expected = hash(Array(numbers, STRATA_INT16, {kRows, kColumns}));
  const std::vector<float> floats(numbers.begin(), numbers.end());
  EXPECT(hash(Array(floats, STRATA_FLOAT32, {kRows, kColumns})) == expected);
  const std::vector<double> doubles(numbers.begin(), numbers.end());
  EXPECT(hash(Array(doubles, STRATA_FLOAT64, {kRows, kColumns})) == expected);
  std::vector<double> by_columns;
  for (std::size_t c = 0; c < kColumns; ++c) {
    for (std::size_t r = 0; r < kRows; ++r) {
      by_columns.push_back(doubles[r * kColumns + c]);
    }
  }
  EXPECT(hash(Array(by_columns, STRATA_FLOAT64, {kRows, kColumns}, {8, 8 * kRows})) == expected);
  std::vector<float> backwards(floats.rbegin(), floats.rend());
  const std::vector<float>* const whole = &backwards;
  std::int64_t shape[] = {kRows, kColumns};
  std::int64_t strides[] = {-4 * kColumns, -4};
  const strata_array reversed{whole->data() + whole->size() - 1, STRATA_FLOAT32, 2, shape, strides};
  Data data;
  EXPECT(strata_data_new(&reversed, nullptr, &data.handle) == 0);
  EXPECT(strata_data_set_classes(data.handle, Array(labels, STRATA_INT64, {kRows}).get(), nullptr, 0) == 0);
  EXPECT(Trainer(data.handle, R"({"hidden": [8], "epochs": 1})").finish() == expected);
  std::string bytes(floats.size() * 4 + 1, '\0');  // not aligned
  std::memcpy(bytes.data() + 1, floats.data(), floats.size() * 4);
  const strata_array odd{bytes.data() + 1, STRATA_FLOAT32, 2, shape, nullptr};
  Data unaligned;
  EXPECT(strata_data_new(&odd, nullptr, &unaligned.handle) == 0);
  EXPECT(strata_data_set_classes(unaligned.handle, Array(labels, STRATA_INT64, {kRows}).get(), nullptr, 0) == 0);
  EXPECT(Trainer(unaligned.handle, R"({"hidden": [8], "epochs": 1})").finish() == expected);
}

/// Names of classes and features travel with the model; validation rows know the classes by name, number or index.
void names() {
  const std::vector<float> values = points();
  const std::vector<std::int64_t> labels = ::rings();
  const Array features(values, STRATA_FLOAT32, {kRows, 2});
  const Array indices(labels, STRATA_INT64, {kRows});
  const char* classes[] = {"outside", "inside"};
  const char* columns[] = {"x", "y"};
  Data data;
  EXPECT(strata_data_new(features.get(), nullptr, &data.handle) == 0);
  EXPECT(strata_data_set_classes(data.handle, indices.get(), classes, 2) == 0);
  EXPECT(strata_data_set_feature_names(data.handle, columns, 2) == 0);
  Data validation;
  EXPECT(strata_data_new(features.get(), data.handle, &validation.handle) == 0);
  EXPECT(strata_data_set_classes(validation.handle, indices.get(), nullptr, 0) == 0);
  Trainer trainer(data.handle, kSettings, validation.handle);
  trainer.finish();
  Model model;
  EXPECT(strata_trainer_model(trainer.get(), 0, &model.handle) == 0);
  char* json = nullptr;
  EXPECT(strata_model_info(model.handle, &json) == 0);
  const std::string info = taken(json);
  EXPECT(info.find(R"("feature_names":["x","y"])") != std::string::npos);
  EXPECT(info.find(R"("output_names":["outside","inside"])") != std::string::npos);
  const char* swapped[] = {"inside", "outside"};
  std::vector<std::int64_t> others;
  for (const std::int64_t label : labels) {
    others.push_back(1 - label);
  }
  Data same;
  EXPECT(strata_data_for_model(features.get(), model.handle, &same.handle) == 0);
  EXPECT(strata_data_set_classes(same.handle, Array(others, STRATA_INT64, {kRows}).get(), swapped, 2) == 0);
  EXPECT(strata_model_evaluate(model.handle, same.handle, 0, &json) == 0);
  const std::string figures = taken(json);
  EXPECT(strata_data_set_classes(same.handle, indices.get(), nullptr, 0) == 0);
  EXPECT(strata_model_evaluate(model.handle, same.handle, 1, &json) == 0 && taken(json) == figures);
  const char* strange[] = {"inside", "elsewhere"};
  EXPECT(strata_data_set_classes(same.handle, indices.get(), strange, 2) == STRATA_BAD_DATA);
  const char* twice[] = {"inside", "inside"};
  EXPECT(strata_data_set_classes(data.handle, indices.get(), twice, 2) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_new(data.handle, validation.handle, R"({"validation_split": 0.1})", nullptr, nullptr) ==
         STRATA_WRONG_SETTINGS);
}

/// Numbers and labels to learn, weights of rows, missing values.
void targets() {
  std::vector<float> values = points();
  std::vector<double> sums;
  std::vector<float> both;
  for (std::size_t r = 0; r < kRows; ++r) {
    sums.push_back(1000 + 3.0 * values[2 * r] - values[2 * r + 1]);
    both.push_back(values[2 * r] > 0 ? 1 : 0);
    both.push_back(values[2 * r + 1] > 0 ? 1 : 0);
  }
  Data data;
  EXPECT(strata_data_new(Array(values, STRATA_FLOAT32, {kRows, 2}).get(), nullptr, &data.handle) == 0);
  const char* name[] = {"sum"};
  EXPECT(strata_data_set_targets(data.handle, STRATA_NUMBERS, Array(sums, STRATA_FLOAT64, {kRows}).get(), name, 1) ==
         0);
  const std::vector<float> weights(kRows, 0.5F);
  EXPECT(strata_data_set_row_weights(data.handle, Array(weights, STRATA_FLOAT32, {kRows}).get()) == 0);
  Trainer trainer(data.handle, R"({"hidden": [16], "epochs": 20})");
  trainer.finish();
  Model model;
  EXPECT(strata_trainer_model(trainer.get(), 0, &model.handle) == 0);
  float prediction = 0;
  EXPECT(strata_model_predict(model.handle, Array(values, STRATA_FLOAT32, {1, 2}).get(), 1, &prediction, 1) == 0);
  EXPECT(std::abs(prediction - sums[0]) < 2);
  EXPECT(strata_trainer_new(data.handle, nullptr, R"({"loss": "binary_cross_entropy"})", nullptr, nullptr) != 0);
  EXPECT(strata_data_set_targets(data.handle, STRATA_LABELS, Array(both, STRATA_FLOAT32, {kRows, 2}).get(), nullptr,
                                 0) == 0);
  EXPECT(strata_data_set_row_weights(data.handle, nullptr) == 0);
  Trainer labels(data.handle, R"({"hidden": [16], "epochs": 20})");
  EXPECT(labels.run(0).val_figure > 0.5);
  values[7] = std::nanf("");
  Data gaps;
  EXPECT(strata_data_new(Array(values, STRATA_FLOAT32, {kRows, 2}).get(), nullptr, &gaps.handle) == 0);
  EXPECT(strata_data_set_targets(gaps.handle, STRATA_NUMBERS, Array(sums, STRATA_FLOAT64, {kRows}).get(), name, 1) ==
         0);
  strata_trainer* none = nullptr;
  EXPECT(strata_trainer_new(gaps.handle, nullptr, "{}", nullptr, &none) == STRATA_BAD_DATA && none == nullptr);
  EXPECT(std::string(strata_message()).find("row 3, column 1 (counted from 0) is nan") != std::string::npos);
  Trainer(gaps.handle, R"({"hidden": [4], "epochs": 1, "missing": "mean"})").finish();
}

// ---- models

void models(const char* folder) {
  Rings rings;
  Trainer trainer(rings.get(), kSettings);
  const std::string hash = trainer.finish();
  Model model;
  EXPECT(strata_trainer_model(trainer.get(), 0, &model.handle) == 0);
  EXPECT(strata_model_features(model.handle) == 2 && strata_model_outputs(model.handle) == 2);
  const std::string path = std::string(folder) + "/rings.safetensors";
  EXPECT(strata_model_save(model.handle, path.c_str()) == 0);
  EXPECT(strata_model_export_onnx(model.handle, (std::string(folder) + "/rings.onnx").c_str()) == 0);
  Model loaded;
  EXPECT(strata_model_load(path.c_str(), &loaded.handle) == 0);
  unsigned char* bytes = nullptr;
  size_t size = 0;
  EXPECT(strata_model_bytes(loaded.handle, &bytes, &size) == 0);
  Model parsed;
  EXPECT(strata_model_parse(bytes, size, &parsed.handle) == 0);
  EXPECT(strata_model_parse(bytes, size - 1, &parsed.handle) == STRATA_BAD_DATA);
  strata_free(bytes);
  char text[17];
  EXPECT(strata_model_weights_hash(parsed.handle, text) == 0 && hash == text);
  EXPECT(strata_model_onnx_bytes(parsed.handle, &bytes, &size) == 0 && size > 100);
  strata_free(bytes);
  const std::vector<float> values = points();
  std::vector<float> all(2 * kRows);
  std::vector<float> one(2 * kRows);
  EXPECT(strata_model_predict(parsed.handle, Array(values, STRATA_FLOAT32, {kRows, 2}).get(), 0, all.data(),
                              2 * kRows) == 0);
  for (std::size_t r = 0; r < kRows; ++r) {
    const std::vector<float> row{values[2 * r], values[2 * r + 1]};
    EXPECT(strata_model_predict(parsed.handle, Array(row, STRATA_FLOAT32, {1, 2}).get(), 1, one.data() + 2 * r, 2) ==
           0);
  }
  EXPECT(one == all);
  char* json = nullptr;
  EXPECT(strata_model_importance(parsed.handle, rings.get(), 0, &json) == 0);
  EXPECT(std::strstr(json, R"("importance":[{"name":"0","mean":)") == json + 1);
  EXPECT(std::strstr(json, R"("importance_of":{"rows":600,"repeats":5,"loss":)") != nullptr);
  strata_free(json);
  EXPECT(strata_model_load("/nowhere", &loaded.handle) == STRATA_BAD_DATA);
  EXPECT(strata_model_save(model.handle, "/nowhere/model.safetensors") == STRATA_FAILED);
}

// ---- searching

int count(void* context, const char* json) {
  *static_cast<int*>(context) += json != nullptr ? 1 : 0;
  return 0;
}
int stop_at_once(void*, const char*) { return 1; }

void searching() {
  Rings rings;
  char* json = nullptr;
  EXPECT(strata_find_lr(rings.get(), nullptr, R"({"hidden": [8], "steps": 40, "threads": 1})", nullptr, nullptr,
                        &json) == 0);
  EXPECT(taken(json).find("\"group\":\"upper\"") != std::string::npos);
  int heard = 0;
  Model best;
  const char* const sweep =
      R"({"hidden": [8], "epochs": 2, "lower": ["sgd", "adam"], "lower_lr": "0.01,0.1", "jobs": 2})";
  EXPECT(strata_sweep(rings.get(), nullptr, sweep, count, &heard, &json, &best.handle) == 0);
  const std::string result = taken(json);
  EXPECT(heard == 4 && result.find("\"trials\":4") != std::string::npos);
  EXPECT(result.find("\"sentence\":\"with adam below, 10 times the rate (0.01 to 0.1) takes val_loss from ") !=
         std::string::npos);
  char hash[17];
  EXPECT(strata_model_weights_hash(best.handle, hash) == 0 && result.find(hash) != std::string::npos);
  json = nullptr;
  const char* const endless = R"({"hidden": [8], "epochs": 1000000, "lower_lr": "0.01,0.1"})";
  EXPECT(strata_sweep(rings.get(), nullptr, endless, stop_at_once, nullptr, &json, nullptr) == STRATA_STOPPED);
  EXPECT(json == nullptr);
  EXPECT(strata_sweep(rings.get(), nullptr, R"({"lower_lr": "x"})", nullptr, nullptr, &json, nullptr) ==
         STRATA_WRONG_SETTINGS);
}

// ---- a good guest

std::size_t entries(const char* folder) {
  std::size_t count = 0;
  DIR* const open = opendir(folder);
  while (readdir(open) != nullptr) {
    ++count;
  }
  closedir(open);
  return count;
}

long resident_pages() {
  long size = 0;
  long resident = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  EXPECT(std::fscanf(file, "%ld %ld", &size, &resident) == 2);
  std::fclose(file);
  return resident;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kKeepsFreed = true;  // to find what reads it
#else
constexpr bool kKeepsFreed = false;
#endif
#else
constexpr bool kKeepsFreed = false;
#endif

void leaves_nothing() {
  Rings rings;
  const auto some = [&](int trainers) {
    for (int i = 0; i < trainers; ++i) {
      Trainer trainer(rings.get(), kSettings);
      trainer.run(2);
    }
  };
  some(100);
  const std::size_t threads = entries("/proc/self/task");
  const std::size_t descriptors = entries("/proc/self/fd");
  const long pages = resident_pages();
  some(1000);
  EXPECT(entries("/proc/self/task") == threads && threads == 3);  // with . and ..
  EXPECT(entries("/proc/self/fd") == descriptors);
  EXPECT(kKeepsFreed || resident_pages() < pages + 512);
}

/// Of the signals 1 to 31.
std::vector<void (*)(int)> handlers() {
  std::vector<void (*)(int)> all;
  for (int signal = 1; signal < 32; ++signal) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    all.push_back(action.sa_handler);
  }
  return all;
}

/// The caller's modes of arithmetic neither change nor matter, nor do its signals' masks and handlers change.
void modes() {
  Rings rings;
  const auto handlers_before = handlers();
  sigset_t mask_before;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask_before);
  const std::string expected = Trainer(rings.get(), kSettings).finish();
  std::fesetround(FE_DOWNWARD);
  std::feclearexcept(FE_ALL_EXCEPT);
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040U);  // flush denormals, read them as zeros
  const unsigned mode = _mm_getcsr();
#endif
  {
    Trainer trainer(rings.get(), kSettings);
    EXPECT(trainer.finish() == expected);
  }
#if defined(__x86_64__)
  EXPECT(_mm_getcsr() == mode);
#endif
  EXPECT(std::fegetround() == FE_DOWNWARD && std::fetestexcept(FE_ALL_EXCEPT) == 0);
  std::fesetround(FE_TONEAREST);
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  for (int signal = 1; signal < 32; ++signal) {
    EXPECT(sigismember(&mask, signal) == sigismember(&mask_before, signal));
  }
  EXPECT(handlers() == handlers_before);
}

/// A child goes on with what its parent has made, and so does the parent.
void forks() {
  Rings rings;
  Trainer whole(rings.get(), kSettings);
  const std::string expected = whole.finish();
  Trainer trainer(rings.get(), kSettings);
  trainer.run(5);
  for (int child = 0; child < 3; ++child) {
    const pid_t process = fork();
    if (process == 0) {
      if (child == 0) {  // frees what it never used
        strata_trainer_free(trainer.get());
        _exit(0);
      }
      _exit(trainer.finish() == expected && Trainer(rings.get(), kSettings).finish() == expected ? 0 : 1);
    }
    int status = -1;
    EXPECT(waitpid(process, &status, 0) == process && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  EXPECT(trainer.finish() == expected);
}

void threads() {
  Rings rings;
  const std::string expected = Trainer(rings.get(), kSettings).finish();
  std::vector<std::thread> all;
  std::vector<std::string> hashes(4);
  for (std::string& hash : hashes) {
    all.emplace_back([&hash] {
      Rings own;
      hash = Trainer(own.get(), kSettings).finish();
      strata_trainer* none = nullptr;
      EXPECT(strata_trainer_new(own.get(), nullptr, "{\"epochs\": -1}", nullptr, &none) == STRATA_WRONG_SETTINGS);
      EXPECT(std::string(strata_message()).find("epochs") != std::string::npos);
    });
  }
  for (std::thread& thread : all) {
    thread.join();
  }
  for (const std::string& hash : hashes) {
    EXPECT(hash == expected);
  }
  EXPECT(std::string(strata_message()).empty());
}

// ---- misuse: every function once

void wrong_arrays() {
  const std::vector<float> values(12, 1.5F);
  Data data;
  const auto refused = [&](strata_array array, int code) {
    EXPECT(strata_data_new(&array, nullptr, &data.handle) == code && data.handle == nullptr);
    EXPECT(strata_message()[0] != '\0');
  };
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  const std::int64_t good[] = {3, 4};
  const std::int64_t negative[] = {3, -4};
  const std::int64_t empty[] = {0, 4};
  const std::int64_t overflowing[] = {kHuge / 2, 4};
  const std::int64_t many_rows[] = {std::int64_t{1} << 33, 1};
  const std::int64_t far[] = {kHuge, 4};
  const std::int64_t before[] = {-kHuge, 4};
  refused({nullptr, STRATA_FLOAT32, 2, good, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), 12, 2, good, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), -1, 2, good, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 0, good, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 33, good, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 2, nullptr, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 2, negative, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 2, empty, nullptr}, STRATA_BAD_DATA);
  refused({values.data(), STRATA_FLOAT32, 2, overflowing, nullptr}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_UINT8, 2, many_rows, nullptr}, STRATA_BAD_DATA);
  refused({values.data(), STRATA_FLOAT32, 2, good, far}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 2, good, before}, STRATA_WRONG_SETTINGS);
  refused({values.data(), STRATA_FLOAT32, 1, good, nullptr}, STRATA_BAD_DATA);
  refused({values.data(), STRATA_BOOL, 2, good, nullptr}, STRATA_BAD_DATA);
}

void wrong_data() {
  Rings rings;
  strata_data* const data = rings.get();
  const std::vector<double> nan(kRows, std::nan(""));
  const std::vector<double> halves(kRows, 0.5);
  const std::vector<std::int32_t> few(10);
  const Array nans(nan, STRATA_FLOAT64, {kRows});
  const char* names[] = {"a", nullptr};
  EXPECT(strata_data_set_classes(data, nullptr, nullptr, 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_classes(nullptr, nans.get(), nullptr, 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_classes(data, nans.get(), nullptr, 0) == STRATA_BAD_DATA);
  EXPECT(strata_data_set_classes(data, Array(halves, STRATA_FLOAT64, {kRows}).get(), nullptr, 0) == STRATA_BAD_DATA);
  EXPECT(strata_data_set_classes(data, Array(few, STRATA_INT32, {10}).get(), nullptr, 0) == STRATA_BAD_DATA);
  EXPECT(strata_data_set_classes(data, Array(few, STRATA_INT32, {10}).get(), names, 2) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_classes(data, Array(few, STRATA_INT32, {10}).get(), nullptr, 2) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_targets(data, STRATA_CLASSES, nans.get(), nullptr, 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_targets(data, STRATA_NUMBERS, nans.get(), nullptr, 0) == STRATA_BAD_DATA);
  EXPECT(strata_data_set_targets(data, STRATA_LABELS, Array(halves, STRATA_FLOAT64, {kRows}).get(), nullptr, 0) ==
         STRATA_BAD_DATA);
  EXPECT(strata_data_set_row_weights(data, nans.get()) == STRATA_BAD_DATA);
  EXPECT(strata_data_set_row_weights(nullptr, nans.get()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_feature_names(data, names, 2) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_set_feature_names(data, names, 1) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_rows(nullptr) == 0 && strata_data_features(nullptr) == 0);
  char* json = nullptr;
  EXPECT(strata_data_info(nullptr, &json) == STRATA_WRONG_SETTINGS && strata_data_info(data, nullptr) != 0);
  EXPECT(strata_data_info(data, &json) == 0);
  EXPECT(taken(json).find("\"classes\":[{\"name\":\"0\"") != std::string::npos);  // they are still those set first
  Data loaded;
  EXPECT(strata_data_load(R"({"data": "/nowhere.csv"})", &loaded.handle) == STRATA_BAD_DATA);
  EXPECT(strata_data_load(R"({"dato": "/nowhere.csv"})", &loaded.handle) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_load("{", &loaded.handle) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_load("[]", &loaded.handle) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_load("{}", nullptr) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_load_for_model("{}", nullptr, &loaded.handle) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_data_for_model(nans.get(), nullptr, &loaded.handle) == STRATA_WRONG_SETTINGS);
}

void wrong_trainers() {
  Rings rings;
  strata_trainer* none = nullptr;
  const std::vector<float> values = points();
  Data unlabelled;
  EXPECT(strata_data_new(Array(values, STRATA_FLOAT32, {kRows, 2}).get(), nullptr, &unlabelled.handle) == 0);
  EXPECT(strata_trainer_new(unlabelled.handle, nullptr, "{}", nullptr, &none) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_new(rings.get(), unlabelled.handle, "{}", nullptr, &none) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_new(nullptr, nullptr, "{}", nullptr, &none) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_new(rings.get(), nullptr, "{}", nullptr, nullptr) == STRATA_WRONG_SETTINGS);
  for (const char* const wrong :
       {R"({"epochs": "many"})", R"({"epoch": 1})", R"({"save": "x"})", R"({"run_dir": "x"})", R"({"data": "x"})",
        R"({"engine": "onednn"})", R"({"lower": "sgd,lr=-1"})", R"({"hidden": [0]})", R"({"batch_size": 1.5})",
        R"({"validation_split": 0, "early_stopping": 3})", "nonsense", "[1]", "\xff"}) {
    EXPECT(strata_trainer_new(rings.get(), nullptr, wrong, nullptr, &none) == STRATA_WRONG_SETTINGS && none == nullptr);
    EXPECT(strata_message()[0] != '\0' && std::strstr(strata_message(), "--") == nullptr);
  }
  double number = 0;
  char* json = nullptr;
  char hash[17];
  unsigned char* bytes = nullptr;
  size_t size = 0;
  strata_model* model = nullptr;
  strata_progress at;
  EXPECT(strata_trainer_run(nullptr, 0, nullptr) == STRATA_WRONG_SETTINGS);
  strata_trainer_stop(nullptr);
  strata_trainer_free(nullptr);
  EXPECT(strata_trainer_position(nullptr, &at) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_info(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_history(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_result(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_group_count(nullptr) == 0 && strata_trainer_group_name(nullptr, 0) == nullptr);
  EXPECT(strata_trainer_rate(nullptr, "lower", &number) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_set_rate(nullptr, "lower", 1) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_weights_hash(nullptr, hash) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_tensors(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_tensor(nullptr, "layers.0.bias", nullptr, 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_measure_gradients(nullptr, 1) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_gradient_norms(nullptr, &number, 1) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_snapshot(nullptr, &bytes, &size) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_restore(nullptr, "", 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_inherit(nullptr, "", 0) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_model(nullptr, 0, &model) == STRATA_WRONG_SETTINGS);
  Trainer trainer(rings.get(), kSettings);
  EXPECT(strata_trainer_tensor(trainer.get(), "layers.0.bias", nullptr, 16) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_snapshot(trainer.get(), &bytes, nullptr) == STRATA_WRONG_SETTINGS && bytes == nullptr);
  EXPECT(strata_trainer_restore(trainer.get(), nullptr, 5) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_trainer_rate(trainer.get(), nullptr, &number) == STRATA_WRONG_SETTINGS);
  Trainer wild(rings.get(), R"({"hidden": [8], "lower": "sgd,lr=1e30", "upper": "sgd,lr=1e30"})");
  EXPECT(strata_trainer_run(wild.get(), 0, &at) == STRATA_DIVERGED && at.ended == 1);
  EXPECT(strata_trainer_run(wild.get(), 0, &at) == STRATA_DIVERGED);
}

void wrong_models() {
  Rings rings;
  Trainer trainer(rings.get(), kSettings);
  Model model;
  EXPECT(strata_trainer_model(trainer.get(), 0, &model.handle) == 0);
  const std::vector<float> values = points();
  std::vector<float> room(2 * kRows);
  const Array rows(values, STRATA_FLOAT32, {kRows, 2});
  char* json = nullptr;
  char hash[17];
  unsigned char* bytes = nullptr;
  size_t size = 0;
  strata_model* none = nullptr;
  EXPECT(strata_model_load(nullptr, &none) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_parse(nullptr, 0, &none) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_parse("nonsense", 8, &none) == STRATA_BAD_DATA && none == nullptr);
  strata_model_free(nullptr);
  EXPECT(strata_model_save(nullptr, "x") == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_save(model.handle, nullptr) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_bytes(nullptr, &bytes, &size) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_export_onnx(nullptr, "x") == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_onnx_bytes(nullptr, &bytes, &size) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_info(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_features(nullptr) == 0 && strata_model_outputs(nullptr) == 0);
  EXPECT(strata_model_weights_hash(nullptr, hash) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_weights_hash(model.handle, nullptr) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_tensors(nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_tensor(nullptr, "layers.0.bias", room.data(), 16) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(nullptr, rows.get(), 1, room.data(), room.size()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(model.handle, nullptr, 1, room.data(), room.size()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(model.handle, rows.get(), 1, nullptr, room.size()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(model.handle, rows.get(), 1, room.data(), room.size() - 1) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(model.handle, rows.get(), -1, room.data(), room.size()) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_predict(model.handle, Array(values, STRATA_FLOAT32, {kRows / 2, 4}).get(), 1, room.data(),
                              kRows) == STRATA_BAD_DATA);
  const std::vector<float> odd{0.5F, std::nanf("")};
  EXPECT(strata_model_predict(model.handle, Array(odd, STRATA_FLOAT32, {1, 2}).get(), 1, room.data(), 2) ==
         STRATA_BAD_DATA);
  EXPECT(strata_model_evaluate(model.handle, nullptr, 1, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_evaluate(nullptr, rings.get(), 1, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_importance(model.handle, nullptr, 1, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_importance(nullptr, rings.get(), 1, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_model_importance(model.handle, rings.get(), 1, nullptr) == STRATA_WRONG_SETTINGS);
  Data untold;
  EXPECT(strata_data_new(rows.get(), nullptr, &untold.handle) == 0);
  EXPECT(strata_model_importance(model.handle, untold.handle, 1, &json) == STRATA_BAD_DATA);
  EXPECT(strata_find_lr(nullptr, nullptr, "{}", nullptr, nullptr, &json) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_sweep(nullptr, nullptr, "{}", nullptr, nullptr, &json, nullptr) == STRATA_WRONG_SETTINGS);
  EXPECT(strata_sweep(rings.get(), nullptr, "{}", nullptr, nullptr, nullptr, nullptr) == STRATA_WRONG_SETTINGS);
  strata_free(nullptr);
}

void facts() {
  strata_model* model = nullptr;
  EXPECT(strata_model_load("/nowhere/\xff", &model) == STRATA_BAD_DATA);
  EXPECT(std::strstr(strata_message(), "/nowhere/\\xff") != nullptr);  // messages are UTF-8
  EXPECT(strata_abi_version() == STRATA_ABI_VERSION && std::strlen(strata_version()) >= 5);
  EXPECT(std::strstr(strata_settings_schema(), "\"batch_size\"") != nullptr);
  EXPECT(std::strstr(strata_find_lr_schema(), R"("rates":{"type":"string","default":"1e-6..10")") != nullptr);
  EXPECT(std::strstr(strata_find_lr_schema(), "\"min_delta\"") == nullptr);
  EXPECT(std::strstr(strata_sweep_schema(), R"("eta":{"type":"integer","minimum":2,"maximum":10000,"default":3)") !=
         nullptr);
  EXPECT(std::strstr(strata_settings_schema(), "\xe2\x80\xb9") == nullptr);
}

/// Prints the hash of a run on data from files by these settings, which say of the run alone.
void hash_of_files(const char* data_settings, const char* settings) {
  Data data;
  EXPECT(strata_data_load(data_settings, &data.handle) == 0);
  std::printf("%s\n", Trainer(data.handle, settings).finish().c_str());
}

/// The array of an NPY file, whose header is plain, and which is kept as long.
struct NpyFile {
  std::string bytes;
  std::vector<std::int64_t> shape;
  strata_array array{};

  explicit NpyFile(const std::string& path) {
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    EXPECT(file != nullptr);
    for (int byte = std::fgetc(file); byte != EOF; byte = std::fgetc(file)) {
      bytes.push_back(static_cast<char>(byte));
    }
    std::fclose(file);
    const std::size_t header = 10 + static_cast<unsigned char>(bytes[8]) + 256U * static_cast<unsigned char>(bytes[9]);
    const std::string text = bytes.substr(10, header - 10);
    static const std::map<std::string, int> kTypes{
        {"|u1", STRATA_UINT8}, {"<f4", STRATA_FLOAT32}, {"<f8", STRATA_FLOAT64}, {"<i8", STRATA_INT64}};
    for (const char* at = std::strchr(text.c_str() + text.find("'shape'"), '(') + 1; *at != ')';) {
      char* end = nullptr;
      shape.push_back(std::strtoll(at, &end, 10));
      at = end + std::strspn(end, ", ");
    }
    array = {bytes.data() + header, kTypes.at(text.substr(text.find("'descr': '") + 10, 3)),
             static_cast<int>(shape.size()), shape.data(), nullptr};
  }
};

/// Prints the hash of a run on those arrays.
void hash_of_arrays(const std::string& folder, const char* settings) {
  const NpyFile features(folder + "/X_train.npy");
  const NpyFile labels(folder + "/y_train.npy");
  Data data;
  EXPECT(strata_data_new(&features.array, nullptr, &data.handle) == 0);
  EXPECT(strata_data_set_classes(data.handle, &labels.array, nullptr, 0) == 0);
  std::printf("%s\n", Trainer(data.handle, settings).finish().c_str());
}

void write_npy(const std::string& path, const char* descr, const std::string& shape, const void* data,
               std::size_t bytes) {
  std::string header = std::string("{'descr': '") + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize((header.size() + 11 + 63) / 64 * 64 - 11, ' ');
  header += '\n';
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  EXPECT(file != nullptr);
  const char start[] = {'\x93',
                        'N',
                        'U',
                        'M',
                        'P',
                        'Y',
                        1,
                        0,
                        static_cast<char>(header.size() & 255U),
                        static_cast<char>(header.size() >> 8U)};
  std::fwrite(start, 1, sizeof(start), file);
  std::fwrite(header.data(), 1, header.size(), file);
  std::fwrite(data, 1, bytes, file);
  std::fclose(file);
}

/// Arrays of which some columns need offsets, and labels that do not begin at 0.
void write_arrays(const std::string& folder) {
  constexpr std::size_t kColumns = 5;
  std::vector<double> values;
  std::vector<std::int64_t> labels;
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t c = 0; c < kColumns; ++c) {
      const double noise = static_cast<double>((r * 7919 + c * 104729) % 1009) / 1009;
      values.push_back(c == 2 ? 1.6e9 + noise : noise * static_cast<double>(c + 1));
    }
    labels.push_back(values[r * kColumns] > 0.5 ? 7 : values[r * kColumns + 1] > 1 ? 3 : -1);
  }
  write_npy(folder + "/X_train.npy", "<f8", "600, 5", values.data(), values.size() * 8);
  write_npy(folder + "/y_train.npy", "<i8", "600,", labels.data(), labels.size() * 8);
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, std::function<void()>> cases{
      {"steps", steps},
      {"snapshots", snapshots},
      {"best", best},
      {"rates", rates},
      {"gradients", gradients},
      {"tensors", tensors},
      {"stopping", stopping},
      {"inheriting", inheriting},
      {"layouts", layouts},
      {"names", names},
      {"targets", targets},
      {"models", [&] { models(argv[2]); }},
      {"searching", searching},
      {"leaves_nothing", leaves_nothing},
      {"modes", modes},
      {"forks", forks},
      {"threads", threads},
      {"wrong_arrays", wrong_arrays},
      {"wrong_data", wrong_data},
      {"wrong_trainers", wrong_trainers},
      {"wrong_models", wrong_models},
      {"facts", facts},
      {"hash_of_files", [&] { hash_of_files(argv[2], argv[3]); }},
      {"hash_of_arrays", [&] { hash_of_arrays(argv[2], argv[3]); }},
      {"write_arrays", [&] { write_arrays(argv[2]); }}};
  const auto found = argc > 1 ? cases.find(argv[1]) : cases.end();
  if (found == cases.end()) {
    std::printf("there is no such case\n");
    return 2;
  }
  found->second();
  return 0;
}
