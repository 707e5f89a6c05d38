#include "cli/training.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/repeat_command.h"
#include "cli/starting_model.h"
#include "core/error.h"
#include "io/model_file.h"
#include "io/run_config.h"
#include "train/run_setup.h"

namespace strata::cli {

DataSource load_data(const TrainSettings& settings) {
  std::error_code ignored;
  if (!settings.data_given && !std::filesystem::exists(settings.request.data, ignored)) {
    throw data_error("{}: not found; install the Debian package dataset-fashion-mnist, or give --data PATH",
                     settings.request.data.string());
  }
  DataRequest request = settings.request;
  request.threads = settings.config.threads;
  return settings.from ? load_for_start(request, settings) : strata::load_data(request);
}

Trainer make_trainer(const TrainSettings& settings, const DataSource& source) {
  if (settings.from) {
    const Parameters initial = starting_parameters(settings, model_for(settings.config, source));
    return {settings.config, source, &initial, starting_scaler(settings)};
  }
  if (!settings.initial_weights) {
    return {settings.config, source};
  }
  const Parameters initial = read_initial_weights(*settings.initial_weights, model_for(settings.config, source));
  return {settings.config, source, &initial};
}

bool has_finite_weights(const Trainer& trainer) {
  return std::ranges::all_of(trainer.parameters().values(), [](float weight) { return std::isfinite(weight); });
}

void save_model(const std::filesystem::path& path, const TrainSettings& settings, const Trainer& trainer,
                const DataSource& source) {
  write_model(path,
              {.spec = trainer.model(),
               .convention = settings.config.convention,
               .parameters = trainer.parameters(),
               .scaler = trainer.scaler(),
               .sample_shape = source.train.sample_shape,
               .notes = split_notes({settings.config.split, settings.config.validation_split, settings.config.seed}),
               .class_names = source.class_names,
               .table = source.table});
}

RunRecord::RunRecord(const std::filesystem::path& folder, const TrainSettings& settings)
    : settings_(settings), folder_(folder), log_(folder_.metrics().string(), config_json(settings)) {
  folder_.write_config(config_json(settings), train_command_line(settings.words));
}

RunRecord::RunRecord(RunFolder folder, const TrainSettings& settings, std::uint64_t metrics_bytes)
    : settings_(settings), folder_(std::move(folder)), log_(folder_.metrics().string(), metrics_bytes) {
  folder_.write_config(config_json(settings), train_command_line(settings.words));
}

void RunRecord::set_steps(std::uint64_t steps) const {
  std::vector<std::string> words = without_option(without_option(settings_.words, "max-time"), "max-steps");
  words.insert(words.end(), {"--max-steps", fmt::format("{}", steps)});
  nlohmann::ordered_json config = config_json(settings_);
  config.erase("max_time");
  config["max_steps"] = steps;
  folder_.write_config(config, train_command_line(words));
}

}  // namespace strata::cli
