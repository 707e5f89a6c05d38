#include "report/report.h"

#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "io/atomic_file.h"
#include "report/folder_json.h"
#include "report/json_files.h"
#include "report/page.h"

namespace strata {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json config_of(const fs::path& folder) {
  constexpr const char* kExpected = "expected a folder that strata train, sweep or find-lr has made with ‹run_dir›";
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) {
    throw data_error("{}: not found; {}", folder.string(), kExpected);
  }
  if (!fs::is_directory(folder, ignored)) {
    throw data_error("{}: is no folder; {}", folder.string(), kExpected);
  }
  if (!fs::exists(folder / "config.json", ignored)) {
    throw data_error("{}: has no config.json; {}", folder.string(), kExpected);
  }
  return read_json_object(folder / "config.json");
}

/// `json` is what its kind has.
Json named(Json json, const fs::path& folder) {
  json["name"] = utf8_text(folder_name(folder));
  json["path"] = utf8_text(folder.string());
  return json;
}

Json folder_json(const fs::path& folder, bool alone, const DataSource* source, int threads) {
  const Json config = config_of(folder);
  const std::string kind = folder_kind(folder, config);
  if (kind != "run" && !alone) {
    throw usage_error("{}: this is the folder of a {}; several folders must all be of runs, so report it by itself",
                      folder.string(), kind);
  }
  return named(kind == "sweep"     ? sweep_json(folder, config)
               : kind == "find-lr" ? find_lr_json(folder, config)
                                   : run_json(folder, config, source, threads),
               folder);
}

Json empty_data() { return {{"strata_version", STRATA_VERSION}, {"folders", Json::array()}}; }

Json report_data(std::span<const fs::path> folders, const DataSource* source, int threads) {
  Json data = empty_data();
  for (const fs::path& folder : folders) {
    data["folders"].push_back(folder_json(folder, folders.size() == 1, source, threads));
  }
  return data;
}

std::string page_of(const Json& data) {
  std::string title;
  for (const Json& folder : data["folders"]) {
    title += (title.empty() ? "" : ", ") + folder["name"].get<std::string>();
  }
  return page(title, data);
}

}  // namespace

std::string folder_name(const fs::path& folder) {
  std::error_code ignored;
  fs::path path = fs::absolute(folder, ignored).lexically_normal();
  if (!path.has_filename()) {
    path = path.parent_path();
  }
  return path.has_filename() ? path.filename().string() : folder.string();
}

Json page_data(Json folder) {
  Json data = empty_data();
  data["folders"].push_back(std::move(folder));
  return data;
}

Json reported_folder(const fs::path& folder, int threads) { return folder_json(folder, true, nullptr, threads); }

Json growing_folder(const fs::path& folder) {
  const Json config = config_of(folder);
  return named(
      folder_kind(folder, config) == "run" ? growing_run_json(folder, config) : folder_json(folder, true, nullptr, 1),
      folder);
}

std::string report_page(std::span<const fs::path> folders, const DataSource* source, int threads) {
  return page_of(report_data(folders, source, threads));
}

Json run_diagnosis(const fs::path& folder, int threads) {
  const Json config = config_of(folder);
  if (const std::string kind = folder_kind(folder, config); kind != "run") {
    throw usage_error("{}: this is the folder of a {}; expected that of a run, such as the best/ of a sweep",
                      folder.string(), kind);
  }
  return run_json(folder, config, nullptr, threads)["diagnosis"];
}

WrittenReport write_report(std::span<const fs::path> folders, const fs::path& output, const DataSource* source,
                           int threads) {
  Json data = report_data(folders, source, threads);
  const std::string text = page_of(data);
  AtomicFile file(output);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
  WrittenReport written{.bytes = text.size(), .folder = {}, .diagnosis = {}};
  if (folders.size() == 1) {
    written.folder = std::move(data["folders"][0]);
    written.diagnosis = written.folder.value("diagnosis", Json());
  }
  return written;
}

}  // namespace strata
