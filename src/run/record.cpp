#include "run/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/error.h"
#include "io/json_text.h"
#include "settings/run_config.h"
#include "settings/settings_json.h"

namespace strata {

InputFiles files_read_beside_model(const RunSettings& settings) {
  InputFiles files;
  files.add_data(settings.request);
  for (const auto& path : {settings.initial_weights, settings.config_file}) {
    if (path) {
      files.add_file(*path);
    }
  }
  return files;
}

InputFiles files_read(const RunSettings& settings) {
  InputFiles files = files_read_beside_model(settings);
  if (settings.from) {
    files.add_model(settings.from_path.value());
  }
  return files;
}

nlohmann::ordered_json stored_config(const RunSettings& settings) { return with_stored_paths(config_json(settings)); }

bool has_finite_weights(const Trainer& trainer) {
  return std::ranges::all_of(trainer.parameters().values(), [](float weight) { return std::isfinite(weight); });
}

ModelFile model_of(const RunSettings& settings, const Trainer& trainer, const DataSource& source, Parameters parameters,
                   std::uint64_t steps) {
  std::map<std::string, std::string> notes =
      split_notes({settings.config.split, settings.config.validation_split, settings.config.seed});
  notes["steps"] = fmt::format("{}", steps);
  return {.spec = trainer.model(),
          .convention = settings.config.convention,
          .task = trainer.task(),
          .parameters = std::move(parameters),
          .scaler = trainer.scaler(),
          .sample_shape = source.train.sample_shape,
          .notes = std::move(notes),
          .class_names = source.class_names,
          .table = source.table,
          .targets = source.targets,
          .target_names = source.train.target_names,
          .class_labels = source.class_labels,
          .images = settings.from ? settings.from->images : settings.request.images};
}

void save_model(const std::filesystem::path& path, const RunSettings& settings, const Trainer& trainer,
                const DataSource& source) {
  write_model(path, model_of(settings, trainer, source, trainer.parameters(), trainer.steps_of_parameters()));
}

RunRecord::RunRecord(const std::filesystem::path& folder, const RunSettings& settings, const Face& face)
    : settings_(settings), face_(face), folder_(folder), log_(folder_.metrics().string(), stored_config(settings)) {
  rewrite_config();
}

RunRecord::RunRecord(RunFolder folder, const RunSettings& settings, const Face& face, std::uint64_t metrics_bytes)
    : settings_(settings), face_(face), folder_(std::move(folder)), log_(folder_.metrics().string(), metrics_bytes) {
  rewrite_config();
}

void RunRecord::rewrite_config() const {
  folder_.write_config(stored_config(settings_), face_.command(shaping_json(settings_.asked)));
}

void RunRecord::set_steps(std::uint64_t steps) const {
  nlohmann::ordered_json asked = shaping_json(settings_.asked);
  asked.erase("max_time");
  asked["max_steps"] = steps;
  nlohmann::ordered_json config = stored_config(settings_);
  config.erase("max_time");
  config["max_steps"] = steps;
  folder_.write_config(config, face_.command(asked));
}

}  // namespace strata
