// What a page says of one folder, as JSON read from the folder's files: docs/report.md.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "data/load.h"
#include "train/monitor.h"

namespace strata {

/// `run`, `sweep` or `find-lr`, as the folder's config.json has it. Throws Error(data) for anything else.
std::string folder_kind(const std::filesystem::path& folder, const nlohmann::ordered_json& config);

/// Whether a process works in the folder now.
bool is_worked_in(const std::filesystem::path& folder);

/// What a sweep compares trials by. Throws Error(data), naming its config.json, if this version does not know it.
Monitor recorded_monitor(const std::filesystem::path& folder, const nlohmann::ordered_json& config);

/// Reads the folder of a run, which may still go on or have been cut short. `source` is the run's data, or null: then
/// it is loaded from where config.json says. If that fails, or there is no model, a note says so instead of the
/// figures.
nlohmann::ordered_json run_json(const std::filesystem::path& folder, const nlohmann::ordered_json& config,
                                const DataSource* source, int threads);

/// Reads a sweep's folder.
nlohmann::ordered_json sweep_json(const std::filesystem::path& folder, const nlohmann::ordered_json& config);

/// Reads the folder of a learning-rate test.
nlohmann::ordered_json find_lr_json(const std::filesystem::path& folder, const nlohmann::ordered_json& config);

}  // namespace strata
