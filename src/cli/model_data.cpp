#include "cli/model_data.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "cli/data_request.h"
#include "core/error.h"
#include "data/array_stream.h"
#include "data/gzip.h"
#include "data/table_stream_rows.h"

namespace strata::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* kInstalled = STRATA_DATASETS_DIR "/fashion-mnist";

/// A file or a pipe.
FileDescriptor opened_file(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    throw data_error("{}: cannot open it: {}; check the path and its permissions", path, system_reason(errno));
  }
  return file;
}

/// The same, or stdin.
ByteReader opened(const std::string& path) {
  return path == "-" ? ByteReader(FileDescriptor(), "stdin") : ByteReader(opened_file(path), path);
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

MissingValues missing_of(const ModelFile& model) {
  return model.scaler.fill.empty() ? MissingValues::error : MissingValues::mean;
}

std::unique_ptr<RowStream> array_rows(const std::string& path, const ModelFile& model, int threads) {
  ByteReader bytes = inflated(opened(path));
  if (bytes.peek(1).empty()) {
    throw data_error("{}: is empty; expected rows to predict", bytes.name());
  }
  if (!is_array(bytes.peek(kArrayStart))) {
    throw data_error("{}: is neither an IDX nor an NPY file; expected one, as the model was not trained on a table",
                     bytes.name());
  }
  return array_stream(std::move(bytes), missing_of(model), threads);
}

/// The test part of a folder, or the training part.
std::unique_ptr<RowStream> part_rows(const DataRequest& request, const ModelFile& model) {
  DataSource source = load_for_model(request, data_needs(model), LabelUse::ignore);
  return std::make_unique<DatasetRows>(std::move(source.test.rows() > 0 ? source.test : source.train));
}

std::unique_ptr<RowStream> table_rows(const DataRequest& request, const ModelFile& model) {
  const std::string path = request.data.string();
  TableOptions options;
  options.header = request.header;
  options.missing = missing_of(model);
  options.unseen = request.unseen;
  const std::string name = path == "-" ? "stdin" : path;
  return std::make_unique<TableStreamRows>(path == "-" ? FileDescriptor() : opened_file(path), name, *model.table,
                                           model.class_names, options, request.threads);
}

void check_features(const RowStream& rows, const ModelFile& model) {
  if (rows.features() != model.spec.inputs) {
    throw data_error("{}: its rows have {} features, the model takes {}; give data of the model's kind", rows.source(),
                     rows.features(), model.spec.inputs);
  }
}

/// Options of tables, of a model of arrays.
void reject_table_options(const Arguments& arguments) {
  for (const char* option : {"header", "unseen-categories"}) {
    if (arguments.given(option)) {
      throw usage_error("--{} does not apply: the model was not trained on a table", option);
    }
  }
}

}  // namespace

DataRequest evaluation_request(const Arguments& arguments, const TrainedModel& trained) {
  if (!trained.model.table) {
    reject_table_options(arguments);
  }
  DataRequest given = data_request(arguments);
  if (arguments.given("data")) {
    return given;
  }
  if (arguments.given("labels")) {
    throw usage_error("--labels does not apply without --data");
  }
  DataRequest request = trained.run.data.value_or(DataRequest{.data = kInstalled});
  if (arguments.given("header")) {
    request.header = given.header;
  }
  if (arguments.given("unseen-categories")) {
    request.unseen = given.unseen;
  }
  std::error_code ignored;
  if (!fs::exists(request.data, ignored)) {
    throw data_error(
        "{}: not found; {} or give --data PATH", request.data.string(),
        trained.run.data ? "go where the run was started," : "install the Debian package dataset-fashion-mnist,");
  }
  return request;
}

DataSource evaluation_data(const DataRequest& request, const TrainedModel& trained) {
  return load_for_model(request, data_needs(trained.model));
}

std::unique_ptr<RowStream> prediction_rows(const Arguments& arguments, const ModelFile& model, int threads) {
  DataRequest request = data_request(arguments);
  request.threads = threads;
  if (!model.table) {
    reject_table_options(arguments);
  }
  std::error_code ignored;
  const bool whole = fs::is_directory(request.data, ignored) || (model.table && request.data.extension() == ".gz");
  std::unique_ptr<RowStream> rows = whole         ? part_rows(request, model)
                                    : model.table ? table_rows(request, model)
                                                  : array_rows(request.data.string(), model, threads);
  check_features(*rows, model);
  return rows;
}

}  // namespace strata::cli
