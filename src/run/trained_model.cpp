#include "run/trained_model.h"

#include <array>
#include <fstream>
#include <system_error>

#include "core/error.h"
#include "report/json_files.h"
#include "settings/parse_value.h"

namespace strata {

namespace {

namespace fs = std::filesystem;

void require_model(const fs::path& folder) {
  std::error_code ignored;
  if (fs::exists(folder / "model.safetensors", ignored)) {
    return;
  }
  if (fs::exists(folder / "best" / "model.safetensors", ignored)) {
    throw data_error("{}: this is the folder of a sweep; give that of its best run, {}", folder.string(),
                     (folder / "best").string());
  }
  throw data_error("{}: has no model.safetensors; expected the folder of a run that has ended and not diverged",
                   folder.string());
}

nlohmann::ordered_json read_config(const fs::path& path, RunConfig& run) {
  nlohmann::ordered_json config = read_json_object(path);
  try {
    run = run_config(config);
  } catch (const Error& error) {
    throw data_error("{}: {}", path.string(), error.what());
  }
  return config;
}

}  // namespace

bool is_model(const fs::path& path) {
  constexpr std::size_t kLengthBytes = 8;  // of the header, which is JSON
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    return fs::exists(path / "model.safetensors", ignored);
  }
  std::array<char, kLengthBytes + 1> start{};
  return fs::is_regular_file(path, ignored) &&
         std::ifstream(path, std::ios::binary).read(start.data(), static_cast<std::streamsize>(start.size())) &&
         start.back() == '{';
}

fs::path model_path(const fs::path& named) {
  std::error_code ignored;
  if (!fs::is_directory(named, ignored)) {
    return named;
  }
  require_model(named);
  return named / "model.safetensors";
}

TrainedModel trained_model(const fs::path& named) {
  const fs::path file = model_path(named);
  std::error_code ignored;
  if (!fs::is_directory(named, ignored)) {
    ModelFile model = read_model(named);
    RunConfig run;
    run.split = split_of_notes(model.notes);
    return {.path = named, .folder = {}, .config = {}, .run = std::move(run), .model = std::move(model)};
  }
  RunConfig run;
  std::optional<nlohmann::ordered_json> config;
  if (fs::exists(named / "config.json", ignored)) {
    config = read_config(named / "config.json", run);
  }
  return {.path = file, .folder = named, .config = std::move(config), .run = run, .model = read_model(file)};
}

Task task_of(const Given& given, const ModelFile& model) {
  Task task = model.task;
  if (given.given("threshold")) {
    const ObjectiveEntry& entry = entry_of(task.objective.kind);
    if (entry.map != OutputMap::sigmoid) {
      throw usage_error("‹threshold› does not apply: the model has learnt by {}, of which no threshold decides",
                        entry.name);
    }
    task.threshold = parse_share("threshold", given.text("threshold"));
  }
  return task;
}

}  // namespace strata
