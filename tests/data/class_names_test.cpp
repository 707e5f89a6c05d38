// Names for classes that the data only number.
#include "data/load.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"
#include "tests/data/npy_files.h"
#include "tests/data/tables.h"

namespace strata::test::data_class_names_test {

namespace {

/// Needs of a model of the data.
DataNeeds needs_of(const DataSource& source) {
  return {.features = source.train.features,
          .classes = source.classes,
          .class_names = source.class_names,
          .class_labels = source.class_labels,
          .table = source.table};
}

}  // namespace

TEST_CASE("Numbered classes have the names of the request, and keep their labels", "[data]") {
  const TemporaryFolder folder;
  folder.write("X.npy", npy_file<float>({3, 1}, {1, 2, 3}));
  folder.write("y.npy", npy_file<std::int64_t>({3}, {7, 5, 7}));
  DataRequest request{.data = folder.path() / "X.npy", .labels = folder.path() / "y.npy"};
  request.class_names = {"five", "seven"};
  const DataSource source = load_data(request);
  CHECK(source.class_names == Names{"five", "seven"});
  CHECK(source.class_labels == Names{"5", "7"});
  CHECK(source.train.labels == Labels{1, 0, 1});
  folder.write("y.npy", npy_file<std::int64_t>({3}, {5, 5, 7}));
  const DataSource applied = load_for_model({.data = request.data, .labels = request.labels}, needs_of(source));
  CHECK(applied.train.labels == Labels{0, 0, 1});
  CHECK(applied.class_names == source.class_names);
}

TEST_CASE("So have those of a table", "[data]") {
  const TemporaryFolder folder;
  write_text(folder.path() / "t.csv", "a,label\n1,10\n2,3\n");
  DataRequest request{.data = folder.path() / "t.csv"};
  request.class_names = {"three", "ten"};
  request.test_data = request.data;
  const DataSource source = load_data(request);
  CHECK(source.class_labels == Names{"3", "10"});
  CHECK(source.test.labels == Labels{1, 0});
  CHECK(load_for_model({.data = request.data}, needs_of(source)).train.labels == Labels{1, 0});
}

TEST_CASE("Names that do not fit the classes are refused", "[data]") {
  const TemporaryFolder folder;
  write_text(folder.path() / "t.csv", "a,label\n1,x\n2,3\n");
  DataRequest request{.data = folder.path() / "t.csv"};
  request.class_names = {"three", "ten"};
  CHECK(thrown([&] { load_data(request); }).find("has names for its classes, '3', 'x'") != std::string::npos);
  write_text(folder.path() / "t.csv", "a,label\n1,1\n2,3\n3,4\n");
  CHECK(thrown([&] { load_data(request); }).find("found 2 names") != std::string::npos);
}

}  // namespace strata::test::data_class_names_test
