// A run of the library: the trainer with its data and settings, where it stands and what it has told.
#pragma once

#include <strata.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/checkpoint.h"
#include "library/handles.h"
#include "settings/run_settings.h"
#include "train/trainer.h"

namespace strata::library {

/// What a run is made of.
struct TrainingPlan {
  RunSettings settings;
  DataSource source;
  std::vector<std::string> feature_names;
  bool from_files = false;
};

/// Throws Error(usage) for an option of data among those given that does not say how these were read; of arrays
/// `missing` alone may be given.
void check_data_options(const strata_data& data, const GivenTexts& given);

/// Throws Error(usage) for an option that holds out validation rows.
void refuse_splits(const GivenTexts& given);

/// The data of a run, with those validation rows unless null. Throws Error(usage) and Error(data) for what does not
/// fit, or is missing and may not.
DataSource joined_source(const strata_data& data, const strata_data* validation, const RunSettings& settings);

/// Reads the settings beside the data, the validation rows (or null) and the model to go on from (or null). Throws
/// Error(usage) and Error(data) for what is wrong or does not fit.
TrainingPlan training_plan(const strata_data& data, const strata_data* validation, const char* settings,
                           const strata_model* from);

/// Hears of the run.
class RunNotes final : public Observer {
 public:
  void on_run(const RunInfo& run) override;
  void on_step(const StepInfo& step) override;
  void on_epoch(const EpochInfo& epoch) override;

  strata_progress progress{};
  std::vector<std::string> epochs;  ///< a line of JSON each
  nlohmann::ordered_json run;       ///< what is known of it from the start
};

/// Handles are made of it; one thread at a time calls it, but for stop().
class TrainingRun {
 public:
  explicit TrainingRun(TrainingPlan plan);

  /// As strata_trainer_run().
  int run(std::uint64_t steps);
  /// By any thread or signal handler.
  void stop() { stop_.store(true, std::memory_order_relaxed); }

  strata_progress progress() const;
  nlohmann::ordered_json info() const;
  std::string history() const;
  /// Throws Error(usage) before the end.
  std::string result() const;

  const std::vector<ParameterGroup>& groups() const { return plan_.settings.config.groups; }
  double rate(std::string_view group) const;
  void set_rate(std::string_view group, double rate);

  Parameters parameters() const { return trainer_->live_parameters(); }
  const ModelSpec& model_spec() const { return trainer_->model(); }
  ModelFile model(bool best) const;

  void measure_gradients(bool on);
  std::vector<double> gradient_norms() const;

  std::string snapshot() const;
  void restore(std::string_view bytes);
  void inherit(std::string_view bytes);

 private:
  /// Takes the place of the trainer, at its start or where `snapshot` says.
  void begin(std::unique_ptr<Trainer> trainer);
  std::size_t group_of(std::string_view name) const;
  Checkpoint checkpoint() const;
  const std::string& hash_of_data() const;
  void check_not_begun(const char* what) const;
  std::vector<std::optional<double>> rates_in(const nlohmann::ordered_json& further) const;
  /// One that begins with those weights and scalers.
  std::unique_ptr<Trainer> trainer_of(const RunSnapshot& snapshot, const nlohmann::ordered_json& further) const;
  nlohmann::ordered_json set_rates_json() const;
  void end();

  TrainingPlan plan_;
  std::unique_ptr<Trainer> trainer_;
  std::array<Observer*, 1> observers_{&notes_};
  RunNotes notes_;
  std::vector<std::optional<double>> set_rates_;  ///< of each group; none: its schedule's
  std::atomic<bool> stop_{false};
  bool ending_ = false;     ///< a request to stop comes too late
  bool failed_ = false;     ///< an error has left it where no run can be
  bool measured_ = false;   ///< the last step's gradients have been
  bool inherited_ = false;  ///< weights and scalers are those of a run on other data
  std::optional<RunResult> result_;
  std::optional<RunSnapshot> last_;  ///< before the best epoch's weights took their place
  mutable std::string data_hash_;    ///< once it has been asked for
};

}  // namespace strata::library

struct strata_trainer {
  strata::library::TrainingRun run;
};
