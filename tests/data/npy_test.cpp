#include "data/formats/npy.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <type_traits>

#include "data/class_index.h"
#include "data/formats/npy_header.h"
#include "tests/data/data_files.h"
#include "tests/data/npy_files.h"
#include "tests/kernels/random_values.h"

namespace strata::test::data_npy_test {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

AlignedVector<std::uint8_t> aligned(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

Dataset features(const Bytes& bytes, MissingValues missing = MissingValues::error, int threads = 2) {
  return parse_npy_features(aligned(bytes), "x.npy", missing, threads);
}

/// The name of each row's label.
std::vector<std::string> labels(const Bytes& bytes) {
  const ArrayLabels labels = parse_npy_labels(aligned(bytes), "y.npy");
  std::vector<std::string> names;
  for (const std::uint32_t label : labels.labels) {
    names.push_back(labels.names[label]);
  }
  return names;
}

std::string feature_fault(const Bytes& bytes) {
  return data_message_of([&] { features(bytes); });
}
std::string label_fault(const Bytes& bytes) {
  return data_message_of([&] { labels(bytes); });
}
std::string dictionary_fault(const std::string& dictionary) {
  return feature_fault(npy_bytes(dictionary, Bytes(24 * sizeof(float))));
}

/// The elements of a C-ordered array of that shape in the order of Fortran.
template <class T>
std::vector<T> in_fortran_order(const std::vector<std::size_t>& shape, const std::vector<T>& values) {
  std::vector<T> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::size_t rest = i;
    std::size_t index = 0;
    std::size_t stride = values.size();
    for (std::size_t d = shape.size(); d-- > 0;) {
      stride /= shape[d];
      index += rest % shape[d] * stride;
      rest /= shape[d];
    }
    result[index] = values[i];
  }
  return result;
}

template <class T>
void check_every_order(const std::vector<std::size_t>& shape, const std::vector<T>& values,
                       const std::vector<float>& expected) {
  for (const bool big_endian : {false, true}) {
    for (const bool fortran : {false, true}) {
      for (const int version : {1, 2, 3}) {
        CAPTURE(shape, npy_type<T>(), big_endian, fortran, version);
        const Dataset dataset = features(
            npy_file<T>(shape, fortran ? in_fortran_order(shape, values) : values, big_endian, fortran, version));
        CHECK(dataset.source == "x.npy");
        CHECK(dataset.sample_shape == std::vector<std::size_t>(shape.begin() + 1, shape.end()));
        REQUIRE(dataset.rows() == shape.front());
        const SamplesView view = dataset.view();
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
          wrong += view.features(i / dataset.features, i % dataset.features) == expected[i] ? 0U : 1U;
        }
        CHECK(wrong == 0);
      }
    }
  }
}

}  // namespace

TEST_CASE("NPY features of every type, order and version come back as they were", "[data]") {
  for (const std::vector<std::size_t>& shape :
       {std::vector<std::size_t>{1, 1}, {7, 5}, {3, 2, 4}, {2, 3, 4, 5}, {1000, 97}}) {
    const std::size_t count =
        shape.front() * std::accumulate(shape.begin() + 1, shape.end(), std::size_t{1}, std::multiplies<>());
    const auto floats = random_floats(count, -1000, 1000, count);
    check_every_order<float>(shape, floats, floats);
    check_every_order<double>(shape, {floats.begin(), floats.end()}, floats);
    const auto bytes = random_integers<std::uint8_t>(count, 256, count);
    check_every_order<std::uint8_t>(shape, bytes, {bytes.begin(), bytes.end()});
  }
}

TEST_CASE("NPY pixels stay pixels, floats are values, and doubles are rounded", "[data]") {
  CHECK(features(npy_file<std::uint8_t>({2, 2}, {1, 2, 3, 255})).pixels.size() == 4);
  const Dataset rounded = features(npy_file<double>({1, 3}, {0.1, 1e-60, 3.4028235e38}));
  CHECK(rounded.values[0] == 0.1F);
  CHECK(rounded.values[1] == 0);
  CHECK(rounded.values[2] == std::numeric_limits<float>::max());
}

TEST_CASE("NPY values that are not finite in fp32 are errors by row and column, or missing", "[data]") {
  for (const double bad : {kNaN, HUGE_VAL, -HUGE_VAL, 1e39}) {
    std::vector<double> values(3000, 1.0);
    values[1234] = bad;
    values[2999] = kNaN;
    for (const bool fortran : {false, true}) {
      const Bytes file =
          npy_file<double>({300, 10}, fortran ? in_fortran_order<double>({300, 10}, values) : values, false, fortran);
      for (const int threads : {1, 4}) {
        const std::string message = data_message_of([&] { features(file, MissingValues::error, threads); });
        CHECK(contains(message, fmt::format("x.npy: row 123, column 4 (counted from 0) is {}", bad)));
      }
      const Dataset filled = features(file, MissingValues::mean);
      CHECK(std::isnan(filled.values[1234]));
      CHECK(filled.values[1233] == 1);
    }
  }
}

TEST_CASE("NPY labels of every type that holds whole numbers", "[data]") {
  const std::vector<std::string> expected{"0", "2", "1", "100"};
  CHECK(labels(npy_file<std::int8_t>({4}, {0, 2, 1, 100})) == expected);
  CHECK(labels(npy_file<std::uint8_t>({4}, {0, 2, 1, 100})) == expected);
  for (const bool big_endian : {false, true}) {
    CHECK(labels(npy_file<std::int16_t>({4}, {0, 2, 1, 100}, big_endian)) == expected);
    CHECK(labels(npy_file<std::uint16_t>({4}, {0, 2, 1, 100}, big_endian)) == expected);
    CHECK(labels(npy_file<std::int32_t>({4}, {0, 2, 1, 100}, big_endian)) == expected);
    CHECK(labels(npy_file<std::uint32_t>({4}, {0, 2, 1, 100}, big_endian)) == expected);
    CHECK(labels(npy_file<std::int64_t>({4}, {0, 2, 1, 100}, big_endian)) == expected);
    CHECK(labels(npy_file<std::uint64_t>({4}, {0, 2, 1, 100}, big_endian)) == expected);
    CHECK(labels(npy_file<float>({4}, {0, 2, 1, 100}, big_endian)) == expected);
    CHECK(labels(npy_file<double>({4}, {-0.0, 2, 1, 100}, big_endian)) == expected);
  }
  CHECK(labels(npy_bytes(npy_dictionary("|b1", false, {3}), {1, 0, 1})) == std::vector<std::string>{"1", "0", "1"});
}

TEST_CASE("NPY labels are classes: those that occur, by value", "[data]") {
  const ArrayLabels sparse = parse_npy_labels(aligned(npy_file<std::int64_t>({5}, {7, -1, 100'000, 7, 12})), "y.npy");
  CHECK(sparse.names == std::vector<std::string>{"-1", "7", "12", "100000"});
  CHECK(sparse.labels == std::vector<std::uint32_t>{1, 0, 3, 1, 2});
  CHECK(sparse.source == "y.npy");
}

TEST_CASE("NPY labels as a column, one-hot or text", "[data]") {
  CHECK(labels(npy_file<std::int64_t>({3, 1}, {2, 0, 2})) == std::vector<std::string>{"2", "0", "2"});
  const std::vector<std::string> columns{"2", "0", "2"};
  CHECK(labels(npy_file<float>({3, 3}, {0, 0, 1, 1, 0, 0, 0, 0, 1})) == columns);
  CHECK(labels(npy_file<float>({3, 3}, {0, 1, 0, 0, 0, 0, 1, 0, 1}, false, true)) == columns);
  const Bytes one_hot = npy_bytes(npy_dictionary("|b1", false, {2, 2}), {0, 1, 1, 0});
  CHECK(labels(one_hot) == std::vector<std::string>{"1", "0"});
  CHECK(labels(npy_bytes(npy_dictionary("|S3", false, {3}), {'b', 'e', 'e', 'a', 0, 0, 'b', 'e', 'e'})) ==
        std::vector<std::string>{"bee", "a", "bee"});
  for (const bool big_endian : {false, true}) {
    Bytes text;
    for (const std::uint32_t code : {0xe4U, 0x20acU, 0x1f600U, 0U}) {  // two elements of two characters
      for (unsigned byte = 0; byte < 4; ++byte) {
        text.push_back(static_cast<std::uint8_t>(code >> 8 * (big_endian ? 3 - byte : byte)));
      }
    }
    CHECK(labels(npy_bytes(npy_dictionary(big_endian ? ">U2" : "<U2", false, {2}), text)) ==
          std::vector<std::string>{"\u00e4\u20ac", "\U0001f600"});
  }
}

TEST_CASE("NPY labels that are no class are errors by row", "[data]") {
  CHECK(contains(label_fault(npy_file<double>({3}, {0, 1, 1.5})), "y.npy: row 2 (counted from 0) has label 1.5"));
  CHECK(contains(label_fault(npy_file<float>({1}, {std::numeric_limits<float>::quiet_NaN()})), "has label nan"));
  CHECK(contains(label_fault(npy_file<std::uint64_t>({1}, {1ULL << 63})), "has label 9223372036854775808"));
  CHECK(contains(label_fault(npy_bytes(npy_dictionary("|b1", false, {3}), {1, 0, 128})),
                 "row 2 (counted from 0) has the byte 128"));
  CHECK(
      contains(label_fault(npy_file<std::uint8_t>({2, 2}, {0, 1, 1, 1})),
               "is an array of 2 x 2, and its row 1 (counted from 0) is not one-hot; expected labels: an array of 2"));
  CHECK(contains(label_fault(npy_file<float>({1, 2}, {0.5F, 0.5F})), "its row 0 (counted from 0) is not one-hot"));
  CHECK(contains(label_fault(npy_file<std::uint8_t>({1, 2, 1}, {0, 1})), "is an array of 1 x 2 x 1; expected labels"));
  CHECK(contains(label_fault(npy_bytes(npy_dictionary("|S1", false, {2}), {'a', 0})), "row 1 (counted from 0) has no"));
  CHECK(contains(label_fault(npy_bytes(npy_dictionary("|S1", false, {2}), {'a', 0xff})), "has other bytes"));
  CHECK(contains(label_fault(npy_bytes(npy_dictionary("<U1", false, {1}), {0, 0xd8, 0, 0})), "has other bytes"));
  std::vector<std::int64_t> many(70'000);
  std::iota(many.begin(), many.end(), 0);
  CHECK(contains(label_fault(npy_file<std::int64_t>({many.size()}, many)), "has 70000 different labels"));
}

TEST_CASE("NPY features of integers, booleans and halves are values", "[data]") {
  const std::vector<float> expected{0, 1, 3, 127};
  const auto equal = [&](const Bytes& file) {
    const Dataset data = features(file);
    return std::ranges::equal(data.values, expected) && data.offsets.empty();
  };
  CHECK(equal(npy_file<std::int8_t>({2, 2}, {0, 1, 3, 127})));
  for (const bool big_endian : {false, true}) {
    CHECK(equal(npy_file<std::int16_t>({2, 2}, {0, 1, 3, 127}, big_endian)));
    CHECK(equal(npy_file<std::uint16_t>({2, 2}, {0, 1, 3, 127}, big_endian)));
    CHECK(equal(npy_file<std::int32_t>({2, 2}, {0, 1, 3, 127}, big_endian)));
    CHECK(equal(npy_file<std::uint32_t>({2, 2}, {0, 1, 3, 127}, big_endian)));
    CHECK(equal(npy_file<std::int64_t>({2, 2}, {0, 1, 3, 127}, big_endian)));
    CHECK(equal(npy_file<std::uint64_t>({2, 2}, {0, 1, 3, 127}, big_endian)));
  }
  // 0, 1, the smallest number (2^-24), -65504, an infinity
  const Bytes halves{0, 0, 0, 0x3c, 1, 0, 0xff, 0xfb};
  CHECK(std::ranges::equal(features(npy_bytes(npy_dictionary("<f2", false, {2, 2}), halves)).values,
                           std::vector<float>{0, 1, 0x1p-24F, -65504}));
  CHECK(contains(feature_fault(npy_bytes(npy_dictionary("<f2", false, {1, 1}), {0, 0x7c})), "is inf"));
  CHECK(std::ranges::equal(features(npy_bytes(npy_dictionary("|b1", false, {1, 2}), {0, 1})).values,
                           std::vector<float>{0, 1}));
  CHECK(contains(feature_fault(npy_bytes(npy_dictionary("|b1", false, {2, 1}), {0, 2})),
                 "row 1, column 0 (counted from 0) has the byte 2 as a boolean"));
  CHECK(features(npy_file<std::int64_t>({1, 1}, {(std::int64_t{1} << 60) + (std::int64_t{1} << 36) + 1})).values[0] ==
        0x1p60F + 0x1p37F);  // rounded once: by way of double it would be a tie
}

TEST_CASE("NPY columns whose numbers are one in fp32 are held less an offset", "[data]") {
  const std::vector<std::int64_t> seconds{1'700'000'000, 0, 1'700'000'001, 1, 1'700'000'059, 2};
  const std::vector<double> numbers(seconds.begin(), seconds.end());
  for (const Bytes& file : {npy_file<std::int64_t>({3, 2}, seconds), npy_file<double>({3, 2}, numbers),
                            npy_file<double>({3, 2}, in_fortran_order<double>({3, 2}, numbers), true, true)}) {
    const Dataset data = features(file);
    CHECK(data.offsets == std::vector<double>{1.7e9, 0});
    CHECK(std::ranges::equal(data.values, std::vector<float>{0, 0, 1, 1, 59, 2}));
    const Dataset other =
        parse_npy_features(aligned(file), "x.npy", MissingValues::error, 2, GivenOffsets({1.7e9 - 1, 0}));
    CHECK(std::ranges::equal(other.values, std::vector<float>{1, 0, 2, 1, 60, 2}));
    CHECK(parse_npy_features(aligned(file), "x.npy", MissingValues::error, 2, GivenOffsets(std::vector<double>{}))
              .offsets.empty());
  }
}

TEST_CASE("NPY features of other ranks or types are errors", "[data]") {
  CHECK(contains(feature_fault(npy_file<float>({3}, {0, 1, 2})), "is an array of rank 1, as labels are"));
  CHECK(contains(feature_fault(npy_bytes(npy_dictionary("|S1", false, {1, 2}), {'a', 'b'})), "holds text"));
  for (const char* type :
       {"<f1", "<c8", "|S0", "<U", "|U3", "<Ux", "|O", "<M8[s]", "f4", "|f4", "<f16", "<b2", "|V4", ""}) {
    CAPTURE(type);
    CHECK(contains(dictionary_fault(npy_dictionary(type, false, {4, 6})), fmt::format("elements of type '{}'", type)));
  }
}

TEST_CASE("An NPY header in any spelling of Python's is read", "[data]") {
  for (const char* dictionary : {"{'descr': '<f4', 'fortran_order': False, 'shape': (4, 6), }",
                                 "{'descr':'<f4','fortran_order':False,'shape':(4,6)}",
                                 "{ 'shape' : ( 4 , 6 , ) , \"descr\" : \"=f4\" , 'fortran_order' : True }"}) {
    CHECK(features(npy_bytes(dictionary, Bytes(24 * sizeof(float)))).rows() == 4);
  }
}

TEST_CASE("An NPY header that is anything else is an error", "[data]") {
  const std::string good = npy_dictionary("<f4", false, {4, 6});
  for (const std::string& bad :
       std::vector<std::string>{"",
                                "{",
                                "{}",
                                "[]",
                                good + "x",
                                good + good,
                                good.substr(1),
                                good.substr(0, good.size() - 1),
                                "{'descr': '<f4', 'fortran_order': False}",
                                "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 6), 'x': 1}",
                                "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (4, 6)}",
                                "{'descr': '<f4', 'fortran_order': false, 'shape': (4, 6)}",
                                "{'descr': '<f4', 'fortran_order': 0, 'shape': (4, 6)}",
                                "{'descr': '<f4', 'fortran_order': False, 'shape': [4, 6]}",
                                "{'descr': '<f4', 'fortran_order': False, 'shape': (24)}",
                                "{'descr': '<f4', 'fortran_order': False, 'shape': (-4, -6)}",
                                "{'descr': '<f4', 'fortran_order': False, 'shape': (4 6)}",
                                "{'descr': '<f4', 'fortran_order': False, 'shape': (04, 6)}",
                                "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
                                "{'descr': '<f4', 'fortran_order': False 'shape': (4, 6)}",
                                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 6)}",
                                "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (4, 6)}",
                                "{'descr: '<f4', 'fortran_order': False, 'shape': (4, 6)}"}) {
    CAPTURE(bad);
    CHECK(contains(dictionary_fault(bad), "x.npy: its NPY header is not as numpy.save writes it"));
  }
  CHECK(contains(dictionary_fault("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (24,)}"),
                 "holds records of named fields, a structured array; expected one number after the other"));
  CHECK(contains(dictionary_fault(npy_dictionary("<f4", false, {})), "holds a single value"));
  CHECK(contains(dictionary_fault(npy_dictionary("<f4", false, {0, 6})), "is empty: its header says 0 x 6"));
}

TEST_CASE("An NPY header that claims other sizes than the file has allocates nothing", "[data]") {
  const std::size_t huge = std::size_t{1} << 62;
  for (const auto& shape : std::vector<std::vector<std::size_t>>{
           {4, 5}, {4, 7}, {24, 2}, {huge, 4}, {huge, huge, huge}, {huge, 2, 24}, {8, 3, 2}}) {
    CAPTURE(shape);
    CHECK(contains(dictionary_fault(npy_dictionary("<f4", false, shape)), "96 bytes follow its header"));
  }
}

TEST_CASE("An NPY file cut short anywhere is an error", "[data]") {
  for (const int version : {1, 2, 3}) {
    const Bytes bytes = npy_file<float>({2, 3}, {1, 2, 3, 4, 5, 6}, false, false, version);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      feature_fault(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    }
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(contains(feature_fault(longer), "25 bytes follow its header"));
  }
}

TEST_CASE("An NPY file with one byte of its header changed is data or an error, nothing else", "[data]") {
  const Bytes bytes = npy_file<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  for (std::size_t at = 0; at + 24 < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      Bytes changed = bytes;
      changed[at] = static_cast<std::uint8_t>(value);
      try {
        const Dataset dataset = features(changed, MissingValues::mean, 1);
        CHECK(dataset.rows() <= 24);
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::data);
      }
    }
  }
  CHECK(contains(feature_fault({'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0}), "does not start as NPY files do"));
  Bytes newer = bytes;
  newer[6] = 4;
  CHECK(contains(feature_fault(newer), "is of NPY version 4.0"));
}

TEST_CASE("NPY files are read from the disk, gzipped or not", "[data]") {
  const TemporaryFolder folder;
  const Bytes file = npy_file<float>({2, 2}, {1, 2, 3, 4});
  folder.write("a.npy", file);
  folder.write("b.npy.gz", gzip(file));
  folder.write("c.npy", gzip(file));
  folder.write("y.npy.gz", gzip(npy_file<std::uint8_t>({2}, {1, 0})));
  CHECK(read_npy_features(folder.path() / "a.npy", MissingValues::error, 1, {}).values[3] == 4);
  CHECK(read_npy_features(folder.path() / "b.npy.gz", MissingValues::error, 1, {}).values[3] == 4);
  CHECK(read_npy_labels(folder.path() / "y.npy.gz").labels == std::vector<std::uint32_t>{1, 0});
  CHECK(contains(data_message_of([&] { read_npy_labels(folder.path() / "c.npy"); }), "is gzip data although its name"));
  CHECK(is_npy_name("a/b.npy"));
  CHECK(is_npy_name("b.npy.gz"));
  CHECK_FALSE(is_npy_name("b.npz"));
  CHECK_FALSE(is_npy_name("npy.gz"));
}

}  // namespace strata::test::data_npy_test
