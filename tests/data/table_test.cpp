#include "data/table/table.h"

#include <cmath>

#include "tests/data/tables.h"

namespace strata::test::data_table_test {

namespace {

/// As a table of a header and commas is remembered.
const TableDialect kCommas{.header = HeaderLine::yes, .delimiter = Delimiter::comma};

}  // namespace

TEST_CASE("A table becomes features, labels and a schema", "[data]") {
  const TableData table = parse("width,height,label\n1.5,2,b\n-3,4e1,a\n.5,6.,b\n");
  CHECK(table.data.source == "t.csv");
  CHECK(table.data.features == 2);
  CHECK(table.data.sample_shape == std::vector<std::size_t>{2});
  CHECK(values_of(table.data) == Values{1.5F, 2, -3, 40, 0.5F, 6});
  CHECK(table.data.labels == Labels{1, 0, 1});
  CHECK(table.data.row_weights.empty());
  CHECK(table.data.ids.empty());
  CHECK(table.class_names == Names{"a", "b"});
  CHECK(table.schema == TableSchema{kCommas, {{"width"}, {"height"}}, "label"});
}

TEST_CASE("The label column is found by role, or by its usual names", "[data]") {
  for (const std::string name : {"label", "class", "target", "Label", "CLASS"}) {
    CHECK(parse("x," + name + "\n1,a\n").schema.label == name);
  }
  const TableData by_name = parse("species,x\nb,1\na,2\n", {.label = "species"});
  CHECK(by_name.schema.label == "species");
  CHECK(by_name.data.labels == Labels{1, 0});
  CHECK(by_name.class_names == Names{"a", "b"});
  CHECK(parse("species,x\nb,1\na,2\n", {.label = "0"}).schema.label == "species");
  // A name that looks like an index goes before the index.
  CHECK(parse("a,0\n1,2\n", {.label = "0"}, {kWithHeader}).schema.label == "0");
  // Of two, one is free.
  CHECK(parse("x,label,class\n1,2,3\n", {.label = "", .ignored = {"class"}}).schema.label == "label");
}

TEST_CASE("Labels are classes in the order of their values or bytes", "[data]") {
  const auto classes = [](const std::string& labels) {
    std::string text = "x,y\n";
    for (const char label : labels) {
      text += std::string("1,") + label + "\n";
    }
    return parse(text, {.label = "y"});
  };
  CHECK(classes("2012").data.labels == Labels{2, 0, 1, 2});
  CHECK(classes("2012").class_names == Names{"0", "1", "2"});
  CHECK(classes("937").data.labels == Labels{2, 0, 1});
  CHECK(classes("9z3").class_names == Names{"3", "9", "z"});
  CHECK(parse("x,y\n1,1.0\n1,0\n1,1\n", {.label = "y"}).data.labels == Labels{1, 0, 1});
}

TEST_CASE("A table without a header has its columns by index", "[data]") {
  const TableData table = parse("1,2,a\n3,4,b\n", {.label = "2"});
  CHECK_FALSE(table.schema.has_header());
  CHECK(table.schema.label == "2");
  CHECK(table.schema.features == std::vector<FeatureColumn>{{"0"}, {"1"}});
  CHECK(table.data.labels == Labels{0, 1});
  // Said rather than guessed.
  CHECK(parse("0,1,target\n1,2,a\n", {}, {kWithHeader}).schema.has_header());
  CHECK(parse("p,q\np,r\n", {.label = "0", .categories = {"1"}}, {kWithoutHeader}).data.labels == Labels{0, 0});
}

TEST_CASE("Numbers in order are names if text beside them says so", "[data]") {
  const auto has_header = [](std::string_view text, const ColumnRoles& roles = {}) {
    return parse(text, roles).schema.has_header();
  };
  CHECK(has_header("0,1,label\n5,6,a\n7,8,a\n"));
  CHECK(has_header("1,2,Target\n5,6,a\n7,8,b\n"));
  CHECK(has_header("0,1,2,kind\n5,6,7,a\n7,8,9,a\n", {.label = "3"}));
  CHECK(has_header("0,3,kind\n5,6,a\n", {.label = "kind"}));  // a name that a role gives
  CHECK(has_header("2019,2020\n5,6\n", {.label = "2020"}));
  CHECK_FALSE(has_header("0,1,2,a\n5,6,7,b\n1,2,3,a\n", {.label = "3"}));  // a class, since it comes again
  CHECK_FALSE(has_header("1,2,a\n3,4,b\n", {.label = "2"}));
  CHECK_FALSE(has_header("0,2,1,kind\n5,6,7,a\n", {.label = "3"}));
  CHECK_FALSE(has_header("0.0,1.0,2.0,kind\n5,6,7,a\n", {.label = "3"}));
  CHECK_FALSE(has_header("0,1,2,3\n5,6,7,8\n", {.label = "3"}));
}

TEST_CASE("A column without a name keeps apart from one that is called by its index", "[data]") {
  const TableData table = parse(",0,1,2,label\n0,5,6,7,a\n1,8,9,1,b\n", {.label = "", .ignored = {"Unnamed: 0"}});
  CHECK(table.schema.features == std::vector<FeatureColumn>{{"0"}, {"1"}, {"2"}});
  CHECK(values_of(table.data) == Values{5, 6, 7, 8, 9, 1});
  CHECK(parse(",0,label\n0,5,a\n", {.label = "", .ignored = {"0"}}).schema.features.front().name == "Unnamed: 0");
}

TEST_CASE("Rows for a model of a table without a header are rows from the first line on", "[data]") {
  const TableData model = parse("0.5,b,e\n1.5,w,p\n", {.label = "2", .categories = {"1"}}, {kWithoutHeader});
  const TableOptions mean{.missing = MissingValues::mean};
  CHECK(parse_for(model, "?,b\n1.5,w\n", LabelUse::ignore, mean).rows() == 2);
  CHECK(parse_for(model, "1.5,w\n", LabelUse::ignore).rows() == 1);
  CHECK(
      contains(data_message_of([&] { parse_for(model, "x,y\n1.5,w\n", LabelUse::ignore); }),
               "line 1 (row 0, from 0), column '0': found 'x'; expected a finite number; correct it (or, if this line "
               "names the columns, say --header yes)"));
}

TEST_CASE("Labels in quotes keep their spelling", "[data]") {
  const auto classes = [](const std::string& rows) { return parse("x,label\n" + rows).class_names; };
  CHECK(classes("1,\"01234\"\n1,\"1234\"\n1,\"99999\"\n") == Names{"01234", "1234", "99999"});
  CHECK(classes("1,\"3.1\"\n1,\"3.10\"\n") == Names{"3.1", "3.10"});
  CHECK(classes("1,\"10\"\n1,\"9\"\n1,\"-1\"\n") == Names{"-1", "9", "10"});  // by value as without quotes
  CHECK(classes("1,\"10.5\"\n1,\"9.5\"\n") == Names{"9.5", "10.5"});
  const TableData model = parse("x,label\n1,\"01234\"\n1,\"99999\"\n");
  CHECK(model.schema.dialect.labels == LabelType::text);
  CHECK(model.data.respelled.empty());
  CHECK(parse_for(model, "x,label\n1,01234\n").labels == Labels{0});
  CHECK(contains(data_message_of([&] { parse_for(model, "x,label\n1,1234\n"); }), "found '1234'; expected a class"));
  CHECK(parse("x,label\n1,\"a\"\n").schema.dialect.labels == LabelType::automatic);
  CHECK(parse("x,label\n1,\"1\"\n").schema.dialect.labels == LabelType::automatic);
}

TEST_CASE("Labels that are spelled otherwise than their class are told", "[data]") {
  using Respelled = std::vector<RespelledClass>;
  const TableData model = parse("x,label\n1,3.1\n1,3.10\n1,3.2\n1,1E5\n");
  CHECK(model.class_names == Names{"3.1", "3.2", "100000"});
  CHECK(model.data.respelled == Respelled{{"3.1", {"3.1", "3.10"}}, {"100000", {"1E5"}}});
  CHECK(parse_for(model, "x,label\n1,3.1\n1,3.200\n1,3.200\n").respelled == Respelled{{"3.2", {"3.200"}}});
  CHECK(parse("x,label\n1,0\n1,1\n").data.respelled.empty());
}

TEST_CASE("Ids, weights and ignored columns have their places", "[data]") {
  const TableData table = parse("id,note,w,x,label\n a-1 ,\"any, thing\",0.5,1,0\n\"b\"\"2\",,2,3,1\n",
                                {.label = "label", .ignored = {"note"}, .id = "id", .weight = "w"});
  CHECK(table.data.ids == Names{"a-1", "b\"2"});
  CHECK(table.data.row_weights == Values{0.5F, 2});
  CHECK(values_of(table.data) == Values{1, 3});
  CHECK(table.schema == TableSchema{kCommas, {{"x"}}, "label", "", {}, {}, "id", "w"});
}

TEST_CASE("A category becomes a feature for each of its values", "[data]") {
  const TableData table =
      parse("x,town,label\n1,Rom,0\n2,Oslo,1\n3,Bern,0\n4,Oslo,1\n", {.label = "", .categories = {"town"}});
  CHECK(table.data.features == 4);
  CHECK(table.schema.width() == 4);
  CHECK(table.schema.features == std::vector<FeatureColumn>{{"x"}, {"town", true, {"Bern", "Oslo", "Rom"}}});
  CHECK(values_of(table.data) == Values{1, 0, 0, 1, 2, 0, 1, 0, 3, 1, 0, 0, 4, 0, 1, 0});
}

TEST_CASE("Missing fields become NaN if they may", "[data]") {
  const TableOptions mean{.missing = MissingValues::mean};
  for (const std::string missing : {"", "NA", "na", "NaN", "nan", "null", "NULL", "?", " ? ", "\"\"", "\"NA\""}) {
    const TableData table = parse("x,label\n" + missing + ",0\n1,0\n", {}, mean);
    INFO(missing);
    CHECK(std::isnan(table.data.values[0]));
    CHECK(table.data.values[1] == 1);
  }
  for (const std::string missing : {"", " ", "\"\""}) {
    const TableData table = parse("t,label\nr,0\n" + missing + ",0\n", {.label = "", .categories = {"t"}}, mean);
    INFO(missing);
    CHECK(table.data.values[0] == 1);
    CHECK(std::isnan(table.data.values[1]));
    CHECK(table.schema.features[0].categories == Names{"r"});
  }
}

TEST_CASE("Words for missing numbers are names among categories and labels", "[data]") {
  const TableData table = parse("x,t,label\n,EUR,K\n1,NA,Na\n2,?,?\n", {.label = "", .categories = {"t"}},
                                {.missing = MissingValues::mean});
  CHECK(table.schema.features[1].categories == Names{"?", "EUR", "NA"});
  CHECK(table.class_names == Names{"?", "K", "Na"});
  CHECK(std::ranges::count_if(table.data.values, [](float x) { return std::isnan(x); }) == 1);
}

TEST_CASE("A model of before takes words for missing categories as it did", "[data]") {
  TableData model = parse("t,label\nr,0\ns,1\n", {.label = "", .categories = {"t"}});
  model.schema.dialect.missing_categories = MissingCategories::words;
  const Dataset rows = parse_for(model, "t\nNA\n", LabelUse::ignore, {.missing = MissingValues::mean});
  CHECK(std::isnan(rows.values[0]));
  CHECK(std::isnan(rows.values[1]));
}

TEST_CASE("Numbers that are not finite are filled as missing ones are", "[data]") {
  for (const std::string number : {"inf", "-Inf", "+Infinity", "1e39", "-1e400", "\"inf\""}) {
    const TableData table = parse("x,label\n" + number + ",0\n1,0\n", {}, {.missing = MissingValues::mean});
    INFO(number);
    CHECK(std::isnan(table.data.values[0]));
  }
}

TEST_CASE("Delimiters, line ends, quotes, blanks and marks of other programs are read", "[data]") {
  const TableData plain = parse("x,y,label\n1,2,a\n3,4,b\n");
  const std::string mark = "\xef\xbb\xbf";
  for (const std::string& text : {
           std::string("x,y,label\n1,2,a\n3,4,b"),
           std::string("x;y;label\n1;2;a\n3;4;b\n"),
           std::string("x\ty\tlabel\n1\t2\ta\n3\t4\tb\n"),
           std::string("x,y,label\r\n1,2,a\r\n3,4,b\r\n"),
           std::string("x,y,label\r\n1,2,a\r\n3,4,b"),
           std::string("x,y,label\n1,2,a\r\n3,4,b\n\n\r\n\n"),
           std::string("\"x\",\"y\",\"label\"\n\"1\",\"2\",\"a\"\n\"3\",\"4\",\"b\"\n"),
           std::string(" x , y,label \n 1 ,\t2, a\n3, \"4\" ,\"b\" \r\n"),
           mark + "x,y,label\n1,2,a\n3,4,b\n",
           mark + "\"x\",y,label\n1,2,a\n3,4,b\n",
       }) {
    INFO(text);
    TableData table = parse(text);
    table.schema.dialect.delimiter = plain.schema.dialect.delimiter;
    CHECK(same_tables(table, plain));
  }
}

TEST_CASE("The delimiter is the first of tab, semicolon and comma that the first line has outside quotes", "[data]") {
  CHECK(parse("\"a;b\",label\n1,2\n").schema.features.front().name == "a;b");
  CHECK(parse("\"a\tb\";label\n1;2\n").schema.features.front().name == "a\tb");
  CHECK(parse("a,b;label\n1;2\n").schema.features.front().name == "a,b");
  CHECK(parse("a,b;c\tlabel\n1\t2\n").schema.features.front().name == "a,b;c");
  CHECK(parse("\"a\nb\",label\n1,2\n").schema.features.front().name == "a\nb");
}

TEST_CASE("Quoted fields may hold delimiters, quotes and newlines", "[data]") {
  const TableData table =
      parse("id,x,label\n\"a,b\",1,\"one\ntwo\"\n\"say \"\"no\"\"\",2,\"one\r\ntwo\"\n\"\"\"\",3,\"one\ntwo\"\n",
            {.label = "", .id = "id"});
  CHECK(table.data.ids == Names{"a,b", "say \"no\"", "\""});
  CHECK(table.class_names == Names{"one\ntwo", "one\r\ntwo"});
  CHECK(table.data.labels == Labels{0, 1, 0});
}

TEST_CASE("The smallest tables are tables", "[data]") {
  CHECK(parse("1,0", {.label = "1"}).data.labels == Labels{0});
  CHECK(values_of(parse("x,label\n7,0").data) == Values{7});
  CHECK(parse("x,label\n7,0").data.values.size() == 1);
  const TableData one = parse("x,label\n7,k\n");
  CHECK(values_of(parse_for(one, "x\n5", LabelUse::ignore)) == Values{5});
  CHECK(parse_for(one, "x\n5\n6\n\n", LabelUse::ignore).labels.empty());
}

TEST_CASE("Columns without a name have their index", "[data]") {
  const TableData table = parse(",x,label\n0,5,a\n1,6,b\n", {.label = "", .ignored = {"0"}});
  CHECK(values_of(table.data) == Values{5, 6});
}

TEST_CASE("A table is matched to a model by the names of its columns", "[data]") {
  const TableData model = parse("x,town,y,label,id,w\n1,Rom,2,a,i,1\n3,Bern,4,b,j,2\n",
                                {.label = "", .id = "id", .weight = "w", .categories = {"town"}});
  const Values expected{5, 0, 1, 6};
  CHECK(values_of(parse_for(model, "y,label,more,town,x\n6,b,text,Rom,5\n")) == expected);
  CHECK(parse_for(model, "y,label,more,town,x\n6,b,text,Rom,5\n").labels == Labels{1});
  CHECK(parse_for(model, "y,label,more,town,x\n6,b,text,Rom,5\n").ids.empty());
}

TEST_CASE("Ids and weights are read where a model's table has them, labels where they are asked for", "[data]") {
  const TableData model = parse("x,label,id,w\n1,a,i,1\n", {.label = "", .id = "id", .weight = "w"});
  const Dataset all = parse_for(model, "w;id;label;x\n3;k;a;2\n");
  CHECK(all.ids == Names{"k"});
  CHECK(all.row_weights == Values{3});
  const Dataset none = parse_for(model, "x,label\n2,unknown\n", LabelUse::ignore);
  CHECK(none.labels.empty());
  CHECK(values_of(none) == Values{2});
}

TEST_CASE("A table without a header is matched by index", "[data]") {
  const TableData model = parse("1,a,2\n3,b,4\n", {.label = "1"});
  CHECK(values_of(parse_for(model, "5,b,6,7\n")) == Values{5, 6});
  CHECK(values_of(parse_for(model, "p,q,r\n5,b,6\n", LabelUse::read, {kWithHeader})) == Values{5, 6});
  CHECK(values_of(parse_for(model, "5,,6\n", LabelUse::ignore)) == Values{5, 6});
}

TEST_CASE("Unseen categories are zeros if they may be", "[data]") {
  const TableData model = parse("t,label\nr,0\ns,1\n", {.label = "", .categories = {"t"}});
  CHECK(values_of(parse_for(model, "t,label\nnew,0\ns,1\n", LabelUse::read, {.unseen = UnseenCategories::zeros})) ==
        Values{0, 0, 0, 1});
}

TEST_CASE("Tables are read from files, inflated if their names say so", "[data]") {
  const TemporaryFolder folder;
  const std::string text = "x,label\n1,a\n2,b\n";
  const Bytes bytes(text.begin(), text.end());
  folder.write("t.csv", bytes);
  folder.write("t.csv.gz", gzip(bytes));
  folder.write("wrong.csv", gzip(bytes));
  const TableData plain = load_table(folder.path() / "t.csv", {}, {}, 1);
  CHECK(same_tables(plain, parse(text)));
  CHECK(same_tables(load_table(folder.path() / "t.csv.gz", {}, {}, 2), plain));
  CHECK(same_bits(load_table(folder.path() / "t.csv.gz", plain.schema, plain.class_names, LabelUse::read, {}, 2),
                  plain.data));
  CHECK(contains(data_message_of([&] { load_table(folder.path() / "wrong.csv", {}, {}, 1); }),
                 "wrong.csv: is gzip data"));
  CHECK(contains(data_message_of([&] { load_table(folder.path() / "none.csv", {}, {}, 1); }), "none.csv: cannot open"));
}

TEST_CASE("Names of tables are known by their ends", "[data]") {
  for (const char* name : {"a.csv", "a.CSV", "b/a.tsv", "a.txt", "a.csv.gz", "a.Tsv.GZ"}) {
    CHECK(is_table_name(name));
  }
  for (const char* name : {"a", "csv", "a.npy", "a.gz", "a.csv/b", "a.csv.bz2", "-"}) {
    CHECK_FALSE(is_table_name(name));
  }
}

}  // namespace strata::test::data_table_test
