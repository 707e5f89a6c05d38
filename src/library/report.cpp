// Run folders as one HTML page.
#include "report/report.h"

#include <filesystem>
#include <optional>
#include <vector>

#include "core/threads.h"
#include "library/call.h"
#include "library/handles.h"

using namespace strata;

namespace strata::library {

namespace {

/// The data with all rows as the test part, on which a page judges a model.
DataSource as_test_rows(const DataSource& source) {
  DataSource rows = source;
  if (rows.test.rows() == 0) {
    rows.test = source.train;
  }
  return rows;
}

}  // namespace

}  // namespace strata::library

int strata_report(const char* const* folders, size_t count, const strata_data* data, const char* path) {
  return library::done([&] {
    if (count == 0) {
      throw usage_error("there is no folder to report; expected one at least");
    }
    std::vector<std::filesystem::path> paths;
    const char* const* names = &library::required(folders, "folders");
    for (std::size_t f = 0; f < count; ++f) {
      paths.emplace_back(&library::required(names[f], "a folder"));
    }
    std::optional<DataSource> rows;
    if (data != nullptr) {
      rows = library::as_test_rows(data->source);
    }
    write_report(paths, &library::required(path, "path"), rows ? &*rows : nullptr, available_threads());
  });
}
