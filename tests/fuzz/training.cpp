// Fuzz target: training by the library, few steps on few rows, with any settings that ask for little. The first byte
// says what the rows are.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "library/arguments.h"
#include "settings/option.h"
#include "settings/run_settings.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/library_calls.h"

using namespace strata;
using namespace strata::fuzz;

namespace {

constexpr std::array kLearnt{Learning::classes, Learning::labels, Learning::number, Learning::numbers};

class Run {
 public:
  Run(const Rows& rows, const char* settings) {
    code_ = strata_trainer_new(rows.get(), nullptr, settings, nullptr, &handle_);
    check_message(code_);
    require((code_ == 0) == (handle_ != nullptr), "a trainer is made, or nothing");
  }
  ~Run() { strata_trainer_free(handle_); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  int code() const { return code_; }
  bool diverged() const { return diverged_; }
  strata_trainer* get() const { return handle_; }

  std::string hash() const {
    char text[17];
    require(strata_trainer_weights_hash(handle_, text) == 0, "there are weights");
    return text;
  }

  /// To the end of the epoch; what is promised of where it stands then.
  strata_progress run() {
    strata_progress at{};
    const int code = strata_trainer_run(handle_, 0, &at);
    check_message(code);
    require(code == STRATA_OK || code == STRATA_DIVERGED, "a run goes on, or diverges");
    diverged_ = code == STRATA_DIVERGED;
    require(!diverged_ || at.ended == 1, "a run that diverged has ended");
    require(at.ended == 1 || at.epoch_ended == 1, "a run ends, or an epoch");
    require(at.step <= at.steps_per_epoch && at.step <= at.global_step, "steps are counted");
    return at;
  }

  std::string info() const {
    char* json = nullptr;
    require(strata_trainer_info(handle_, &json) == 0, "a run tells what it is");
    const std::string text = json;
    strata_free(json);
    return text;
  }

 private:
  int code_ = 0;
  bool diverged_ = false;
  strata_trainer* handle_ = nullptr;
};

/// Whether a run by these settings takes little memory and time, and stops at no time of the clock.
bool is_small(const TrainConfig& config) {
  constexpr std::size_t kLayers = 4;
  constexpr std::size_t kUnits = 40;
  constexpr std::size_t kBatch = 64;
  constexpr int kThreads = 3;
  return config.hidden.size() <= kLayers &&
         std::ranges::all_of(config.hidden, [](std::size_t units) { return units <= kUnits; }) &&
         config.batch_size <= kBatch && config.threads <= kThreads && !config.max_seconds;
}

Answer<RunSettings> run_settings_of(const char* settings) {
  return answer({ErrorKind::usage}, [&] {
    GivenTexts texts = library::texts_of_json(run_options(), settings);
    if (reads_files(texts)) {
      throw usage_error("files have targets of their own");
    }
    return run_settings(checked(run_options(), std::move(texts)), nullptr);
  });
}

/// A model can be written, read and applied.
void check_model(const Run& trainer, const Rows& rows) {
  strata_model* model = nullptr;
  require(strata_trainer_model(trainer.get(), 0, &model) == 0, "a run has a model");
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  require(strata_model_bytes(model, &bytes, &size) == 0, "a model is a file");
  strata_model* read = nullptr;
  const int code = strata_model_parse(bytes, size, &read);
  strata_free(bytes);
  require(code == 0, "a model that was written is read");
  char hashes[2][17];
  require(strata_model_weights_hash(model, hashes[0]) == 0 && strata_model_weights_hash(read, hashes[1]) == 0,
          "models have weights");
  require(std::strcmp(hashes[0], hashes[1]) == 0 && hashes[0] == trainer.hash(), "they are those of the run");
  char* figures = nullptr;
  require(strata_model_evaluate(read, rows.get(), 1, &figures) == 0, "a model judges its own rows");
  strata_free(figures);
  strata_model_free(read);
  strata_model_free(model);
}

/// A run that goes on from a snapshot makes the steps that this one made.
void check_going_on(Run& trainer, const Rows& rows, const char* settings) {
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
  require(strata_trainer_snapshot(trainer.get(), &bytes, &size) == 0, "a run has snapshots");
  trainer.run();
  Run other(rows, settings);
  const int code = strata_trainer_restore(other.get(), bytes, size);
  strata_free(bytes);
  require(code == 0, "a snapshot is restored");
  other.run();
  require(other.hash() == trainer.hash(), "a run that goes on is the run");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const std::size_t choice = Choices(input).below(2 * kLearnt.size());
  const std::string settings(text_of(input));
  const auto read = run_settings_of(settings.c_str());
  if (!read || !is_small(read->config)) {
    return 0;
  }
  const Rows rows(kLearnt[choice / 2], choice % 2 == 1);
  Run trainer(rows, settings.c_str());
  if (trainer.code() != 0) {
    require(trainer.code() == STRATA_WRONG_SETTINGS || trainer.code() == STRATA_BAD_DATA,
            "settings do not fit, or data");
    return 0;
  }
  trainer.info();
  if (trainer.run().ended == 0) {
    check_going_on(trainer, rows, settings.c_str());
  }
  if (!trainer.diverged()) {  // else its weights may be none that a file may hold
    check_model(trainer, rows);
  }
  return 0;
}
