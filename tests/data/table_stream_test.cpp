#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "core/file.h"
#include "data/table/stream.h"
#include "tests/data/tables.h"

namespace strata::test::data_table_stream_test {

namespace {

/// Both ends of a pipe.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    out = FileDescriptor(ends[0]);
    in = FileDescriptor(ends[1]);
  }
  void write(std::string_view text) const { write_all(in.get(), std::as_bytes(std::span(text)), "the pipe"); }

  FileDescriptor out;
  FileDescriptor in;
};

TableData small_model() {
  return parse("id,x,t,y,label\ni,1,r,2,a\nj,3,s,4,b\n", {.label = "", .id = "id", .categories = {"t"}});
}

/// What a stream gives of a text written in pieces, and the sizes of its blocks.
struct Streamed {
  Dataset data;
  std::vector<std::size_t> blocks;
};

Streamed stream(const TableData& model, std::string_view text, std::size_t piece_bytes, std::size_t block_bytes,
                LabelUse labels = LabelUse::read) {
  Pipe pipe;
  std::thread writer([&] {
    for (; !text.empty(); text.remove_prefix(std::min(piece_bytes, text.size()))) {
      pipe.write(text.substr(0, piece_bytes));
    }
    pipe.in.close();
  });
  Streamed streamed;
  try {
    TableStream table(pipe.out.get(), "-", model.schema, model.class_names, labels, chunks_of(9), 2, block_bytes);
    while (const std::optional<Dataset> block = table.next()) {
      const Dataset& rows = *block;
      Dataset& all = streamed.data;
      all.features = rows.features;
      all.values.append(rows.values.begin(), rows.values.end());
      all.labels.append(rows.labels.begin(), rows.labels.end());
      all.ids.insert(all.ids.end(), rows.ids.begin(), rows.ids.end());
      streamed.blocks.push_back(rows.values.size() / rows.features);
      CHECK(table.rows() == all.values.size() / all.features);
    }
  } catch (...) {
    std::array<char, 4096> rest{};
    while (::read(pipe.out.get(), rest.data(), rest.size()) > 0) {
    }
    writer.join();
    throw;
  }
  writer.join();
  return streamed;
}

std::string fault_of(std::string_view text, std::size_t block_bytes = 1000) {
  return data_message_of([&] { stream(small_model(), text, 1000, block_bytes); });
}

}  // namespace

TEST_CASE("A stream gives the rows of the whole table, however it arrives", "[data]") {
  const TableData model = small_model();
  std::string text = "\xef\xbb\xbfy,label,x,t,more,id\r\n";
  for (int i = 0; i < 200; ++i) {
    text += std::to_string(i) + (i % 3 == 0 ? ",\"a\"," : ",b,") + "1.5" + (i % 2 == 0 ? ",r," : ",s,") +
            "\"multi\nline\",row " + std::to_string(i) + "\r\n";
  }
  for (const std::string& table : {text, text + "\n\r\n\n", text.substr(0, text.size() - 2)}) {
    const Dataset whole = parse_for(model, table);
    REQUIRE(whole.labels.size() == 200);
    for (const std::size_t piece : {1U, 5U, 1000U, 100'000U}) {
      for (const std::size_t block : {60U, 100U, 4096U}) {
        const Streamed streamed = stream(model, table, piece, block);
        CHECK(same_bits(streamed.data, whole));
      }
    }
  }
}

TEST_CASE("A stream's rows come as soon as they are whole", "[data]") {
  const TableData model = small_model();
  const Pipe pipe;
  pipe.write("x,t,y\n");
  TableStream table(pipe.out.get(), "-", model.schema, model.class_names, LabelUse::ignore, {}, 1);
  for (int i = 0; i < 3; ++i) {
    pipe.write("1,r,2\n3,");  // the next row begins
    CHECK(table.next()->values.size() == 4);
    pipe.write("s,4\n");
    CHECK(values_of(*table.next()) == Values{3, 0, 1, 4});
  }
  CHECK(table.rows() == 6);
}

TEST_CASE("A stream of a header alone has no rows", "[data]") {
  CHECK(stream(small_model(), "x,t,y", 1, 100, LabelUse::ignore).blocks.empty());
  CHECK(stream(small_model(), "x,t,y\n\n", 1, 100, LabelUse::ignore).blocks.empty());
}

TEST_CASE("A stream without a header is matched by index", "[data]") {
  const TableData model = parse("1,2,a\n3,4,b\n", {.label = "2"});
  const Streamed streamed = stream(model, "5,6\n7,8\n", 3, 100, LabelUse::ignore);
  CHECK(values_of(streamed.data) == Values{5, 6, 7, 8});
}

TEST_CASE("Faults of a stream are told by the lines and rows of all of it", "[data]") {
  std::string rows = "x,t,y,label\n";
  for (int i = 0; i < 50; ++i) {
    rows += "1,r,\"2\",a\n";
  }
  CHECK(fault_of(rows + "1,r,oops,a\n", 64) ==
        "-: line 52 (row 50, from 0), column 'y': found 'oops'; expected a finite number; correct it");
  CHECK(fault_of(rows + "\n\n1,r,2,a\n", 64) ==
        "-: line 52: is blank; expected 4 fields; blank lines may stand at the end only; take it out");
  CHECK(contains(fault_of(rows + "1,r,\"2,a\n", 64), "-: line 52: has a quote that is never closed"));
  CHECK(contains(fault_of(rows + "1,r,\"2,a\n" + std::string(100, 'x'), 64),
                 "-: line 52: its record is longer than 64 bytes; expected less; is a quote not closed?"));
  CHECK(contains(fault_of(rows + std::string(1, '\0'), 64), "-: line 52: has a NUL byte"));
  CHECK(contains(fault_of("\x1f\x8b\x08"), "-: is gzip data"));
  CHECK(contains(fault_of(""), "-: is empty"));
  CHECK(contains(fault_of("x,t,label\n"), "lacks the column 'y'"));
}

TEST_CASE("A stream that cannot be read is a failure", "[data]") {
  const TableData model = small_model();
  CHECK(contains(message_of(ErrorKind::failed,
                            [&] { TableStream(-1, "x", model.schema, model.class_names, LabelUse::read, {}, 1); }),
                 "cannot read x: Bad file descriptor"));
}

}  // namespace strata::test::data_table_stream_test
