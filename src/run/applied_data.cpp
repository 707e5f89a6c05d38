// The data to which a trained model is applied.

#include <fcntl.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/field.h"
#include "data/formats/array_stream.h"
#include "data/formats/image.h"
#include "data/formats/image_rows.h"
#include "data/formats/npz.h"
#include "data/gzip.h"
#include "data/table/stream.h"
#include "run/apply_model.h"
#include "settings/run_settings.h"

namespace strata {

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

/// Whether its samples are images, as far as their shape tells.
bool takes_images(const ModelFile& model) {
  constexpr std::size_t kColours = 3;
  const auto& shape = model.sample_shape;
  return shape.size() == 2 || (shape.size() == 3 && shape.back() == kColours);
}

std::unique_ptr<RowStream> array_rows(const std::string& path, const ModelFile& model, int threads) {
  if (is_image_name(path)) {
    return image_rows({path}, path, model.sample_shape, model.images);
  }
  ByteReader bytes = inflated(opened(path));
  if (bytes.peek(1).empty()) {
    throw data_error("{}: is empty; expected rows to predict", bytes.name());
  }
  if (!is_array(bytes.peek(kArrayStart))) {
    if (path == "-" && takes_images(model)) {
      return image_rows(std::move(bytes), model.sample_shape, model.images);
    }
    throw data_error("{}: is neither an IDX nor an NPY file; expected one, as the model was not trained on a table",
                     bytes.name());
  }
  return array_stream(std::move(bytes), model.scaler.missing(), threads, model.scaler.offset);
}

/// The test part of a folder, or the training part; of a folder of images without classes, these.
std::unique_ptr<RowStream> part_rows(const DataRequest& request, const ModelFile& model) {
  std::error_code ignored;
  if (!model.table && fs::is_directory(request.data, ignored)) {
    if (const auto images = images_in(request.data); !images.empty()) {
      return image_rows(images, request.data.string(), model.sample_shape, model.images);
    }
  }
  DataSource source = load_for_model(request, data_needs(model), LabelUse::ignore);
  return std::make_unique<DatasetRows>(std::move(source.test.rows() > 0 ? source.test : source.train));
}

std::unique_ptr<RowStream> table_rows(const DataRequest& request, const ModelFile& model) {
  const std::string path = request.data.string();
  TableOptions options;
  options.dialect = request.dialect;
  options.missing = model.scaler.missing();
  options.unseen = request.unseen;
  options.offsets = model.scaler.offset;
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
void reject_table_options(const Given& given) {
  for (const char* option :
       {"header", "unseen-categories", "delimiter", "decimal", "comment", "missing-values", "label-type"}) {
    if (given.knows(option) && given.given(option)) {
      throw usage_error("{} does not apply: the model was not trained on a table", field(option));
    }
  }
}

/// An option of classes, of a model of tables.
void reject_label_type(const Given& given, const ModelFile& model) {
  if (model.targets != TargetKind::classes && given.knows("label-type") && given.given("label-type")) {
    throw usage_error("‹label_type› does not apply: the model learns no classes");
  }
}

}  // namespace

DataRequest evaluation_request(const Given& given, const TrainedModel& trained) {
  if (!trained.model.table) {
    reject_table_options(given);
  }
  reject_label_type(given, trained.model);
  DataRequest asked = data_request(given);
  if (given.given("data")) {
    return asked;
  }
  if (given.given("labels")) {
    throw usage_error("‹labels› does not apply without ‹data›");
  }
  DataRequest request = trained.run.data.value_or(DataRequest{.data = kInstalled});
  request.dialect = overruled(request.dialect, asked.dialect);
  if (given.given("unseen-categories")) {
    request.unseen = asked.unseen;
  }
  if (const auto missing = missing_data(request)) {
    throw data_error("{}: not found; {}give ‹data› PATH", missing->path.string(),
                     !trained.run.data             ? "install the Debian package dataset-fashion-mnist, or "
                     : missing->path.is_relative() ? "go where the run was started, or "
                                                   : "the run was trained on it; if it has moved, ");
  }
  return request;
}

DataSource evaluation_data(const DataRequest& request, const TrainedModel& trained) {
  return load_for_model(request, data_needs(trained.model));
}

std::unique_ptr<RowStream> prediction_rows(const Given& given, const ModelFile& model, int threads) {
  DataRequest request = data_request(given);
  request.threads = threads;
  if (!model.table) {
    reject_table_options(given);
  }
  reject_label_type(given, model);
  std::error_code ignored;
  const bool whole = fs::is_directory(request.data, ignored) || (model.table && request.data.extension() == ".gz") ||
                     (!model.table && is_npz_name(request.data));
  std::unique_ptr<RowStream> rows = whole         ? part_rows(request, model)
                                    : model.table ? table_rows(request, model)
                                                  : array_rows(request.data.string(), model, threads);
  check_features(*rows, model);
  return rows;
}

}  // namespace strata
