#include "data/table.h"

#include <cmath>

#include "tests/data/tables.h"

namespace strata::test {

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
  CHECK(table.schema == TableSchema{true, {{"width"}, {"height"}}, "label"});
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
  CHECK(parse("a,0\n1,2\n", {.label = "0"}, {.header = HeaderLine::yes}).schema.label == "0");
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
  CHECK_FALSE(table.schema.header);
  CHECK(table.schema.label == "2");
  CHECK(table.schema.features == std::vector<FeatureColumn>{{"0"}, {"1"}});
  CHECK(table.data.labels == Labels{0, 1});
  // Said rather than guessed.
  CHECK(parse("0,1,target\n1,2,a\n", {}, {.header = HeaderLine::yes}).schema.header);
  CHECK(parse("p,q\np,r\n", {.label = "0", .categories = {"1"}}, {.header = HeaderLine::no}).data.labels ==
        Labels{0, 0});
}

TEST_CASE("Ids, weights and ignored columns have their places", "[data]") {
  const TableData table = parse("id,note,w,x,label\n a-1 ,\"any, thing\",0.5,1,0\n\"b\"\"2\",,2,3,1\n",
                                {.label = "label", .ignored = {"note"}, .id = "id", .weight = "w"});
  CHECK(table.data.ids == Names{"a-1", "b\"2"});
  CHECK(table.data.row_weights == Values{0.5F, 2});
  CHECK(values_of(table.data) == Values{1, 3});
  CHECK(table.schema == TableSchema{true, {{"x"}}, "label", "id", "w"});
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
    const TableData table =
        parse("x,t,label\n" + missing + ",r,0\n1," + missing + ",0\n", {.label = "", .categories = {"t"}}, mean);
    INFO(missing);
    CHECK(std::isnan(table.data.values[0]));
    CHECK(table.data.values[1] == 1);
    CHECK(table.data.values[2] == 1);
    CHECK(std::isnan(table.data.values[3]));
    CHECK(table.schema.features[1].categories == Names{"r"});
  }
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
    CHECK(same_tables(parse(text), plain));
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
  CHECK(values_of(parse_for(model, "p,q,r\n5,b,6\n")) == Values{5, 6});  // a header that is there is passed over
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

}  // namespace strata::test
