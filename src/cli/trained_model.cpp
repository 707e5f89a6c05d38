#include "cli/trained_model.h"

#include <system_error>

#include "core/error.h"
#include "io/evaluation_json.h"
#include "report/json_files.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;

fs::path operand(const Command& command, const Arguments& arguments) {
  const std::vector<std::string>& operands = arguments.operands();
  if (operands.size() != 1) {
    throw usage_error("strata {} expects one MODEL, a .safetensors file or the folder of a run; found {}", command.name,
                      operands.size());
  }
  return operands.front();
}

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

fs::path model_path(const fs::path& named) {
  std::error_code ignored;
  if (!fs::is_directory(named, ignored)) {
    return named;
  }
  require_model(named);
  return named / "model.safetensors";
}

TrainedModel trained_model(const Command& command, const Arguments& arguments) {
  const fs::path named = operand(command, arguments);
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

std::vector<std::string> class_names_of(const ModelFile& model) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < model.spec.classes; ++c) {
    names.push_back(class_name(model.class_names, c));
  }
  return names;
}

}  // namespace strata::cli
