#include <fmt/format.h>

#include "data/shown_text.h"
#include "data/table/text.h"
#include "tests/core/refused_calls.h"
#include "tests/data/tables.h"

namespace strata::test::data_table_faults_test {

namespace {

std::string fault_of(std::string_view text, const ColumnRoles& roles = {}, const TableOptions& options = {}) {
  return data_message_of([&] { parse(text, roles, options); });
}

std::string usage_fault_of(std::string_view text, const ColumnRoles& roles) {
  return message_of(ErrorKind::usage, [&] { parse(text, roles); });
}

std::string fault_for(const TableData& model, std::string_view text, LabelUse labels = LabelUse::read) {
  return data_message_of([&] { parse_for(model, text, labels); });
}

/// Data, or an Error(data) or Error(usage): a damaged header may lose the label.
void check_survives(const std::string& text) {
  for (const std::size_t chunk : {std::size_t{1} << 20, std::size_t{7}}) {
    try {
      const TableData table =
          parse(text, {.label = "label", .id = "id", .weight = "w", .categories = {"t"}}, chunks_of(chunk));
      CHECK(table.data.values.size() == table.data.labels.size() * table.data.features);
      CHECK(table.schema.width() == table.data.features);
    } catch (const Error& error) {
      CHECK(error.kind() != ErrorKind::failed);
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
    }
  }
}

const std::string kSmall = "id,x,t,\"w\",label\r\n1,1.5,\"a\nb\",1,u\r\n\"2\",-2e1,\"c\"\"\",.5,v\r\n3,7,c,2,\"u\"\r\n";

}  // namespace

TEST_CASE("A faulty field is told by line, row and column", "[data]") {
  struct Case {
    std::string_view text;
    std::string_view message;
  };
  for (
      const Case& c : {
          Case{"x,y,label\n1,2,a\n3,oops,b\n",
               "t.csv: line 3 (row 1, from 0), column 'y': found 'oops'; expected a finite number; correct it"},
          {"x,y,label\n1,2,a\n3,,b\n",
           "t.csv: line 3 (row 1, from 0), column 'y': is missing: ''; expected a finite number that fp32 can hold; "
           "correct it, or "
           "take the mean of the training rows by --missing mean"},
          {"x,label\n1,a\nNaN,b\n",
           "t.csv: line 3 (row 1, from 0), column 'x': is missing: 'NaN'; expected a finite number that fp32 can hold; "
           "correct it, or "
           "take the mean of the training rows by --missing mean"},
          {"x,label\n1,a\n-inf,b\n",
           "t.csv: line 3 (row 1, from 0), column 'x': found '-inf'; expected a finite number that fp32 can hold; "
           "correct it, or "
           "take the mean of the training rows by --missing mean"},
          {"x,label\n1,a\n1e39,b\n",
           "t.csv: line 3 (row 1, from 0), column 'x': found '1e39'; expected a finite number that fp32 can hold; "
           "correct it, or "
           "take the mean of the training rows by --missing mean"},
          {"x;label\n1;a\n1,5;b\n",
           "t.csv: line 3 (row 1, from 0), column 'x': found '1,5'; expected a finite number; correct it"},
          {"x,label\n1,a\n0x1F,b\n",
           "t.csv: line 3 (row 1, from 0), column 'x': found '0x1F'; expected a finite number; correct it"},
          {"x,label\n1,a\n1 2,b\n",
           "t.csv: line 3 (row 1, from 0), column 'x': found '1 2'; expected a finite number; correct it"},
          {"x,label\n1,a\n2,\n",
           "t.csv: line 3 (row 1, from 0), column 'label': is missing: ''; expected a label; give it one, or take the "
           "row out"},
          {"x,label\n1,\"a\nb\"\n\"bad\ttab\x01\",b\n",
           "t.csv: line 4 (row 1, from 0), column 'x': found 'bad\\ttab\\x01'; expected a finite number; correct it"},
          {"x,label\n1,a\n1234567890123456789012345678901234567890z,b\n",
           "t.csv: line 3 (row 1, from 0), column 'x': found '1234567890123456789012345678901234567890…'; expected a "
           "finite "
           "number; correct it"},
          {"x,label\n1,\xe9t\xe9\n",
           "t.csv: line 2 (row 0, from 0), column 'label': found '\\xe9t\\xe9'; expected text in UTF-8; save the file "
           "as UTF-8"},
          {"x,y,label\n1,2,a\n3,4\n",
           "t.csv: line 3: has 2 fields; expected 3, as on the first line; correct the line"},
          {"x,y,label\n1,2,a\n3,4,b,5\n",
           "t.csv: line 3: has 4 fields; expected 3, as on the first line; correct the line"},
          {"x,y,label\n1,2,a\noops\n",
           "t.csv: line 3: has 1 field; expected 3, as on the first line; correct the line"},
          {"x,y,label\n1,2,a\n\n3,4,b\n",
           "t.csv: line 3: is blank; expected 3 fields; blank lines may stand at the end only; take it out"},
          {"x,label\n1,a\n\r\n3,b\n",
           "t.csv: line 3: is blank; expected 2 fields; blank lines may stand at the end only; take it out"},
          {"x,label\n1,a\n2,b\"c\n",
           "t.csv: line 3: has a quote within a field; expected such a field in quotes, its own quotes doubled; found "
           "'b\"c'; correct the line"},
          {"x,label\n1,a\n2,\"b\"c\n",
           "t.csv: line 3: has text behind the closing quote of a field; expected the next delimiter; found '\"b\"c'; "
           "correct the line"},
          {"x,label\n1,a\n2,\"b\n3,c\n",
           "t.csv: line 3: has a quote that is never closed; expected another one at the field's end; found '\"b'; "
           "correct "
           "the line"},
          {"x,label\n1,a\r2,b\n",
           "t.csv: line 2: has a carriage return without a newline; expected LF or CR LF at the end of a line; found "
           "'a\\r2,b'; correct the line"},
          {std::string_view("x,label\n1,a\n2,\0b\n", 17),
           "t.csv: line 3: has a NUL byte; expected text in UTF-8; check that it is a table"},
          {"",
           "t.csv: is empty; expected a table of text, its columns' names or a row on the first line; check the file"},
          {"\n\r\n\n",
           "t.csv: is empty; expected a table of text, its columns' names or a row on the first line; check the file"},
          {"\xef\xbb\xbf",
           "t.csv: is empty; expected a table of text, its columns' names or a row on the first line; check the file"},
          {"\nx,label\n1,a\n",
           "t.csv: its first line is blank; expected a table of text, its columns' names or a row on the first line; "
           "check "
           "the file"},
          {"x,label\n", "t.csv: has a header but no rows; expected at least one; check the file"},
          {"x,label\n\n\n", "t.csv: has a header but no rows; expected at least one; check the file"},
          {"x,x,label\n1,2,a\n",
           "t.csv: its header has the name 'x' twice; expected different names; rename a column (or, if the first line "
           "is "
           "a row of data, say --header no)"},
          {"x\xff,label\n1,a\n", "t.csv: its header has the name 'x\\xff', which is not UTF-8; save the file as UTF-8"},
          {"\xff\xfex", "t.csv: is text in UTF-16; expected UTF-8; save it as UTF-8"},
          {"label\na\n", "t.csv: no column is left for features; expected at least one; its columns are 'label'"},
          {"x,town,job,label\n1,Rom,cook,a\n2,Bern,?,b\n",
           "t.csv: no field of the column 'town', 'job' is a number; expected numbers; name it in --category-columns "
           "or in "
           "--ignore-columns"},
      }) {
    for (const std::size_t chunk : {std::size_t{1} << 20, std::size_t{1}, std::size_t{5}}) {
      CHECK(fault_of(c.text, {}, chunks_of(chunk)) == c.message);
    }
  }
}

TEST_CASE("A column without a value is to be left out, whether missing values are filled or not", "[data]") {
  for (const MissingValues missing : {MissingValues::error, MissingValues::mean}) {
    CHECK(
        fault_of("x,y,z,label\n1,,NA,a\n2,,?,b\n", {}, {.missing = missing}) ==
        "t.csv: the column 'y', 'z' has no value in any row; expected at least one; leave it out by --ignore-columns");
    CHECK(fault_of("x,,label\n1,,a\n2,,b\n", {}, {.missing = missing}) ==
          "t.csv: the column '1' has no value in any row; expected at least one; leave it out by --ignore-columns");
  }
  CHECK(contains(fault_of("x,t,label\n1,,a\n2,,b\n", {.label = "", .categories = {"t"}}),
                 "the column 't' has no value in any row"));
  CHECK(contains(fault_of("x,y,label\n1,,a\n2,,b,c\n"), "line 2 (row 0, from 0), column 'y': is missing"));
}

TEST_CASE("Weights and categories are told when they are at fault", "[data]") {
  CHECK(fault_of("x,w,label\n1,-1,a\n", {.label = "", .weight = "w"}) ==
        "t.csv: line 2 (row 0, from 0), column 'w': found '-1'; expected a weight from 0; give it one");
  CHECK(fault_of("x,w,label\n1,,a\n", {.label = "", .weight = "w"}, {.missing = MissingValues::mean}) ==
        "t.csv: line 2 (row 0, from 0), column 'w': is missing: ''; expected a weight from 0; give it one");
  CHECK(contains(fault_of("x,t,label\n1,,a\n1,r,a\n", {.label = "", .categories = {"t"}}),
                 "column 't': is missing: ''; expected a category"));
  CHECK(fault_of("x,t,label\n1,,a\n", {.label = "", .categories = {"t"}}, {.missing = MissingValues::mean}) ==
        "t.csv: the category column 't' has 0 values; expected 1 to 65536; leave it out by --ignore-columns");
  std::string many = "x,t,label\n";
  for (int i = 0; i < 65'537; ++i) {
    many += fmt::format("1,{},0\n", i);
  }
  CHECK(
      contains(fault_of(many, {.label = "", .categories = {"t"}}), "column 't' has 65537 values; expected 1 to 65536"));
  CHECK(contains(fault_of(many, {.label = "t"}),
                 "the label column 't' has 65537 different values; expected at most 65536"));
}

TEST_CASE("Roles that fit no column are errors of usage", "[data]") {
  const std::string text = "width,height,species\n1,2,a\n";
  CHECK(usage_fault_of(text, {.label = "spezies"}) ==
        "--label-column spezies: t.csv has no such column; did you mean 'species'? Its columns are 'width', 'height', "
        "'species'");
  CHECK(contains(usage_fault_of(text, {.label = "3"}), "--label-column 3: t.csv has no such column"));
  CHECK(contains(usage_fault_of(text, {.label = "2", .ignored = {"with"}}),
                 "--ignore-columns with: t.csv has no such column; did you mean 'width'?"));
  CHECK(contains(usage_fault_of(text, {.label = "2", .id = "ID"}), "--id-column ID"));
  CHECK(contains(usage_fault_of(text, {.label = "2", .weight = "-1"}), "--weight-column -1"));
  CHECK(contains(usage_fault_of(text, {.label = "2", .categories = {"heigth"}}),
                 "--category-columns heigth: t.csv has no such column; did you mean 'height'?"));
  CHECK(usage_fault_of(text, {.label = "species", .ignored = {"2"}}) ==
        "--ignore-columns 2: --label-column takes the column 'species' of t.csv too; expected one role a column; drop "
        "one "
        "of the two");
  CHECK(usage_fault_of(text, {}) ==
        "t.csv: no column has the name of a label; expected exactly one called label, class or target; name it by "
        "--label-column, or numbers to learn by --target-columns. Its columns are 'width', 'height', 'species'");
  CHECK(contains(usage_fault_of("x,label,class\n1,2,3\n", {}),
                 "'label', 'class' may be the label; expected exactly one"));
  CHECK(usage_fault_of("1,2\n", {}) ==
        "t.csv: has no header (its first line has numbers), and 2 columns; expected to be told which holds the labels; "
        "give "
        "its index, from 0, as --label-column, or of numbers to learn as --target-columns, or say --header yes if the "
        "first line names the columns");
}

TEST_CASE("A table that does not match a model is an error", "[data]") {
  const TableData model = parse("x,t,label\n1,r,a\n2,s,b\n", {.label = "", .categories = {"t"}});
  CHECK(fault_for(model, "X,t,label\n1,r,a\n") ==
        "t.csv: lacks the column 'x', which training had; the nearest is 'X'; rename a column, or add it");
  CHECK(contains(fault_for(model, "label\na\n"), "lacks the column 'x', 't'"));
  CHECK(contains(fault_for(model, "x,t\n1,r\n"), "lacks the column 'label'"));
  CHECK(fault_for(model, "x,t,label\n1,r,a\n1,q,a\n") ==
        "t.csv: line 3 (row 1, from 0), column 't': found 'q'; expected a category of the training rows ('r', 's'); "
        "correct "
        "it, or take zeros by --unseen-categories zeros");
  CHECK(fault_for(model, "x,t,label\n1,r,a\n1,s,c\n") ==
        "t.csv: line 3 (row 1, from 0), column 'label': found 'c'; expected a class of the training rows ('a', 'b'); "
        "correct "
        "it");
  CHECK(contains(data_message_of([&] { parse_for(model, "1,r,a\n", LabelUse::read, {kWithoutHeader}); }),
                 "has no header; expected a first line with the names"));
  const TableData by_index = parse("a,1,2\nb,3,4\n", {.label = "0"});
  CHECK(fault_for(by_index, "1,2\n", LabelUse::ignore) ==
        "t.csv: has 2 columns, and none at the index '2'; expected the columns of training in their places");
}

TEST_CASE("The first fault in the file is the one that is told, whatever the threads and chunks", "[data]") {
  std::string text = "x,label\n";
  for (int i = 0; i < 2000; ++i) {
    text += i % 100 == 73 ? "wrong" + std::to_string(i) + ",a\n" : "1,a\n";
  }
  for (const int threads : {1, 2, 3, 4}) {
    for (const std::size_t chunk : {1U, 10U, 100U, 1000U, 100'000U}) {
      const std::string message = data_message_of([&] { parse(text, {}, chunks_of(chunk), threads); });
      CHECK(contains(message, "line 75 (row 73, from 0), column 'x': found 'wrong73'"));
    }
  }
}

TEST_CASE("Fields in messages are short, of whole characters, and on one line", "[data]") {
  CHECK(shown("plain") == "'plain'");
  CHECK(shown(std::string_view("a\t\r\n\0\x01\x7f", 7)) == R"('a\t\r\n\0\x01\x7f')");
  CHECK(shown("caf\xc3\xa9") == "'caf\xc3\xa9'");
  CHECK(shown("caf\xe9") == R"('caf\xe9')");
  CHECK(shown(std::string(40, 'x')) == "'" + std::string(40, 'x') + "'");
  CHECK(shown(std::string(41, 'x')) == "'" + std::string(40, 'x') + "…'");
  CHECK(shown(std::string(39, 'x') + "\xc3\xa9") == "'" + std::string(39, 'x') + "…'");
  CHECK(shown(std::string(41, '\x80')) == "'…'");
}

TEST_CASE("Of many names ten are told", "[data]") {
  Names names;
  for (int i = 0; i < 10; ++i) {
    names.push_back(std::to_string(i));
  }
  const std::string ten = "'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'";
  CHECK(shown_names({}).empty());
  CHECK(shown_names(names) == ten);
  names.push_back("x");
  CHECK(shown_names(names) == ten + ", … (11 in all)");
}

TEST_CASE("A table that cannot be held is refused before there is memory for it", "[data]") {
  TableSchema schema{.dialect = kWithHeader, .label = "label"};
  schema.features = {{.name = "c", .categorical = true}};
  for (std::size_t i = 0; i < 300'000; ++i) {
    schema.features.front().categories.push_back(std::to_string(1'000'000 + i));
  }
  std::string text = "c\n";
  for (std::size_t row = 0; row < 2'000'000; ++row) {
    text += "1\n";
  }
  const std::string error = data_message_of([&] {
    parse_table(bytes_of(text), "t.csv", schema, {"a", "b"}, LabelUse::ignore, {}, 1);
  });
  CHECK(contains(error, "t.csv: 2000000 rows of 300000 features take 2288818 MB; expected at most "));
}

TEST_CASE("Where the system does not tell how much memory is free, a table is read all the same", "[data]") {
  CHECK(missing_without({{SYS_read, 0}}, {"nothing thrown"}, [] { parse("x,label\n1,a\n2,b\n"); }).empty());
}

TEST_CASE("A table cut short anywhere is data or an error", "[data]") {
  for (std::size_t size = 0; size <= kSmall.size(); ++size) {
    check_survives(kSmall.substr(0, size));
  }
}

TEST_CASE("A table with any byte changed is data or an error", "[data]") {
  for (std::size_t i = 0; i < kSmall.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = kSmall;
      changed[i] = static_cast<char>(value);
      check_survives(changed);
    }
  }
}

}  // namespace strata::test::data_table_faults_test
