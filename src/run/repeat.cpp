#include "run/repeat.h"

#include <nlohmann/json.hpp>

#include "report/json_files.h"
#include "run/start.h"

namespace strata {

std::string recorded_hash(const std::filesystem::path& folder) {
  std::string hash;
  const auto take_text = [](std::string_view line) { return line.starts_with(R"({"type":"step")"); };
  read_json_lines(
      folder / "metrics.jsonl",
      [&](const nlohmann::ordered_json& line) {
        if (line.at("type") == "result") {
          hash = line.at("weights_hash").get<std::string>();
        }
      },
      take_text);
  return hash;
}

RunResult repeat_run(const RunSettings& settings, std::span<Observer* const> observers) {
  const DataSource source = run_data(settings);
  Trainer trainer = make_trainer(settings, source);
  return trainer.run(observers, [] { return false; });
}

}  // namespace strata
