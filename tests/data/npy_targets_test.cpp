// What is to be learnt of the rows of arrays, where that is no class.
#include <cmath>

#include "data/load.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"
#include "tests/data/npy_files.h"
#include "tests/data/tables.h"

namespace strata::test::data_npy_targets_test {

namespace {

const std::vector<TargetKind> kNumbers{TargetKind::numbers};
const std::vector<TargetKind> kTwoClassesOrLabels{TargetKind::classes, TargetKind::labels};

struct Arrays {
  Arrays() { folder.write("X.npy", npy_file<float>({3, 1}, {1, 2, 3})); }

  DataRequest request(const Bytes& y, const std::vector<TargetKind>& takes) const {
    folder.write("y.npy", y);
    DataRequest request{.data = folder.path() / "X.npy", .labels = folder.path() / "y.npy"};
    request.takes = takes;
    return request;
  }
  DataSource load(const Bytes& y, const std::vector<TargetKind>& takes) const { return load_data(request(y, takes)); }
  std::string fault(const Bytes& y, const std::vector<TargetKind>& takes) const {
    return thrown([&] { load(y, takes); });
  }

  TemporaryFolder folder;
};

Values targets_of(const DataSource& source) {
  return {source.train.target_values.begin(), source.train.target_values.end()};
}

}  // namespace

TEST_CASE("Arrays are numbers where the loss learns numbers, of any type and order", "[data]") {
  const Arrays arrays;
  const DataSource one = arrays.load(npy_file<double>({3}, {0.5, -1e30, 7}), kNumbers);
  CHECK((one.targets == TargetKind::numbers && one.classes == 0 && one.train.target_columns == 1));
  CHECK(targets_of(one) == Values{0.5F, -1e30F, 7});
  CHECK((one.train.labels.empty() && one.class_names.empty()));
  CHECK(targets_of(arrays.load(npy_file<std::uint8_t>({3, 1}, {0, 1, 255}), kNumbers)) == Values{0, 1, 255});
  CHECK(targets_of(arrays.load(npy_file<std::int64_t>({3, 2}, {1, 2, 3, 4, 5, 6}, true, true), kNumbers)) ==
        Values{1, 4, 2, 5, 3, 6});
}

TEST_CASE("Columns of 0 and 1 are labels where the loss learns any, and classes elsewhere", "[data]") {
  const Arrays arrays;
  const Bytes one_hot = npy_file<float>({3, 2}, {1, 0, 0, 1, 1, 0});
  const DataSource labels = arrays.load(one_hot, kTwoClassesOrLabels);
  CHECK((labels.targets == TargetKind::labels && labels.train.target_columns == 2));
  CHECK(targets_of(labels) == Values{1, 0, 0, 1, 1, 0});
  const DataSource classes = arrays.load(one_hot, {TargetKind::classes});
  CHECK((classes.targets == TargetKind::classes && classes.classes == 2 && classes.train.target_columns == 0));
  CHECK(arrays.load(npy_file<std::int8_t>({3}, {0, 1, 1}), kTwoClassesOrLabels).train.labels == Labels{0, 1, 1});
  CHECK(arrays.fault(npy_file<float>({3, 2}, {1, 0, 0, 2, 1, 0}), kTwoClassesOrLabels)
            .find("row 1, column 1 (counted from 0) is 2; expected 0 or 1") != std::string::npos);
}

TEST_CASE("Targets that cannot be learnt are refused", "[data]") {
  const Arrays arrays;
  CHECK(arrays.fault(npy_file<double>({3, 2}, {1, 2, 3, std::nan(""), 5, 6}), kNumbers)
            .find("y.npy: row 1, column 1 (counted from 0) is nan; expected a finite number of fp32 to learn") !=
        std::string::npos);
  CHECK(arrays.fault(npy_file<double>({3}, {1, 1e39, 3}), kNumbers).find("is 1e+39; expected") != std::string::npos);
  CHECK(arrays.fault(npy_file<double>({2}, {1, 2}), kNumbers).find("has 2 rows of targets; expected 3") !=
        std::string::npos);
  CHECK(arrays.fault(npy_file<double>({3, 1, 1}, {1, 2, 3}), kNumbers).find("expected targets") != std::string::npos);
}

TEST_CASE("Training targets that fp32 cannot tell apart are refused by column", "[data]") {
  const Arrays arrays;
  const std::string found =
      arrays.fault(npy_file<double>({3, 2}, {1, 1.7e9 + 130, 2, 1.7e9 + 131, 3, 1.7e9 + 29}), kNumbers);
  CHECK(found.find("y.npy: numbers of the column 1 (counted from 0) are so far from 0 that fp32 cannot tell them") !=
        std::string::npos);
  CHECK(found.find("; subtract 1700000100 from them") != std::string::npos);
  CHECK(arrays.fault(npy_file<std::int64_t>({3}, {1'000'000'000, 1'000'000'001, 1'000'000'003}), kNumbers)
            .find("; subtract 1000000000 from them") != std::string::npos);
  CHECK(targets_of(arrays.load(npy_file<double>({3}, {1e9, 1e9, 1e9}), kNumbers)) == Values{1e9F, 1e9F, 1e9F});
}

TEST_CASE("Other parts have as many targets as the training part, or the model", "[data]") {
  const Arrays arrays;
  DataRequest request = arrays.request(npy_file<float>({3, 2}, {1, 2, 3, 4, 5, 6}), kNumbers);
  arrays.folder.write("z.npy", npy_file<float>({3}, {1, 2, 3}));
  request.test_data = request.data;
  request.test_labels = arrays.folder.path() / "z.npy";
  CHECK(thrown([&] { load_data(request); }).find("z.npy: has rows of 1 targets; expected 2, as in training") !=
        std::string::npos);
  const DataNeeds needs{.features = 1, .targets = TargetKind::numbers, .target_columns = 1};
  DataRequest applied{.data = request.data, .labels = request.test_labels};
  const DataSource source = load_for_model(applied, needs);
  CHECK((targets_of(source) == Values{1, 2, 3} && source.targets == TargetKind::numbers));
  CHECK(load_for_model({.data = request.data}, needs, LabelUse::ignore).train.target_columns == 0);
}

}  // namespace strata::test::data_npy_targets_test
