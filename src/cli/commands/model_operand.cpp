#include "cli/commands/model_operand.h"

#include <filesystem>

#include "core/error.h"

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

/// Throws Error(usage) if the model and the data stand in each other's place.
void check_not_swapped(const Command& command, const Arguments& arguments, const fs::path& named) {
  if (arguments.given("data") && is_model(arguments.text("data")) && !is_model(named)) {
    throw usage_error("{} is no model, but {} of --data is one; swap them: strata {} {} --data {}", named.string(),
                      arguments.text("data"), command.name, arguments.text("data"), named.string());
  }
}

}  // namespace

TrainedModel named_model(const Command& command, const Arguments& arguments) {
  const fs::path named = operand(command, arguments);
  check_not_swapped(command, arguments, named);
  return trained_model(named);
}

InputFiles files_read(const Arguments& arguments, const std::optional<DataRequest>& data) {
  InputFiles files;
  for (const std::string& named : arguments.operands()) {
    files.add_model(named);
  }
  if (data) {
    files.add_data(*data);
  }
  return files;
}

}  // namespace strata::cli
