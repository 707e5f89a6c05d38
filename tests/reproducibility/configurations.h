// Runs that between them use everything that training in fp32 can do: what the promise of equal bits is held to.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tests/train/small_source.h"
#include "train/trainer.h"

namespace strata::test {

struct Configuration {
  std::string name;
  std::function<void(TrainConfig&)> change{};      ///< of base_config()
  std::function<void(DataSource&)> change_data{};  ///< of base_source(1400 rows, 5 classes), if it is there
  std::size_t classes = 5;
};

/// 1,400 training rows, of which 1,120 are trained on, and 60 test rows; 19 features, so that nothing fills its
/// vectors.
inline DataSource base_source(std::size_t classes) {
  return {small_dataset(1400, 19, classes, 1), small_dataset(60, 19, classes, 2), classes};
}

inline void set_groups(TrainConfig& config, std::string_view lower, std::string_view upper,
                       std::size_t upper_layers = 1) {
  config.groups =
      lower_upper_groups(config.hidden.size() + 1, upper_layers, parse_optimizer(lower, config.convention, "--lower"),
                         parse_optimizer(upper, config.convention, "--upper"));
}

/// Panels; 40 steps, the 35 of a first epoch among them.
inline TrainConfig base_config() {
  TrainConfig config;
  config.hidden = {37, 18};
  config.activation = {kernels::ActivationKind::elu, 1.0F};
  config.epochs = 3;
  config.max_steps = 40;
  config.engine = EngineKind::panels;
  set_groups(config, "sgd,lr=0.05", "adam,lr=0.01");
  return config;
}

/// The features as values instead of pixels; every thirteenth is missing.
inline void take_values(DataSource& source) {
  for (Dataset* data : {&source.train, &source.test}) {
    data->values.append(data->pixels.begin(), data->pixels.end());
    data->pixels.clear();
    for (std::size_t i = 5; i < data->values.size(); i += 13) {
      data->values[i] = std::numeric_limits<float>::quiet_NaN();
    }
  }
}

inline void weigh_rows(DataSource& source) {
  source.train.row_weights = random_floats(source.train.rows(), 0.2, 3, 79);
}

/// Gradients about the smallest normal number, so that much would be denormal if it were not flushed.
inline void weigh_rows_little(DataSource& source) {
  source.train.row_weights = random_floats(source.train.rows(), 1e-36, 4e-35, 79);
}

inline Configuration batches_of(std::size_t size, SamplingKind sampling) {
  return {"batches of " + std::to_string(size), [size, sampling](TrainConfig& c) {
            c.batch_size = size;
            c.sampling = sampling;
            c.epochs = 100;
          }};
}

inline Configuration activation(kernels::ActivationKind kind, float alpha, std::string_view name, Initializer init) {
  return {std::string(name), [kind, alpha, init](TrainConfig& c) {
            c.activation = {kind, alpha};
            c.init = init;
          }};
}

inline Configuration optimizers(std::string name, std::string_view lower, std::string_view upper,
                                Convention convention = Convention::keras) {
  return {std::move(name), [lower, upper, convention](TrainConfig& c) {
            c.convention = convention;
            set_groups(c, lower, upper);
          }};
}

inline void add_batches(std::vector<Configuration>& all) {
  all.push_back({"as it comes"});
  for (const std::size_t size : {1U, 2U, 7U, 63U, 64U, 65U, 193U}) {
    all.push_back(batches_of(size, SamplingKind::random));
  }
  all.push_back(batches_of(100, SamplingKind::shuffle));  // 1,120 rows: the last batch has 20
  all.push_back(batches_of(257, SamplingKind::sequential));
  all.push_back(batches_of(1000, SamplingKind::shuffle));
}

inline void add_networks(std::vector<Configuration>& all) {
  using enum kernels::ActivationKind;
  all.push_back({"no hidden layer", [](TrainConfig& c) {
                   c.hidden = {};
                   set_groups(c, "sgd", "sgd,lr=0.1,momentum=0.9", 1);
                 }});
  all.push_back({"wide layers", [](TrainConfig& c) {  // wide enough to be divided by outputs
                   c.hidden = {267, 261, 19};
                   c.batch_size = 70;
                   set_groups(c, "sgd,lr=0.05,momentum=0.9", "adam", 2);
                 }});
  all.push_back({"62 classes", [](TrainConfig&) {}, {}, 62});
  all.push_back(activation(relu, 0, "relu", Initializer::he_uniform));
  all.push_back(activation(leaky_relu, 0.2F, "leaky_relu", Initializer::he_normal));
  all.push_back(activation(selu, 0, "selu", Initializer::lecun_normal));
  all.push_back(activation(gelu, 0, "gelu", Initializer::glorot_normal));
  all.push_back(activation(swish, 0, "swish", Initializer::lecun_uniform));
  all.push_back(activation(tanh, 0, "tanh", Initializer::glorot_uniform));
  all.push_back(activation(sigmoid, 0, "sigmoid", Initializer::glorot_uniform));
  all.push_back(activation(softplus, 0, "softplus", Initializer::he_normal));
  all.push_back(activation(linear, 0, "linear", Initializer::glorot_uniform));
}

inline void add_optimizers(std::vector<Configuration>& all) {
  using enum Convention;
  all.push_back(optimizers("sgd with momentum, adamw", "sgd,lr=0.05,momentum=0.9", "adamw,lr=0.01"));
  all.push_back(optimizers("nesterov, amsgrad", "sgd,lr=0.05,momentum=0.9,nesterov=true", "adam,lr=0.01,amsgrad=true"));
  all.push_back(optimizers("rmsprop, nadam", "rmsprop,centered=true,momentum=0.5", "nadam,lr=0.01"));
  all.push_back(optimizers("adamax, adagrad", "adamax,lr=0.01", "adagrad,lr=0.05"));
  all.push_back(optimizers("adadelta, lion", "adadelta,lr=1", "lion,weight_decay=0.1"));
  all.push_back(optimizers("torch: sgd, adam", "sgd,lr=0.05,momentum=0.9,weight_decay=0.01", "adam,lr=0.01", torch));
  all.push_back(optimizers("torch: rmsprop, nadam", "rmsprop,momentum=0.5", "nadam,lr=0.01", torch));
  all.push_back(optimizers("torch: adagrad, adamax", "adagrad,lr=0.05", "adamax,lr=0.01", torch));
  all.push_back(optimizers("torch: adadelta, lion", "adadelta,weight_decay=0.02", "lion,lr=0.001", torch));
  all.push_back({"three groups, one of them frozen", [](TrainConfig& c) {
                   c.groups = parse_groups({"0:freeze", "1:rmsprop,lr=0.01", "2:lion,lr=0.01"}, 3, c.convention);
                 }});
}

inline void add_schedules(std::vector<Configuration>& all) {
  all.push_back(
      optimizers("one cycle, cosine", "sgd,lr=0.1,schedule=one_cycle", "adam,lr=0.01,schedule=cosine,warmup_steps=7"));
  all.push_back(optimizers("exponential, polynomial", "sgd,lr=0.1,schedule=exponential,decay_rate=0.5,decay_steps=10",
                           "adam,lr=0.01,schedule=polynomial,power=1.5"));
  all.push_back(optimizers("step, linear", "sgd,lr=0.1,schedule=step,step_size=11", "adam,lr=0.01,schedule=linear"));
  all.push_back({"plateau, early stopping, the best weights", [](TrainConfig& c) {
                   c.batch_size = 256;
                   c.epochs = 9;
                   c.early_stopping = 3;
                   c.restore_best = true;
                   c.monitor = Monitor{"macro_f1"};
                   set_groups(c, "sgd,lr=0.5,schedule=plateau,patience=1",
                              "adam,lr=0.05,schedule=plateau,patience=1,min_delta=0.5");
                 }});
}

inline void add_regularisers(std::vector<Configuration>& all) {
  all.push_back({"dropout", [](TrainConfig& c) { c.dropout = {0.3, 0.5}; }});
  all.push_back({"clipped norm", [](TrainConfig& c) { c.clip_norm = 0.2; }});
  all.push_back({"torch: clipped norm", [](TrainConfig& c) {
                   c.convention = Convention::torch;
                   c.clip_norm = 0.2;
                 }});
  all.push_back({"clipped values", [](TrainConfig& c) { c.clip_value = 0.003; }});
  all.push_back({"balanced classes, smoothed labels", [](TrainConfig& c) {
                   c.class_weights.balanced = true;
                   c.label_smoothing = 0.1;
                 }});
  all.push_back({"torch: weighted classes, smoothed labels", [](TrainConfig& c) {
                   c.convention = Convention::torch;
                   c.class_weights.given = {0.5, 2, 1.25, 1, 0.8};
                   c.label_smoothing = 0.1;
                 }});
}

inline void add_data(std::vector<Configuration>& all) {
  all.push_back({"values, missing ones filled", [](TrainConfig& c) { c.missing = MissingValues::mean; }, take_values});
  all.push_back({"weighed rows", {}, weigh_rows});
  all.push_back({"torch: weighed rows", [](TrainConfig& c) { c.convention = Convention::torch; }, weigh_rows});
  all.push_back({"numbers that would be denormal",
                 [](TrainConfig& c) { set_groups(c, "sgd,lr=0.5,momentum=0.9", "adam,lr=0.01,epsilon=1e-30"); },
                 weigh_rows_little});
  all.push_back({"unit scaler, stratified split", [](TrainConfig& c) {
                   c.scaler = ScalerKind::unit;
                   c.split = SplitKind::stratified;
                 }});
  all.push_back({"no scaler, the last rows held out", [](TrainConfig& c) {
                   c.scaler = ScalerKind::none;
                   c.split = SplitKind::tail;
                   set_groups(c, "sgd,lr=0.0001", "adam,lr=0.001");
                 }});
  all.push_back({"everything at once",
                 [](TrainConfig& c) {
                   c.missing = MissingValues::mean;
                   c.convention = Convention::torch;
                   c.activation = {kernels::ActivationKind::gelu, 0};
                   c.hidden = {267, 40};
                   c.batch_size = 130;
                   c.sampling = SamplingKind::shuffle;
                   c.epochs = 5;
                   c.dropout = {0.5, 0.1};
                   c.class_weights.balanced = true;
                   c.label_smoothing = 0.1;
                   c.clip_norm = 0.5;
                   c.clip_value = 0.01;
                   set_groups(c, "sgd,lr=0.1,momentum=0.9,schedule=cosine", "adamw,lr=0.01,schedule=linear");
                 },
                 [](DataSource& source) {
                   take_values(source);
                   weigh_rows(source);
                 }});
}

/// `objective` of so many numbers or labels; 0: of the classes that there are.
inline Configuration learning(std::string objective, std::size_t targets, TargetKind kind = TargetKind::numbers,
                              std::function<void(TrainConfig&)> change = {}) {
  return {objective + " of " + std::to_string(targets),
          [objective, change](TrainConfig& c) {
            c.loss = parse_objective(objective, "loss");
            if (change) {
              change(c);
            }
          },
          [targets, kind](DataSource& source) {
            if (targets > 0) {
              take_targets(source, targets, kind);
            }
          },
          2};
}

inline void add_objectives(std::vector<Configuration>& all) {
  for (const char* objective : {"mse", "mae", "huber,delta=0.5", "quantile,q=0.3"}) {
    all.push_back(learning(objective, 1));
    all.push_back(learning(objective, 3));
  }
  all.push_back(learning("quantile,q=0.1:0.5:0.9", 1));
  all.push_back(learning("mse", 19, TargetKind::numbers, [](TrainConfig& c) {
    c.target_scaler = ScalerKind::none;
    c.batch_size = 65;
    set_groups(c, "sgd,lr=0.0001", "adam,lr=0.01");
  }));
  all.push_back(learning("binary_cross_entropy", 0, TargetKind::classes, [](TrainConfig& c) {
    c.label_smoothing = 0.1;
    c.class_weights.given = {0.5, 2};
    c.threshold = 0.4;
  }));
  all.push_back(learning("binary_cross_entropy", 21, TargetKind::labels, [](TrainConfig& c) {
    c.convention = Convention::torch;
    c.label_smoothing = 0.1;
    c.hidden = {267, 19};
    c.batch_size = 100;
    c.sampling = SamplingKind::shuffle;
  }));
  Configuration weighed = learning("mae", 2, TargetKind::numbers, [](TrainConfig& c) {
    c.convention = Convention::torch;
    c.batch_size = 130;
  });
  weighed.name = "torch: " + weighed.name + ", weighed rows";
  weighed.change_data = [](DataSource& source) {
    weigh_rows(source);
    take_targets(source, 2, TargetKind::numbers);
  };
  all.push_back(weighed);
}

inline std::vector<Configuration> configurations() {
  std::vector<Configuration> all;
  add_batches(all);
  add_networks(all);
  add_optimizers(all);
  add_schedules(all);
  add_regularisers(all);
  add_data(all);
  add_objectives(all);
  return all;
}

inline TrainConfig config_of(const Configuration& configuration) {
  TrainConfig config = base_config();
  if (configuration.change) {
    configuration.change(config);
  }
  return config;
}

inline DataSource source_of(const Configuration& configuration) {
  DataSource source = base_source(configuration.classes);
  if (configuration.change_data) {
    configuration.change_data(source);
  }
  return source;
}

}  // namespace strata::test
