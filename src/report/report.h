// Run folders to one HTML page that opens from disk: docs/report.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "data/load.h"

namespace strata {

/// The page of one folder of a run, a sweep or a learning-rate test, or of several runs, compared. `source` is the data
/// of the runs, or null: then each run's is loaded; `threads` load and test. Throws Error(data), naming the file, for a
/// folder that is none of these or holds damaged files, Error(usage) for several folders that are not all runs.
std::string report_page(std::span<const std::filesystem::path> folders, const DataSource* source, int threads);

/// What went wrong in the run of a folder, as to_json(Diagnosis) has it. Throws as report_page, and Error(usage) for
/// the folder of something else.
nlohmann::ordered_json run_diagnosis(const std::filesystem::path& folder, int threads);

/// The last name of the path, also of `run/` and `.`.
std::string folder_name(const std::filesystem::path& folder);

/// What the page of one folder embeds: `folder` as folder_json.h makes it, with `name` and `path`.
nlohmann::ordered_json page_data(nlohmann::ordered_json folder);

/// `folder` of page_data as the report of the folder has it. Throws as report_page.
nlohmann::ordered_json reported_folder(const std::filesystem::path& folder, int threads);

/// The same of a folder that another process fills: of a run without what only its model and its data tell.
nlohmann::ordered_json growing_folder(const std::filesystem::path& folder);

/// A page that has been written.
struct WrittenReport {
  std::size_t bytes = 0;
  nlohmann::ordered_json folder;     ///< of page_data, if the page is that of one; else null
  nlohmann::ordered_json diagnosis;  ///< of the run, if the page is that of one; else null
};

/// Writes the report_page of `folders` to `output`, whole or not at all. Throws that, and Error(failed).
WrittenReport write_report(std::span<const std::filesystem::path> folders, const std::filesystem::path& output,
                           const DataSource* source, int threads);

}  // namespace strata
