#include "data/load.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "data/formats/idx_folder.h"
#include "tests/data/data_files.h"

namespace strata::test::data_load_test {

namespace {

namespace fs = std::filesystem;

std::string fault_of(const fs::path& path) {
  return data_message_of([&] { load_idx_folder(path, 2); });
}

std::string fault_of(const IdxFiles& files, bool zipped = true) {
  const TemporaryFolder folder;
  files.write(folder, zipped);
  return fault_of(folder.path());
}

bool equal(const Dataset& a, const Dataset& b) {
  return a.source == b.source && a.sample_shape == b.sample_shape && a.features == b.features && a.pixels == b.pixels &&
         a.labels == b.labels;
}

}  // namespace

TEST_CASE("A folder of IDX files is read, plain or gzipped", "[data]") {
  for (const bool zipped : {false, true}) {
    const TemporaryFolder folder;
    const IdxFiles files = idx_files(50, 20, {4, 3}, 5);
    files.write(folder, zipped);
    const DataSource source = load_idx_folder(folder.path(), 2);
    CHECK(source.classes == 5);
    CHECK(source.train.source ==
          (folder.path() / (zipped ? "train-images-idx3-ubyte.gz" : "train-images-idx3-ubyte")).string());
    CHECK(source.train.rows() == 50);
    CHECK(source.test.rows() == 20);
    CHECK(source.train.features == 12);
    CHECK(source.train.sample_shape == std::vector<std::size_t>{4, 3});
    CHECK(Bytes(source.train.pixels.begin(), source.train.pixels.end()) ==
          Bytes(files.train_images.begin() + 16, files.train_images.end()));
    CHECK(Bytes(source.test.pixels.begin(), source.test.pixels.end()) ==
          Bytes(files.test_images.begin() + 16, files.test_images.end()));
    CHECK(source.train.labels[7] == 2);
    const SamplesView view = source.train.view();
    CHECK(view.features(3, 5) == files.train_images[16 + 3 * 12 + 5]);
    CHECK(view.labels.size() == 50);
  }
}

TEST_CASE("Plain and gzipped files may stand in one folder", "[data]") {
  const TemporaryFolder folder;
  const IdxFiles files = idx_files(6, 4, {2, 2}, 2);
  files.write(folder, false);
  fs::remove(folder.path() / "train-labels-idx1-ubyte");
  folder.write("train-labels-idx1-ubyte.gz", gzip(files.train_labels));
  CHECK(load_idx_folder(folder.path(), 3).train.rows() == 6);
}

TEST_CASE("Other shapes, ranks and numbers of classes are read as they are", "[data]") {
  struct Case {
    std::vector<std::uint32_t> sample;
    std::uint32_t classes;
  };
  // EMNIST's balanced and by-class parts, colour images, plain vectors, a single pixel, one class only, all classes.
  for (const Case& c :
       {Case{{28, 28}, 47}, {{28, 28}, 62}, {{8, 8, 3}, 10}, {{30}, 3}, {{1}, 2}, {{2, 2}, 1}, {{2, 2}, 256}}) {
    const TemporaryFolder folder;
    idx_files(300, 100, c.sample, c.classes).write(folder, true);
    const DataSource source = load_idx_folder(folder.path(), 2);
    CHECK(source.classes == c.classes);
    CHECK(source.test.sample_shape == std::vector<std::size_t>(c.sample.begin(), c.sample.end()));
    CHECK(source.train.pixels.size() == 300 * source.train.features);
  }
}

TEST_CASE("Every number of threads reads the same data set", "[data]") {
  const TemporaryFolder folder;
  idx_files(3000, 500, {9, 11}, 10).write(folder, true);
  const DataSource one = load_idx_folder(folder.path(), 1);
  for (const int threads : {2, 3, 4, 7, 16}) {
    const DataSource many = load_idx_folder(folder.path(), threads);
    CHECK(equal(many.train, one.train));
    CHECK(equal(many.test, one.test));
    CHECK(many.classes == one.classes);
  }
}

TEST_CASE("A path that is no folder with the four files is an error that names it", "[data]") {
  const TemporaryFolder folder;
  const std::string missing = fault_of(folder.path() / "nowhere");
  CHECK(contains(missing, "nowhere: does not exist"));
  folder.write("file", {1});
  CHECK(contains(fault_of(folder.path() / "file"), "file: is not a folder"));
  CHECK(contains(fault_of(folder.path() / "file" / "deeper"), "deeper: does not exist"));
  CHECK(contains(fault_of(folder.path()), "train-images-idx3-ubyte: is missing"));
  CHECK(contains(fault_of(std::string(5000, 'x')), "cannot look at it: File name too long"));

  idx_files(6, 4, {2, 2}, 2).write(folder, true);
  for (const std::string name : {"t10k-labels-idx1-ubyte", "t10k-images-idx3-ubyte"}) {
    fs::remove(folder.path() / (name + ".gz"));
    CHECK(contains(fault_of(folder.path()), name + ": is missing, and so is its .gz"));
  }
  fs::create_directory(folder.path() / "t10k-images-idx3-ubyte");
  idx_files(6, 4, {2, 2}, 2).write(folder, true);
  CHECK(contains(fault_of(folder.path()), "t10k-images-idx3-ubyte.gz: stands beside t10k-images-idx3-ubyte"));
  fs::remove(folder.path() / "t10k-images-idx3-ubyte.gz");
  CHECK(contains(fault_of(folder.path()), "t10k-images-idx3-ubyte: is not a regular file"));
}

TEST_CASE("A name that tells the wrong compression is an error that says so", "[data]") {
  const TemporaryFolder folder;
  const IdxFiles files = idx_files(6, 4, {2, 2}, 2);
  files.write(folder, false);
  folder.write("t10k-labels-idx1-ubyte", gzip(files.test_labels));
  CHECK(contains(fault_of(folder.path()), "is gzip data although its name lacks .gz"));
  fs::remove(folder.path() / "t10k-labels-idx1-ubyte");
  folder.write("t10k-labels-idx1-ubyte.gz", files.test_labels);
  CHECK(contains(fault_of(folder.path()), "is not gzip data although its name ends in .gz"));
}

TEST_CASE("Damaged gzip data is an error that names the file", "[data]") {
  const TemporaryFolder folder;
  idx_files(6, 4, {2, 2}, 2).write(folder, true);
  const std::string name = "t10k-images-idx3-ubyte.gz";
  const Bytes zipped = gzip(idx_files(6, 4, {2, 2}, 2).test_images);
  folder.write(name, Bytes(zipped.begin(), zipped.end() - 1));
  CHECK(contains(fault_of(folder.path()), name + ": is truncated or corrupt"));
  Bytes longer = zipped;
  longer.push_back('x');
  folder.write(name, longer);
  CHECK(contains(fault_of(folder.path()), name + ": 1 bytes follow the end of the gzip data"));
}

TEST_CASE("Files that cannot be used together are errors", "[data]") {
  const IdxFiles good = idx_files(6, 4, {2, 2}, 2);
  IdxFiles files = good;
  std::swap(files.train_images, files.train_labels);
  CHECK(contains(fault_of(files), "train-images-idx3-ubyte.gz: is an array of rank 1"));
  files = good;
  files.test_labels = good.test_images;
  CHECK(contains(fault_of(files), "t10k-labels-idx1-ubyte.gz: is an array of rank 3"));
  files = good;
  files.test_labels = idx_files(6, 5, {2, 2}, 2).test_labels;
  CHECK(contains(fault_of(files), "t10k-labels-idx1-ubyte.gz: has 5 labels; expected 4, one for each row of"));
  files = good;
  files.train_labels = idx_files(5, 4, {2, 2}, 2).train_labels;
  CHECK(contains(fault_of(files), "train-labels-idx1-ubyte.gz: has 5 labels; expected 6"));
  files = good;
  files.test_images = idx_files(6, 4, {4, 1}, 2).test_images;  // as many pixels, another shape
  CHECK(contains(fault_of(files), "has images of 4 x 1; expected 2 x 2"));
  files = good;
  files.test_labels.back() = 7;
  CHECK(contains(fault_of(files),
                 "row 3 (counted from 0) has label '7'; expected one of the classes of training ('0', '1')"));
}

TEST_CASE("IDX labels are classes: those that occur in the training part, named if they do not count from 0",
          "[data]") {
  IdxFiles files = idx_files(6, 4, {2, 2}, 2);
  for (Bytes* labels : {&files.train_labels, &files.test_labels}) {
    for (std::size_t i = 8; i < labels->size(); ++i) {
      (*labels)[i] = static_cast<std::uint8_t>((*labels)[i] * 2 + 1);
    }
  }
  const TemporaryFolder folder;
  files.write(folder, false);
  const DataSource source = load_idx_folder(folder.path(), 1);
  CHECK(source.classes == 2);
  CHECK(source.class_names == std::vector<std::string>{"1", "3"});
  CHECK(*std::ranges::max_element(source.train.labels) == 1);
  const std::vector<std::string> model{"0", "1", "2", "3"};
  CHECK(load_idx_folder(folder.path(), 1, model).train.labels[0] == 2 * source.train.labels[0] + 1);
  CHECK(load_idx_folder(folder.path(), 1, std::vector<std::string>{"7"}, LabelUse::ignore).test.labels.empty());
}

TEST_CASE("IDX files are found by the names that they have elsewhere", "[data]") {
  const IdxFiles files = idx_files(6, 4, {2, 2}, 2);
  const auto write = [&](const TemporaryFolder& folder, const std::string& prefix, const std::string& test,
                         const std::string& dash) {
    folder.write(prefix + "train-images" + dash + "idx3-ubyte", files.train_images);
    folder.write(prefix + "train-labels" + dash + "idx1-ubyte.gz", gzip(files.train_labels));
    folder.write(prefix + test + "-images" + dash + "idx3-ubyte.gz", gzip(files.test_images));
    folder.write(prefix + test + "-labels" + dash + "idx1-ubyte", files.test_labels);
  };
  for (const auto& [prefix, test, dash] : {std::tuple{"", "t10k", "."}, std::tuple{"emnist-letters-", "test", "-"}}) {
    const TemporaryFolder folder;
    write(folder, prefix, test, dash);
    CHECK(has_idx_files(folder.path()));
    CHECK(load_idx_folder(folder.path(), 1).train.rows() == 6);
    CHECK(load_data({.data = folder.path()}).test.rows() == 4);
  }
  const TemporaryFolder folder;
  write(folder, "emnist-letters-", "test", "-");
  fs::remove(folder.path() / "emnist-letters-test-labels-idx1-ubyte");
  CHECK(contains(fault_of(folder.path()), "emnist-letters-t10k-labels-idx1-ubyte: is missing"));
  write(folder, "emnist-digits-", "test", "-");
  CHECK(contains(fault_of(folder.path()), "holds several data sets, whose names begin with 'emnist-digits-', 'emnist"));
}

TEST_CASE("A folder that holds no data set is told by what it holds", "[data]") {
  const auto fault = [](const char* name) {
    const TemporaryFolder folder;
    if (name != nullptr) {
      folder.write(name, {1});
    }
    return data_message_of([&] { load_data({.data = folder.path()}); });
  };
  CHECK(contains(fault("a.JPG"), "holds images, such as 'a.JPG'; expected IDX files"));
  CHECK(contains(fault("a.JPG"), "put them into folders by their classes, FOLDER/CLASS/IMAGE"));
  CHECK(contains(fault("features.npy"), "holds NPY files, such as 'features.npy'"));
  CHECK(contains(fault("a.csv.gz"), "holds tables, such as 'a.csv.gz'"));
  CHECK(contains(fault("images-ubyte"), "holds IDX files, such as 'images-ubyte'"));
  CHECK(contains(fault("config.json"), "holds a run's files, such as 'config.json'"));
  CHECK(contains(fault("notes"), "holds 'notes'; expected IDX files"));
  CHECK(contains(fault(nullptr), "is empty; expected IDX files"));
}

TEST_CASE("Empty parts are errors", "[data]") {
  const IdxFiles good = idx_files(6, 4, {2, 2}, 2);
  IdxFiles files = good;
  files.train_images = idx_file({0, 2, 2}, {});
  files.train_labels = idx_file({0}, {});
  CHECK(contains(fault_of(files), "train-images-idx3-ubyte.gz: is empty"));
  files = good;
  files.test_images = idx_file({4, 0, 2}, {});
  CHECK(contains(fault_of(files), "t10k-images-idx3-ubyte.gz: is empty: its header says 4 x 0 x 2"));
  const TemporaryFolder folder;
  good.write(folder, false);
  folder.write("t10k-labels-idx1-ubyte", test::Bytes{});
  CHECK(contains(fault_of(folder.path()), "t10k-labels-idx1-ubyte: has 0 bytes"));
}

TEST_CASE("Of several faults the same one is told each time", "[data]") {
  IdxFiles files = idx_files(6, 4, {2, 2}, 2);
  for (Bytes* bytes : {&files.train_images, &files.train_labels, &files.test_images, &files.test_labels}) {
    bytes->pop_back();
  }
  for (int i = 0; i < 20; ++i) {
    CHECK(contains(fault_of(files, i % 2 == 0), "train-images-idx3-ubyte"));
  }
}

TEST_CASE("A data set with one file cut or changed loads or is an error, nothing else", "[data]") {
  const TemporaryFolder folder;
  const IdxFiles files = idx_files(3, 2, {1, 2}, 2);
  files.write(folder, false);
  const std::string name = "t10k-images-idx3-ubyte";
  for (std::size_t size = 0; size < files.test_images.size(); ++size) {
    const auto end = files.test_images.begin() + static_cast<std::ptrdiff_t>(size);
    folder.write(name, Bytes(files.test_images.begin(), end));
    CHECK(contains(fault_of(folder.path()), name));
  }
  for (std::size_t i = 0; i < 16; ++i) {
    for (const std::uint8_t flip : Bytes{0x01, 0x02, 0x80, 0xff}) {
      Bytes changed = files.test_images;
      changed[i] ^= flip;
      folder.write(name, changed);
      CHECK(contains(fault_of(folder.path()), name));
    }
  }
}

}  // namespace strata::test::data_load_test
