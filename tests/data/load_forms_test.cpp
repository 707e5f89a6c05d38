// load_data and load_for_model on every form of data.
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "data/load.h"
#include "tests/data/data_files.h"
#include "tests/data/npy_files.h"

namespace strata::test::data_load_forms_test {

namespace {

namespace fs = std::filesystem;

Bytes text(const std::string& content) { return {content.begin(), content.end()}; }

/// A folder with parts of NPY files, tables and IDX files.
struct Data {
  Data() {
    part("train", 6, 2);
    folder.write("X.npy", npy_file<double>({3, 2}, {1, 2, 3, 4, 5, 6}));
    folder.write("y.npy", npy_file<std::int64_t>({3}, {0, 2, 1}));
    folder.write("Z.npy", npy_file<float>({1, 2}, {7, 8}));
    folder.write("z.npy", npy_file<std::uint8_t>({1}, {2}));
    folder.write("t.csv", text("w,a,b,class\n1,1,2,x\n2,3,4,y\n1,5,6,x\n"));
    folder.write("u.csv", text("class,b,a\ny,8,7\n"));
  }

  /// X_part.npy (rows, 2) and y_part.npy of two classes.
  void part(const std::string& name, std::size_t rows, std::size_t classes) const {
    std::vector<float> values(rows * 2, 1.5F);
    std::vector<std::int32_t> labels;
    for (std::size_t row = 0; row < rows; ++row) {
      labels.push_back(static_cast<std::int32_t>(row % classes));
    }
    folder.write("X_" + name + ".npy", npy_file<float>({rows, 2}, values));
    folder.write("y_" + name + ".npy", npy_file<std::int32_t>({rows}, labels));
  }

  fs::path path(const std::string& name) const { return folder.path() / name; }
  DataRequest request(const std::string& name) const { return {.data = path(name)}; }
  DataRequest array_request() const {
    DataRequest request{.data = path("X.npy")};
    request.labels = path("y.npy");
    return request;
  }

  TemporaryFolder folder;
};

std::string usage_fault(const DataRequest& request) {
  return message_of(ErrorKind::usage, [&] { load_data(request); });
}
std::string data_fault(const DataRequest& request) {
  return data_message_of([&] { load_data(request); });
}

DataNeeds array_needs() { return {.features = 2, .classes = 3, .sample_shape = {2}}; }

}  // namespace

TEST_CASE("A folder of NPY files has the parts that are there", "[data]") {
  const Data data;
  const DataRequest request{.data = data.folder.path()};
  DataSource source = load_data(request);
  CHECK(source.train.rows() == 6);
  CHECK(source.classes == 2);
  CHECK(source.validation.rows() == 0);
  CHECK(source.test.rows() == 0);
  CHECK_FALSE(has_validation_part(request));
  data.part("validation", 4, 2);
  data.part("test", 3, 2);
  CHECK(has_validation_part(request));
  source = load_data(request);
  CHECK(source.validation.rows() == 4);
  CHECK(source.validation.labels == std::vector<std::uint32_t>{0, 1, 0, 1});
  CHECK(source.test.rows() == 3);
  fs::remove(data.path("y_test.npy"));
  CHECK(contains(data_fault(request), "y_test.npy: is missing, and so is its .gz; expected it beside X_test.npy"));
  fs::remove(data.path("X_test.npy"));
  data.folder.write("y_test.npy", npy_file<std::uint8_t>({1}, {2}));
  CHECK(contains(data_fault(request), "X_test.npy: is missing, and so is its .gz; expected it beside y_test.npy"));
}

TEST_CASE("A folder of NPY files may spell X and y either way, but not both", "[data]") {
  const TemporaryFolder folder;
  folder.write("x_train.npy", npy_file<float>({2, 1}, {1, 2}));
  folder.write("Y_train.npy.gz", gzip(npy_file<std::uint8_t>({2}, {0, 1})));
  CHECK(load_data({.data = folder.path()}).train.labels == std::vector<std::uint32_t>{0, 1});
  folder.write("X_train.npy", npy_file<float>({2, 1}, {1, 2}));
  CHECK(contains(data_fault({.data = folder.path()}), "x_train.npy: stands beside X_train.npy; expected one of them"));
}

TEST_CASE("Parts that do not fit the training part are errors", "[data]") {
  const Data data;
  const DataRequest request{.data = data.folder.path()};
  data.part("test", 3, 5);
  CHECK(
      contains(data_fault(request),
               "y_test.npy: row 2 (counted from 0) has label '2'; expected one of the classes of training ('0', '1')"));
  data.folder.write("X_test.npy", npy_file<float>({1, 3}, {1, 2, 3}));
  data.folder.write("y_test.npy", npy_file<std::uint8_t>({1}, {0}));
  CHECK(contains(data_fault(request), "X_test.npy: has samples of 3; expected 2, as in"));
  data.folder.write("X_test.npy", npy_file<std::uint8_t>({1, 2}, {1, 2}));
  CHECK(contains(data_fault(request), "X_test.npy: holds pixels; expected fp32 values"));
  data.folder.write("y_test.npy", npy_file<std::uint8_t>({2}, {0, 1}));
  CHECK(contains(data_fault(request), "y_test.npy: has 2 labels; expected 1"));
}

TEST_CASE("Arrays' labels that do not count from 0 are classes by their names, in all parts and for models", "[data]") {
  const Data data;
  data.folder.write("y.npy", npy_file<std::int64_t>({3}, {5, -1, 3}));
  data.folder.write("z.npy", npy_file<float>({1}, {3}));
  DataRequest request = data.array_request();
  request.test_data = data.path("Z.npy");
  request.test_labels = data.path("z.npy");
  const DataSource source = load_data(request);
  CHECK(source.classes == 3);
  CHECK(source.class_names == std::vector<std::string>{"-1", "3", "5"});
  CHECK(source.train.labels == std::vector<std::uint32_t>{2, 0, 1});
  CHECK(source.test.labels == std::vector<std::uint32_t>{1});

  DataNeeds named = array_needs();
  named.class_names = {"-1", "3", "5"};
  CHECK(load_for_model(request, named).train.labels == source.train.labels);
  DataNeeds of_before = array_needs();  // outputs 0 … 5, some of which never had a row
  of_before.classes = 6;
  data.folder.write("y.npy", npy_file<std::int64_t>({3}, {5, 1, 3}));
  const DataSource matched = load_for_model(request, of_before);
  CHECK(matched.train.labels == std::vector<std::uint32_t>{5, 1, 3});
  CHECK(matched.test.labels == std::vector<std::uint32_t>{3});
  DataNeeds worded = array_needs();
  worded.class_names = {"cat", "cow", "dog"};
  data.folder.write("y.npy", npy_file<std::int64_t>({3}, {2, 1, 0}));
  request.test_data = request.test_labels = std::nullopt;
  CHECK(load_for_model(request, worded).train.labels == std::vector<std::uint32_t>{2, 1, 0});

  data.folder.write("y.npy", npy_file<std::int64_t>({3}, {1, 3, 1}));
  request.as_before = true;
  const DataSource before = load_data(request);
  CHECK(before.classes == 4);
  CHECK(before.class_names.empty());
  CHECK(before.train.labels == std::vector<std::uint32_t>{1, 3, 1});
  data.folder.write("y.npy", npy_file<std::int64_t>({3}, {1, 0, 1}));
  CHECK(load_data(request).train.labels == std::vector<std::uint32_t>{1, 0, 1});

  request.as_before = false;
  DataNeeds narrow = array_needs();  // what is wrong with the features is told before what is with labels
  narrow.features = 1;
  narrow.sample_shape = {1};
  narrow.classes = 1;
  CHECK(contains(data_message_of([&] { load_for_model(request, narrow); }), "rows have 2 features; the model takes 1"));
}

TEST_CASE("Columns that need an offset have the training part's in all parts, and a model's", "[data]") {
  const Data data;
  data.folder.write("X.npy", npy_file<double>({3, 2}, {1e9, 1, 1e9 + 1, 2, 1e9 + 2, 3}));
  data.folder.write("Z.npy", npy_file<double>({1, 2}, {1e9 + 3, 4}));
  DataRequest request = data.array_request();
  request.test_data = data.path("Z.npy");
  request.test_labels = data.path("z.npy");
  const DataSource source = load_data(request);
  CHECK(source.train.offsets == std::vector<double>{1e9, 0});
  CHECK(std::ranges::equal(source.train.values, std::vector<float>{0, 1, 1, 2, 2, 3}));
  CHECK(source.test.offsets == source.train.offsets);
  CHECK(std::ranges::equal(source.test.values, std::vector<float>{3, 4}));
  DataNeeds needs = array_needs();
  CHECK(load_for_model(request, needs).train.values[2] == 1e9F);
  needs.offsets = {1e9 - 1, 0};
  CHECK(load_for_model(request, needs).train.values[2] == 2);
  request.as_before = true;
  CHECK(load_data(request).train.offsets.empty());
}

TEST_CASE("Tables' columns that need an offset have it in all parts, and a model's", "[data]") {
  const Data data;
  data.folder.write("t.csv", text("s,k,class\n1700000000,1,x\n\"1700000001\",2,y\n 1700000002.5 ,3,x\n"));
  data.folder.write("u.csv", text("class,s,k\nx,+1700000003,1\n"));
  DataRequest request = data.request("t.csv");
  request.test_data = data.path("u.csv");
  const DataSource source = load_data(request);
  CHECK(source.train.offsets == std::vector<double>{1.7e9, 0});
  CHECK(std::ranges::equal(source.train.values, std::vector<float>{0, 1, 1, 2, 2.5F, 3}));
  CHECK(std::ranges::equal(source.test.values, std::vector<float>{3, 1}));
  DataNeeds needs{.features = 2, .classes = 2, .class_names = {"x", "y"}, .table = source.table};
  needs.offsets = {1.7e9 - 1, 0};
  CHECK(std::ranges::equal(load_for_model(request, needs).train.values, std::vector<float>{1, 1, 2, 2, 3.5F, 3}));
  data.folder.write("u.csv", text("class,s,k\nx,,1\n"));
  CHECK(contains(data_fault(request), "column 's': is missing"));
  data.folder.write("u.csv", text("class,s,k\nx,12 h,1\n"));
  CHECK(contains(data_fault(request), "column 's': found '12 h'; expected a finite number"));
  request.missing = MissingValues::mean;
  data.folder.write("u.csv", text("class,s,k\nx,,1\n"));
  CHECK(std::isnan(load_data(request).test.values[0]));
}

TEST_CASE("NPY files of features take their labels, and parts, from other files", "[data]") {
  const Data data;
  DataRequest request = data.array_request();
  request.validation_data = data.path("Z.npy");
  request.validation_labels = data.path("z.npy");
  request.test_data = data.path("Z.npy");
  request.test_labels = data.path("z.npy");
  const DataSource source = load_data(request);
  CHECK(source.train.rows() == 3);
  CHECK(source.classes == 3);
  CHECK(source.validation.labels == std::vector<std::uint32_t>{2});
  CHECK(source.test.values[1] == 8);
  CHECK(has_validation_part(request));
  request.validation_data = data.path("u.csv");
  CHECK(
      contains(data_fault(request), "u.csv: is no NPY file; expected one, as --validation-data stands beside arrays"));
  request.validation_data = data.path("Z.npy");
  request.test_labels = std::nullopt;
  CHECK(contains(usage_fault(request), "--test-data"));
  request.test_data = std::nullopt;
  request.test_labels = data.path("z.npy");
  CHECK(contains(usage_fault(request), "--test-labels"));
  CHECK(contains(usage_fault(data.request("X.npy")), "has no labels; give --labels LABELS.npy"));
}

TEST_CASE("Test data take the place of a folder's test part", "[data]") {
  const Data data;
  data.part("test", 3, 2);
  DataRequest request{.data = data.folder.path()};
  request.test_data = data.path("Z.npy");
  request.test_labels = data.path("y.npy");
  CHECK(contains(data_fault(request), "y.npy: has 3 labels; expected 1"));
  data.folder.write("z.npy", npy_file<std::uint8_t>({1}, {1}));
  request.test_labels = data.path("z.npy");
  const DataSource source = load_data(request);
  CHECK(source.test.rows() == 1);
  CHECK(source.test.source == data.path("Z.npy").string());
}

TEST_CASE("Tables bring class names, columns and weights; their parts are matched by name", "[data]") {
  const Data data;
  DataRequest request = data.request("t.csv");
  request.roles.weight = "w";
  request.test_data = data.path("u.csv");
  const DataSource source = load_data(request);
  CHECK(source.class_names == std::vector<std::string>{"x", "y"});
  CHECK(source.classes == 2);
  REQUIRE(source.table);
  CHECK(source.table->width() == 2);
  CHECK(source.train.row_weights == std::vector<float>{1, 2, 1});
  CHECK(source.test.values[0] == 7);
  CHECK(source.test.labels == std::vector<std::uint32_t>{1});
  request.labels = data.path("y.npy");
  CHECK(contains(usage_fault(request), "--labels does not apply"));
  request.labels = std::nullopt;
  request.test_data = data.path("Z.npy");
  CHECK(contains(data_fault(request), "Z.npy: is no table"));
}

TEST_CASE("Weights of rows are not below 0, nor all 0", "[data]") {
  const Data data;
  data.folder.write("t.csv", text("w,a,class\n1,1,x\n-1,3,y\n"));
  data.folder.write("zeros.csv", text("w,a,class\n0,1,x\n0,3,y\n"));
  data.folder.write("good.csv", text("w,a,class\n0,1,x\n2,3,y\n"));
  DataRequest request = data.request("t.csv");
  request.roles.weight = "w";
  CHECK(contains(data_fault(request), "a weight from 0"));
  request = data.request("zeros.csv");
  request.roles.weight = "w";
  CHECK(contains(data_fault(request), "zeros.csv: every row has weight 0"));
  request = data.request("good.csv");
  request.roles.weight = "w";
  CHECK(load_data(request).train.row_weights == std::vector<float>{0, 2});
}

TEST_CASE("What does not apply to the form of the data is refused", "[data]") {
  const Data data;
  DataRequest request = data.array_request();
  request.roles.id = "id";
  CHECK(contains(usage_fault(request), "--id-column does not apply"));
  request = data.array_request();
  request.dialect.header = HeaderLine::no;
  CHECK(contains(usage_fault(request), "--header does not apply"));
  request = {.data = data.folder.path()};
  request.labels = data.path("y.npy");
  CHECK(contains(usage_fault(request), "--labels does not apply"));
  data.folder.write("X.npy", npy_file<std::uint8_t>({3, 2}, {1, 2, 3, 4, 5, 6}));
  request = data.array_request();
  request.missing = MissingValues::mean;
  CHECK(contains(usage_fault(request), "--missing mean does not apply"));
  CHECK(contains(data_fault(data.request("nowhere")), "nowhere: does not exist"));
  data.folder.write("x.bin", {1});
  CHECK(contains(data_fault(data.request("x.bin")), "its name ends in none of .npz, .npy, .csv"));
}

TEST_CASE("A model's data need no labels, and must be of its kind", "[data]") {
  const Data data;
  const DataSource unlabelled = load_for_model(data.request("Z.npy"), array_needs(), LabelUse::ignore);
  CHECK(unlabelled.train.rows() == 1);
  CHECK(unlabelled.train.labels.empty());
  CHECK(unlabelled.classes == 3);
  CHECK(load_for_model(data.array_request(), array_needs()).train.labels.size() == 3);
  const auto fault = [&](const DataRequest& request, const DataNeeds& needs) {
    return data_message_of([&] { load_for_model(request, needs); });
  };
  DataNeeds needs = array_needs();
  data.folder.write("gap.npy", npy_file<float>({1, 2}, {1, std::numeric_limits<float>::quiet_NaN()}));
  const auto with_gap = [&] { return load_for_model(data.request("gap.npy"), needs, LabelUse::ignore); };
  CHECK(contains(data_message_of(with_gap), "gap.npy: row 0"));
  needs.fills_missing = true;
  CHECK(std::isnan(with_gap().train.values[1]));
  needs = array_needs();
  needs.classes = 2;
  CHECK(contains(fault(data.array_request(), needs), "y.npy: row 1 (counted from 0) has label '2'; expected one of"));
  needs.features = 3;
  CHECK(contains(fault(data.array_request(), needs), "its rows have 2 features; the model takes 3"));
  needs = array_needs();
  needs.sample_shape = {1, 2};
  CHECK(contains(fault(data.array_request(), needs), "has samples of 2; expected 1 x 2"));
  CHECK(contains(fault(data.request("t.csv"), array_needs()), "is a table; the model was trained on arrays"));
  CHECK(message_of(ErrorKind::usage, [&] { load_for_model(data.request("Z.npy"), array_needs()); }).find("--labels") !=
        std::string::npos);
}

TEST_CASE("A folder for a model may have a test part alone, and tables are matched by its columns", "[data]") {
  const Data data;
  data.part("test", 3, 2);
  fs::remove(data.path("X_train.npy"));
  fs::remove(data.path("y_train.npy"));
  const DataRequest request{.data = data.folder.path()};
  const DataSource source = load_for_model(request, array_needs());
  CHECK(source.train.rows() == 0);
  CHECK(source.test.rows() == 3);
  CHECK(contains(data_fault(request), "X_train.npy: is missing"));
  DataRequest table = data.request("t.csv");
  table.roles.weight = "w";
  const DataSource trained = load_data(table);
  const DataNeeds needs{.features = 2, .classes = 2, .class_names = trained.class_names, .table = trained.table};
  const DataSource matched = load_for_model(data.request("u.csv"), needs);
  CHECK(matched.train.values[0] == 7);
  CHECK(matched.train.labels == std::vector<std::uint32_t>{1});
  CHECK(load_for_model(data.request("u.csv"), needs, LabelUse::ignore).train.labels.empty());
  CHECK(contains(data_message_of([&] { load_for_model(data.array_request(), needs); }), "is no table; the model"));
}

}  // namespace strata::test::data_load_forms_test
