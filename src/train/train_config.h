// Everything that determines a training run but the data itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/sampler.h"
#include "data/scaler.h"
#include "data/split.h"
#include "engine/engine.h"
#include "model/initialize.h"
#include "model/model.h"
#include "objective/objective.h"
#include "optim/parameter_group.h"
#include "train/monitor.h"

namespace strata {

/// How much a class counts in the loss that is trained.
struct ClassWeights {
  bool balanced = false;        ///< training rows / (classes * the class' training rows), as scikit-learn
  std::vector<double> given{};  ///< else one for each class, from 0; empty: 1
  std::vector<std::pair<std::string, double>> named{};  ///< else of these classes, and 1 of the others

  friend bool operator==(const ClassWeights&, const ClassWeights&) = default;
};

struct TrainConfig {
  double validation_split = 0.2;  ///< share of the training rows held out
  SplitKind split = SplitKind::shuffled;
  ScalerKind scaler = ScalerKind::standard;
  MissingValues missing = MissingValues::error;
  std::optional<Objective> loss{};                  ///< what is learnt; none: as the data's targets have it by default
  ScalerKind target_scaler = ScalerKind::standard;  ///< of targets that are numbers; or none
  bool target_scaler_given = false;                 ///< so that it has to apply
  double threshold = 0.5;                           ///< as Task::threshold
  std::vector<std::size_t> hidden{300, 100, 50};
  Activation activation;  ///< of the hidden layers
  Initializer init = Initializer::he_normal;
  Convention convention = Convention::keras;
  std::vector<ParameterGroup> groups;  ///< every layer once, ascending
  std::uint32_t epochs = 10;
  std::size_t batch_size = 32;
  SamplingKind sampling = SamplingKind::random;
  std::optional<std::uint64_t> max_steps;  ///< stop after so many steps in all
  std::optional<double> max_seconds;       ///< stop after about so many seconds of the run
  Monitor monitor{};
  std::optional<std::uint32_t> early_stopping;  ///< stop after so many epochs without a better monitored figure
  double min_delta = 0;                         ///< by how much it has to be better for that
  std::uint32_t start_epoch = 0;                ///< epochs that early stopping lets pass first
  bool restore_best = false;                    ///< end with the weights of the best epoch
  std::vector<double> dropout;                  ///< the rate of each hidden layer, in [0, 1); empty: none
  double label_smoothing = 0;                   ///< in [0, 1)
  ClassWeights class_weights;
  bool gradient_norms = false;       ///< each step measures the gradients of every layer
  std::optional<double> clip_norm;   ///< the largest norm of all gradients together; above 0
  std::optional<double> clip_value;  ///< the largest size of each gradient; above 0
  std::uint64_t seed = 42;
  EngineKind engine = EngineKind::automatic;
  kernels::Precision precision = kernels::Precision::f32;
  kernels::InstructionSet instruction_set = kernels::InstructionSet::automatic;  ///< the newest to use
  int threads = 1;
  bool may_spare_threads = false;  ///< the engine takes fewer where more would make a step slower
  Communicator* ranks = nullptr;   ///< several, that train together; null: this process alone
};

}  // namespace strata
