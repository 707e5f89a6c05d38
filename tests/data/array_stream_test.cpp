#include "data/formats/array_stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "tests/catch.h"
#include "tests/core/refused_calls.h"
#include "tests/core/temporary_folder.h"
#include "tests/data/data_files.h"
#include "tests/data/npy_files.h"

namespace strata::data_array_stream_test {

using test::Bytes;
using test::contains;
using test::data_message_of;

namespace {

ByteReader reader_of(const Bytes& bytes) { return {AlignedVector<std::uint8_t>(bytes.begin(), bytes.end()), "array"}; }

std::unique_ptr<RowStream> open_array(ByteReader bytes, MissingValues missing = MissingValues::error) {
  return array_stream(std::move(bytes), missing, 2);
}

/// Every feature of every row that a stream gives, with the rows of its blocks in `blocks`.
Bytes all_of(RowStream& rows, std::vector<std::size_t>& blocks) {
  Bytes all;
  for (RowBlock block = rows.next(); !block.rows.empty(); block = rows.next()) {
    blocks.push_back(block.rows.size());
    for (const std::uint32_t row : block.rows) {
      for (std::size_t f = 0; f < rows.features(); ++f) {
        all.push_back(static_cast<std::uint8_t>(block.samples.features(row, f)));
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("the rows of an IDX array come in order, block by block", "[data]") {
  const std::size_t rows = rows_of_block(6) + 5;
  const Bytes values = test::noise(rows * 6, 3);
  const auto stream = open_array(reader_of(test::idx_file({static_cast<std::uint32_t>(rows), 2, 3}, values)));
  CHECK(stream->features() == 6);
  CHECK(stream->rows() == rows);
  CHECK_FALSE(stream->has_ids());
  std::vector<std::size_t> blocks;
  CHECK(all_of(*stream, blocks) == values);
  CHECK(blocks == std::vector<std::size_t>{rows_of_block(6), 5});
}

TEST_CASE("an array comes through a pipe whose writer is slow", "[data]") {
  const Bytes values = test::noise(300 * 4, 5);
  const Bytes file = test::idx_file({300, 4}, values);
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  std::thread writer([&] {
    for (std::size_t first = 0; first < file.size(); first += 7) {
      const std::size_t count = std::min<std::size_t>(7, file.size() - first);
      static_cast<void>(::write(ends[1], file.data() + first, count));
    }
    ::close(ends[1]);
  });
  const auto stream = open_array({FileDescriptor(ends[0]), "pipe"});
  std::vector<std::size_t> blocks;
  CHECK(all_of(*stream, blocks) == values);
  writer.join();
}

TEST_CASE("the rows of an NPY array come as values, whatever its type and order", "[data]") {
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  const std::vector<double> doubles{1, 4, 2, 5, 3, 6};  // column by column
  for (const Bytes& file : {test::npy_file<float>({2, 3}, values), test::npy_file<float>({2, 3}, values, true),
                            test::npy_file<double>({2, 3}, doubles, false, true)}) {
    const auto stream = open_array(reader_of(file));
    CHECK(stream->features() == 3);
    CHECK(stream->rows() == 2);
    const RowBlock block = stream->next();
    REQUIRE(block.rows.size() == 2);
    CHECK(block.samples.features(1, 0) == 4);
    CHECK(stream->next().rows.empty());
  }
  const auto pixels = open_array(reader_of(test::npy_file<std::uint8_t>({2, 1}, {7, 200})));
  CHECK(pixels->next().samples.features(1, 0) == 200);
}

TEST_CASE("a value of an NPY array that is not finite is named by its row, or missing", "[data]") {
  const std::size_t before = rows_of_block(sizeof(float));
  std::vector<float> values(before + 2, 1.0F);
  values.back() = std::numeric_limits<float>::infinity();
  const Bytes file = test::npy_file<float>({before + 2, 1}, values);
  std::vector<std::size_t> blocks;
  CHECK(contains(data_message_of([&] { all_of(*open_array(reader_of(file)), blocks); }),
                 fmt::format("array: row {}, column 0", before + 1)));
  const auto stream = open_array(reader_of(file), MissingValues::mean);
  stream->next();
  CHECK(std::isnan(stream->next().samples.features(1, 0)));
}

TEST_CASE("every truncation of an array, and every byte too many, is an error that names it", "[data]") {
  const Bytes file = test::idx_file({3, 2, 2}, test::noise(12, 1));
  std::vector<std::size_t> blocks;
  for (std::size_t size = 4; size < file.size(); ++size) {
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(contains(data_message_of([&] { all_of(*open_array(reader_of(cut)), blocks); }), "array: "));
  }
  Bytes longer = file;
  longer.push_back(0);
  CHECK(contains(data_message_of([&] { all_of(*open_array(reader_of(longer)), blocks); }), "goes on after its 3 rows"));
  CHECK(contains(data_message_of([&] { open_array(reader_of(test::idx_file({3}, {1, 2, 3}))); }), "rank 1"));
  CHECK(contains(data_message_of([&] { open_array(reader_of(test::idx_file({3, 0}, {}))); }), "empty"));
}

TEST_CASE("a header that claims more than there can be takes no memory for it", "[data]") {
  const auto stream = open_array(reader_of(test::idx_file({4000000000U, 65536, 65536, 65536, 65536}, {1, 2})));
  CHECK(stream->features() == std::numeric_limits<std::size_t>::max());  // which no model has
  CHECK(contains(data_message_of([&] { stream->next(); }), "ends within row 0"));
  const std::string wide = test::npy_dictionary("<f8", false, {2, std::size_t{1} << 61});  // rows of 2^64 bytes
  const auto values = open_array(reader_of(test::npy_bytes(wide, Bytes(16))));
  CHECK(contains(data_message_of([&] { values->next(); }), "ends within row 0"));
}

TEST_CASE("only arrays are taken for arrays", "[data]") {
  CHECK(is_array(test::idx_file({1, 1}, {1})));
  CHECK_FALSE(is_array(Bytes{'a', ',', 'b', '\n'}));
  CHECK_FALSE(is_array(Bytes{}));
  CHECK_FALSE(is_array(Bytes{0, 1, 8, 1}));
  CHECK_FALSE(is_array(Bytes{1, 0, 8, 1}));
  CHECK_FALSE(is_array(Bytes{0, 0, 9, 1}));
  CHECK(contains(data_message_of([] { open_array(reader_of({0, 0})); }), "array: has 2 bytes; expected an IDX header"));
}

TEST_CASE("bytes that were looked at come again", "[data]") {
  ByteReader reader = reader_of({1, 2, 3, 4, 5});
  CHECK(reader.peek(2).size() == 2);
  CHECK(reader.peek(9).size() == 5);
  Bytes two(2);
  CHECK(reader.read(two) == 2);
  CHECK(two == Bytes{1, 2});
  CHECK(reader.peek(1)[0] == 3);
  CHECK(reader.rest().size() == 3);
  CHECK(reader.peek(1).empty());
}

TEST_CASE("an array whose reading fails is told by name", "[data]") {
  const test::TemporaryFolder folder;
  test::write_text(folder / "array", "bytes");
  CHECK(test::missing_without({{SYS_read, EIO}}, {"data: array: cannot read it: Input/output error"}, [&] {
          ByteReader reader(FileDescriptor(::open((folder / "array").c_str(), O_RDONLY | O_CLOEXEC)), "array");
          reader.peek(1);
        }).empty());
}

TEST_CASE("a data set's rows come with their ids, block by block", "[data]") {
  Dataset data;
  const std::size_t rows = rows_of_block(1) + 2;
  data.features = 1;
  for (std::size_t row = 0; row < rows; ++row) {
    data.pixels.push_back(static_cast<std::uint8_t>(row));
    data.ids.push_back(std::to_string(row));
  }
  DatasetRows stream(data);
  CHECK(stream.rows() == rows);
  CHECK(stream.has_ids());
  CHECK(stream.next().rows.size() == rows_of_block(1));
  const RowBlock last = stream.next();
  CHECK(last.rows.size() == 2);
  CHECK(last.ids[1] == std::to_string(rows - 1));
  CHECK(last.samples.features(last.rows[1], 0) == static_cast<std::uint8_t>(rows - 1));
  CHECK(stream.next().rows.empty());
}

}  // namespace strata::data_array_stream_test
