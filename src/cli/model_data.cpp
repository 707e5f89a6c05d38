#include "cli/model_data.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "data/array_stream.h"
#include "data/gzip.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kInstalled = STRATA_DATASETS_DIR "/fashion-mnist";

/// A file, a pipe or stdin, open.
ByteReader opened(const std::string& path) {
  if (path == "-") {
    return {FileDescriptor(), "stdin"};
  }
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    throw data_error("{}: cannot open it: {}; check the path and its permissions", path, system_reason(errno));
  }
  return {std::move(file), path};
}

/// The bytes as they were before gzip.
ByteReader inflated(ByteReader bytes) {
  if (!is_gzip(bytes.peek(2))) {
    return bytes;
  }
  if (bytes.name() == "stdin") {
    throw data_error("stdin: is gzip data; expected it inflated; put zcat before it");
  }
  const std::string name = bytes.name();
  return {inflate_gzip(bytes.rest(), name), name};
}

std::unique_ptr<RowStream> array_rows(const std::string& path) {
  constexpr std::size_t kMagicBytes = 6;
  ByteReader bytes = inflated(opened(path));
  if (bytes.peek(1).empty()) {
    throw data_error("{}: is empty; expected rows to predict", bytes.name());
  }
  if (!is_array(bytes.peek(kMagicBytes))) {
    throw data_error("{}: is no IDX file; expected one, as the model was trained on such data", bytes.name());
  }
  return array_stream(std::move(bytes));
}

void check_features(const RowStream& rows, const ModelFile& model) {
  if (rows.features() != model.spec.inputs) {
    throw data_error("{}: its rows have {} features, the model takes {}; give data of the model's kind", rows.source(),
                     rows.features(), model.spec.inputs);
  }
}

}  // namespace

std::string evaluation_data_path(const Arguments& arguments, const TrainedModel& trained) {
  if (arguments.given("data")) {
    return arguments.text("data");
  }
  return trained.run.data.empty() ? kInstalled : trained.run.data;
}

DataSource evaluation_data(const Arguments& arguments, const TrainedModel& trained, int threads) {
  const std::string path = evaluation_data_path(arguments, trained);
  std::error_code ignored;
  if (!arguments.given("data") && !fs::exists(path, ignored)) {
    throw data_error("{}: not found; {}give --data PATH", path,
                     trained.run.data.empty() ? "install the Debian package dataset-fashion-mnist, or "
                                              : "go to the folder where the run was started, or ");
  }
  return load_idx_folder(path, threads);
}

std::unique_ptr<RowStream> prediction_rows(const std::string& path, const ModelFile& model, int threads) {
  std::error_code ignored;
  std::unique_ptr<RowStream> rows;
  if (path != "-" && fs::is_directory(path, ignored)) {
    rows = std::make_unique<DatasetRows>(std::move(load_idx_folder(path, threads).test));
  } else {
    rows = array_rows(path);
  }
  check_features(*rows, model);
  return rows;
}

}  // namespace strata::cli
