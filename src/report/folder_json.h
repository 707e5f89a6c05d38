// What a page says of one folder, as JSON read from the folder's files: docs/report.md.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "data/load.h"
#include "diagnose/run_facts.h"
#include "io/model_file.h"
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

/// The same by the records alone, of a run that goes on: nothing of its model or data, which would have to be read.
nlohmann::ordered_json growing_run_json(const std::filesystem::path& folder, const nlohmann::ordered_json& config);

/// Adds what a run's model says of its data, `test` (or a note), and `diagnosis` to `json`, the rest of what run_json
/// gives of it. `facts`: what diagnoses see of its records; `model`: null if there is none worth a test.
void judge_run(nlohmann::ordered_json& json, RunFacts facts, const ModelFile* model, const DataSource& source,
               int threads);

/// A sweep's page by its config.json and so many lines of trials.jsonl.
nlohmann::ordered_json sweep_json(const nlohmann::ordered_json& config,
                                  std::span<const std::shared_ptr<const nlohmann::ordered_json>> lines);

/// Reads a sweep's folder.
nlohmann::ordered_json sweep_json(const std::filesystem::path& folder, const nlohmann::ordered_json& config);

/// Reads the folder of a learning-rate test.
nlohmann::ordered_json find_lr_json(const std::filesystem::path& folder, const nlohmann::ordered_json& config);

}  // namespace strata
