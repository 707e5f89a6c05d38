// Tables written in other ways than commas and points. The values are those of pandas.read_csv with sep, decimal and
// thousands, comment, na_values and keep_default_na (tests/interop/check_dialects.py compares thousands more).
#include <fcntl.h>
#include <unistd.h>

#include <cmath>

#include "core/file.h"
#include "data/table/stream.h"
#include "tests/core/thrown.h"
#include "tests/data/tables.h"

namespace strata::test::data_table_dialect_test {

namespace {

TableOptions written(const TableDialect& dialect, MissingValues missing = MissingValues::error) {
  TableOptions options;
  options.dialect = dialect;
  options.missing = missing;
  options.chunk_bytes = 16;
  return options;
}

Delimiter delimiter_of(std::string_view text, const TableDialect& dialect = {}, const ColumnRoles& roles = {}) {
  return parse(text, roles, written(dialect)).schema.dialect.delimiter;
}

std::string fault(std::string_view text, const TableDialect& dialect, MissingValues missing = MissingValues::error) {
  return thrown([&] { parse(text, {}, written(dialect, missing)); });
}

/// The text as a pipe gives it, read for a model.
Dataset streamed(const TableData& model, std::string_view text, const TableOptions& options = {}) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const FileDescriptor out(ends[0]);
  FileDescriptor in(ends[1]);
  write_all(in.get(), std::as_bytes(std::span(text)), "the pipe");
  in.close();
  TableStream table(out.get(), "-", model.schema, model.class_names, LabelUse::ignore, options, 1);
  Dataset all;
  while (const std::optional<Dataset> block = table.next()) {
    all.features = block->features;
    all.values.append(block->values.begin(), block->values.end());
  }
  return all;
}

}  // namespace

TEST_CASE("The delimiter that divides all of the first lines alike is taken", "[data]") {
  CHECK(delimiter_of("a,b,label\n1,2,x\n") == Delimiter::comma);
  CHECK(delimiter_of("a;b;label\n1;2;x\n") == Delimiter::semicolon);
  CHECK(delimiter_of("a\tb\tlabel\n1\t2\tx\n") == Delimiter::tab);
  CHECK(delimiter_of("a|b|label\n1|2|x\n") == Delimiter::pipe);
  CHECK(delimiter_of("  a  b label\n 1 2\t x  \n") == Delimiter::space);
  CHECK(delimiter_of("a\tb \t label\n1 2\tx\n") == Delimiter::space);
  CHECK(delimiter_of("price (EUR; net),weight,label\n1,2,x\n") == Delimiter::comma);
  CHECK(delimiter_of("a|b,c,label\n1,2,x\n") == Delimiter::comma);
  CHECK(delimiter_of("\"a;b\",label\n1,x\n") == Delimiter::comma);
  CHECK(delimiter_of("1,5;2,5;x\n1,0;2,0;y\n", {.decimal = DecimalMark::comma}, {.label = "2"}) ==
        Delimiter::semicolon);
  CHECK(delimiter_of("1,5|2,5|x\n1,0|2,0|y\n", {.decimal = DecimalMark::comma}, {.label = "2"}) == Delimiter::pipe);
}

TEST_CASE("A delimiter that is said holds, whatever else stands there", "[data]") {
  const TableData table = parse("a;b|label\n1|x;y\n2|z\n", {}, written({.delimiter = Delimiter::pipe}));
  CHECK(table.schema.features == std::vector<FeatureColumn>{{"a;b"}});
  CHECK(table.class_names == Names{"x;y", "z"});
  CHECK(fault("a,label\n1,x\n", {.delimiter = Delimiter::semicolon}).find("no column has the name of a label") !=
        std::string::npos);
}

TEST_CASE("Runs of blanks divide fields, and none stand before the first or behind the last", "[data]") {
  const TableData table = parse(" x  y\tlabel \n 1.5 -2   \"a b\"\n3\t \t4e1 c\t\r\n\"5\" +6 d\n", {},
                                written({.delimiter = Delimiter::space}));
  CHECK(values_of(table.data) == Values{1.5F, -2.0F, 3.0F, 40.0F, 5.0F, 6.0F});
  CHECK(table.class_names == Names{"a b", "c", "d"});
  CHECK(fault("x label\n1 2 a\n", {.delimiter = Delimiter::space}).find("has 3 fields; expected 2") !=
        std::string::npos);
}

TEST_CASE("Excel's first line names the delimiter", "[data]") {
  const TableData table =
      parse("\xef\xbb\xbfsep=|\r\na,b|label\r\n1|x\r\nz|y\r\n", {.label = "", .categories = {"a,b"}});
  CHECK(table.schema.dialect.delimiter == Delimiter::pipe);
  CHECK(table.schema.features == std::vector<FeatureColumn>{{"a,b", true, {"1", "z"}}});
  CHECK(fault("SEP=;\na;label\n1;x\nz;y\n", {}).find("line 4 (row 1, from 0), column 'a'") != std::string::npos);
  CHECK(fault("sep=#\na#label\n1#x\n", {}).find("line 1: 'sep=#' names a delimiter") != std::string::npos);
  CHECK(delimiter_of("sep=,\na|label\n1|x\n", {.delimiter = Delimiter::pipe}) == Delimiter::pipe);
}

TEST_CASE("Numbers have decimal commas, and points between thousands", "[data]") {
  const TableDialect comma{.decimal = DecimalMark::comma};
  const TableData table = parse(
      "a;b;label\n-1,462;1.261,76;1.000\n,5;-1.234.567;2.000\n3;+12,;2.000\n\"1,5e1\";0,1;1.000\n", {}, written(comma));
  CHECK(values_of(table.data) == Values{-1.462F, 1261.76F, 0.5F, -1234567.0F, 3.0F, 12.0F, 15.0F, 0.1F});
  CHECK(table.class_names == Names{"1.000", "2.000"});
  for (const char* number : {"1.5", "1.2345", "1234.567", ".123", "12.34,5", "1,234.5", "1,2,3", "1..234"}) {
    CAPTURE(number);
    CHECK(fault(fmt::format("a;label\n{};x\n", number), comma)
              .find("expected a finite number with a decimal comma, such as 1.261,76") != std::string::npos);
  }
  CHECK_FALSE(parse("1,5;x\n2,5;y\n", {.label = "1"}, written(comma)).schema.has_header());
}

TEST_CASE("Decimal commas divide no fields, but in quotes", "[data]") {
  const TableData table =
      parse("a,b,label\n\"1,5\",\"2.000,5\",x\n3,4,y\n", {}, written({.decimal = DecimalMark::comma}));
  CHECK(values_of(table.data) == Values{1.5F, 2000.5F, 3.0F, 4.0F});
}

TEST_CASE("Numbers with decimal commas that are far from 0 are held less an offset", "[data]") {
  const TableData table =
      parse("when;label\n1.700.000.000,25;x\n1.700.000.001,5;y\n", {}, written({.decimal = DecimalMark::comma}));
  REQUIRE(table.data.offsets.size() == 1);
  CHECK(table.data.offsets[0] + double{table.data.values[0]} == 1700000000.25);
  CHECK(table.data.offsets[0] + double{table.data.values[1]} == 1700000001.5);
}

TEST_CASE("Comments are no part of a table, and lines keep their numbers", "[data]") {
  const TableDialect dialect{.comment = '#'};
  const std::string_view text =
      "\xef\xbb\xbf# made by hand\n  # \"twice\na,b,label # names\n1,2,\"x#1\"\n# 9,9,z\n3 #,5\n4,5,y\n";
  CHECK(fault(text, dialect).find("line 6: has 1 field; expected 3") != std::string::npos);
  const TableData table = parse("#1\na,b,label # names\n1,2,\"x#\n1\"\n\t# 9,9,z\n4,5,y#\n#", {}, written(dialect));
  CHECK(values_of(table.data) == Values{1.0F, 2.0F, 4.0F, 5.0F});
  CHECK(table.class_names == Names{"x#\n1", "y"});
  CHECK(fault("# x\na,label\n# y\n# z\n1,x\n#\nb,y\n", dialect).find("line 7 (row 1, from 0)") != std::string::npos);
  CHECK(fault("a,label\n1,x\n", {.delimiter = Delimiter::pipe, .comment = '|'}).find("--comment | contradicts") !=
        std::string::npos);
  CHECK(fault("# nothing\n", dialect).find("is empty") != std::string::npos);
}

TEST_CASE("Missing values are those that are said, in place of the usual ones", "[data]") {
  const TableDialect dialect{.missing_values = {"-999", "N/A", "-"}};
  const TableData table = parse("a,c,label\n-999,u,x\n-999.0,-,y\n2,NA,NA\nN/A,u,x\n",
                                {.label = "", .categories = {"c"}}, written(dialect, MissingValues::mean));
  CHECK(table.schema.features[1].categories == Names{"NA", "u"});
  CHECK(table.class_names == Names{"NA", "x", "y"});
  const auto missing = [&](std::size_t row, std::size_t feature) {
    return std::isnan(table.data.values[row * 3 + feature]);
  };
  CHECK((missing(0, 0) && missing(1, 0) && missing(1, 1) && missing(1, 2) && missing(3, 0)));
  CHECK((!missing(2, 0) && !missing(0, 1) && !missing(3, 2)));
  CHECK(fault("a,label\nNA,x\n1,y\n", dialect, MissingValues::mean).find("found 'NA'; expected a finite number") !=
        std::string::npos);
  CHECK(fault("a,label\n,x\n1,y\n", dialect, MissingValues::mean)
            .find("--missing-values does not list the empty field") != std::string::npos);
  CHECK(fault("a,label\n1,-\n1,y\n", dialect).find("column 'label': is missing: '-'") != std::string::npos);
  const TableData empties =
      parse("a,label\n,x\nna,x\n1,y\n", {}, written({.missing_values = {"", "na"}}, MissingValues::mean));
  CHECK((std::isnan(empties.data.values[0]) && std::isnan(empties.data.values[1])));
}

TEST_CASE("Labels that are text are classes as they are spelled", "[data]") {
  CHECK(parse("a,label\n1,3.1\n2,3.10\n3,3.2\n").class_names == Names{"3.1", "3.2"});
  const TableData table = parse("a,label\n1,3.1\n2,3.10\n3,3.2\n", {}, written({.labels = LabelType::text}));
  CHECK(table.class_names == Names{"3.1", "3.10", "3.2"});
  CHECK(parse_for(table, "a,label\n1,3.10\n").labels == Labels{1});
  CHECK(thrown([&] { parse_for(table, "a,label\n1,3.20\n"); }).find("found '3.20'") != std::string::npos);
}

TEST_CASE("Other tables of a model are read as that of training", "[data]") {
  const TableDialect dialect{
      .delimiter = Delimiter::pipe, .decimal = DecimalMark::comma, .comment = '#', .missing_values = {"-"}};
  const TableData model = parse("a|b|label\n1,5|2|x\n2,5|3|y\n", {}, written(dialect, MissingValues::mean));
  CHECK(model.schema.dialect == TableDialect{.header = HeaderLine::yes,
                                             .delimiter = Delimiter::pipe,
                                             .decimal = DecimalMark::comma,
                                             .comment = '#',
                                             .missing_values = {"-"}});
  TableOptions fills;
  fills.missing = MissingValues::mean;
  const std::string_view text = "# new\nb;c|b|a\n# row\n7|1.000|-\n";
  for (const Dataset& data : {parse_for(model, text, LabelUse::ignore, fills), streamed(model, text, fills)}) {
    CHECK(std::isnan(data.values[0]));
    CHECK(data.values[1] == 1000.0F);
  }
  TableOptions point;
  point.dialect = {.delimiter = Delimiter::comma, .comment = '%', .missing_values = {"?"}};
  CHECK(values_of(parse_for(model, "a,b\n\"1,5\",2 % 3\n", LabelUse::ignore, point)) == Values{1.5F, 2.0F});
  point.dialect.decimal = DecimalMark::point;
  CHECK(values_of(parse_for(model, "a,b\n1.5,2\n", LabelUse::ignore, point)) == Values{1.5F, 2.0F});
}

TEST_CASE("A table for a model may have another delimiter than that of training", "[data]") {
  const TableData model = parse("a (x; y),b,label\n1,2,x\n3,4,y\n");
  for (const char* text :
       {"a (x; y),b\n1,2\n", "sep=;\n\"a (x; y)\";b\n1;2\n", "a (x; y)\tb\n1\t2\n", "c|b|a (x; y)\nz|2|1\n"}) {
    CAPTURE(text);
    CHECK(values_of(parse_for(model, text, LabelUse::ignore)) == Values{1.0F, 2.0F});
    CHECK(values_of(streamed(model, text)) == Values{1.0F, 2.0F});
  }
  const TableData words =
      parse("my colour,label\ndark red,x\nlight blue,y\n", {.label = "", .categories = {"my colour"}});
  CHECK(values_of(streamed(words, "my colour\ndark red\n")) == Values{1.0F, 0.0F});
}

}  // namespace strata::test::data_table_dialect_test
