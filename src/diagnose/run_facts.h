// What diagnoses look at: a run's records, whatever file or memory they come from, and its data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/target_kind.h"
#include "data/load.h"
#include "data/scaler.h"
#include "train/observer.h"
#include "train/part.h"
#include "train/unit_statistics.h"

namespace strata {

/// Layers of one optimizer.
struct GroupFacts {
  std::string name;  ///< as the metrics have it
  std::size_t first = 0;
  std::size_t last = 0;
  std::string optimizer{};      ///< by its name
  double lr = 0;                ///< before any schedule
  bool follows_loss = false;    ///< its schedule cuts the rate where the loss stands still
  std::vector<double> rates{};  ///< of each step

  bool frozen() const { return optimizer == "freeze"; }
};

/// NaN and empty: not told.
struct EpochFacts {
  std::uint32_t epoch = 0;
  std::uint64_t global_step = 0;  ///< at its end
  double train_loss = 0;
  std::optional<double> val_loss{};
  std::optional<double> val_accuracy{};  ///< of classes
  std::optional<double> val_r2{};        ///< of numbers
  std::vector<double> update_ratios{};   ///< of each layer at its last step
  std::vector<UnitStatistics> units{};   ///< of each hidden layer
};

/// What the training and validation rows are like.
struct DataFacts {
  std::vector<std::string> class_names{};        ///< (classes) as messages call them
  std::vector<std::size_t> train_counts{};       ///< (classes) rows
  std::vector<std::size_t> validation_counts{};  ///< likewise
  std::vector<std::size_t> test_counts{};        ///< likewise
  std::vector<std::string> feature_names{};      ///< (features) likewise; empty: by index
  std::size_t features = 0;
  std::size_t constant = 0;     ///< features
  std::vector<double> sizes{};  ///< (features) root mean square as it enters the network; NaN: constant, or unknown
  std::vector<std::size_t> rounded{};  ///< features that have lost digits
  std::size_t shared_rows = 0;         ///< validation rows that are training rows, too
  double chance_shared = 0;            ///< share of validation rows that would be by chance, features being independent
};

/// How a trained model does on a part that it was not trained on.
struct JudgedFacts {
  std::string part{};
  double accuracy = 0;
  std::vector<std::string> class_names{};
  std::vector<std::vector<std::size_t>> confusion{};  ///< [class][taken for]; empty of many classes
  std::vector<double> recall{};                       ///< of each class
  std::vector<std::size_t> support{};
};

struct RunFacts {
  nlohmann::ordered_json config = nlohmann::ordered_json::object();  ///< the run's options by key
  TargetKind targets = TargetKind::classes;
  std::size_t target_count = 0;
  std::size_t train_rows = 0;
  std::size_t validation_rows = 0;
  std::size_t steps_per_epoch = 0;
  std::vector<GroupFacts> groups{};
  std::vector<double> losses{};          ///< of each step
  std::vector<double> gradient_norms{};  ///< of each step, before they are clipped; empty: not clipped
  std::vector<EpochFacts> epochs{};
  std::string status{};  ///< completed, diverged, interrupted; empty: the run goes on or was cut short
  bool restored_best = false;
  std::optional<DataFacts> data{};
  std::optional<JudgedFacts> judged{};

  /// An option's value as text; empty if it is not recorded.
  std::string option(const char* key) const;
  double number(const char* key, double missing) const;
};

/// The groups of a run's options, without rates by step.
std::vector<GroupFacts> groups_of(const nlohmann::ordered_json& config);

/// The loss of guessing each row's class by how frequent it is among the validation rows, or else the training rows,
/// in nats; empty if classes are not what is learnt. Without the data all classes count as equally frequent.
std::optional<double> chance_loss(const RunFacts& run);

/// Of what there is to explain, the part that the network explains of the validation rows after that epoch: of classes
/// 1 - loss / chance_loss, of numbers R². Empty if it cannot be told.
std::optional<double> explained(const RunFacts& run, const EpochFacts& epoch);

/// By how much a group's weights can have moved in the run, beside their size: the sum of its update ratios, taken from
/// the last step of each epoch and scaled by the rates of the others. Of its layers the one that moves most. Empty
/// without update ratios.
std::optional<double> movement(const RunFacts& run, const GroupFacts& group);

/// The middle of the update ratios at the ends of epochs, of the layer that has the largest. Empty likewise.
std::optional<double> update_ratio(const RunFacts& run, const GroupFacts& group);

/// How many times the rate is what is usual for such an optimizer.
double times_usual_rate(const GroupFacts& group);

/// How a run has made features of its data's.
struct Standardising {
  ScalerKind kind = ScalerKind::standard;
  const Scaler* scaler = nullptr;  ///< the model's, which counts if it is there
};

/// Of the training and validation rows as the run divides them; without `split`, a source that has no validation part
/// trains on all rows. Throws as rows_of.
DataFacts data_facts(const DataSource& source, const std::optional<SplitPlan>& split,
                     const std::optional<Standardising>& standardising, int threads);

/// A run that goes on, as diagnoses look at it: the same facts as its metrics have.
class ObservedFacts : public Observer {
 public:
  /// `config` has every option of the run by its key.
  explicit ObservedFacts(const nlohmann::ordered_json& config);

  bool wants_update_ratios() const override { return true; }
  void on_run(const RunInfo& run) override;
  void on_step(const StepInfo& step) override;
  void on_epoch(const EpochInfo& epoch) override;
  void on_result(const RunResult& result) override;

  /// Without data and test. Of a run of more than kMostSteps without steps, too: from then on nothing is kept.
  const RunFacts& facts() const { return facts_; }

 private:
  static constexpr std::size_t kMostSteps = 2'000'000;
  RunFacts facts_;
};

}  // namespace strata
