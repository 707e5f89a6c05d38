// Tables whose rows have numbers or several labels to learn.
#include "tests/core/thrown.h"
#include "tests/data/tables.h"

namespace strata::test::data_table_targets_test {

namespace {

Values targets_of(const Dataset& data) { return {data.target_values.begin(), data.target_values.end()}; }

ColumnRoles numbers(Names columns) {
  ColumnRoles roles;
  roles.targets = std::move(columns);
  return roles;
}

ColumnRoles flags(Names columns) {
  ColumnRoles roles;
  roles.labels = std::move(columns);
  return roles;
}

ColumnRoles tags(std::string separator, std::string column = "") {
  ColumnRoles roles;
  roles.label = std::move(column);
  roles.label_separator = std::move(separator);
  return roles;
}

std::string fault(std::string_view text, const ColumnRoles& roles, const TableOptions& options = {}) {
  return thrown([&] { parse(text, roles, options); });
}

}  // namespace

TEST_CASE("Columns of numbers are targets, in the order of the request, and no features", "[data]") {
  const TableData table =
      parse("a,price,label,area\n1,2.5,7,-3\n4,1e3,8,\"6\"\n", numbers({"area", "price"}), chunks_of(8));
  CHECK(table.schema.target_kind() == TargetKind::numbers);
  CHECK(table.schema.targets == Names{"area", "price"});
  CHECK(table.schema.label.empty());
  CHECK(table.data.target_names == Names{"area", "price"});
  CHECK(table.data.target_columns == 2);
  CHECK(targets_of(table.data) == Values{-3.0F, 2.5F, 6.0F, 1000.0F});
  CHECK(values_of(table.data) == Values{1.0F, 7.0F, 4.0F, 8.0F});
  CHECK((table.data.labels.empty() && table.class_names.empty()));
  const auto view = table.data.view().targets;
  CHECK((view.rows() == 2 && view.columns() == 2 && view(1, 0) == 6.0F));
}

TEST_CASE("A target that is missing or not finite is an error, whatever fills features", "[data]") {
  TableOptions fills;
  fills.missing = MissingValues::mean;
  for (const auto& [field, found] : {std::pair{"", "is missing: ''"}, std::pair{"NA", "is missing: 'NA'"},
                                     std::pair{"inf", "found 'inf'"}, std::pair{"1e99", "found '1e99'"}}) {
    CAPTURE(field);
    const std::string message = fault(fmt::format("a,y\n1,2\n,{}\n", field), numbers({"y"}), fills);
    CHECK(message.find(fmt::format("line 3 (row 1, from 0), column 'y': {}; expected a finite number to learn",
                                   found)) != std::string::npos);
  }
  CHECK(fault("a,y\n1,x\n", numbers({"y"})).find("column 'y': found 'x'; expected a finite number") !=
        std::string::npos);
}

TEST_CASE("Targets that fp32 cannot tell apart are refused by column", "[data]") {
  const char* far = "x,a,y\n1,7,1700000130\n2,8,1700000131\n3,9,1700000029\n";
  CHECK(fault(far, numbers({"x", "y"}), chunks_of(8))
            .find("t.csv: numbers of the column 'y' are so far from 0 that fp32 cannot tell them apart; expected "
                  "targets nearer to 0; subtract 1700000100 from them") != std::string::npos);
  CHECK(targets_of(parse("a,y\n1,1e9\n2,1e9\n", numbers({"y"})).data) == Values{1e9F, 1e9F});
  CHECK(targets_of(parse_for(parse("a,y\n1,0\n2,1\n", numbers({"y"})), "a,y\n1,1e9\n2,1000000001\n")) ==
        Values{1e9F, 1e9F});
}

TEST_CASE("Columns of 0 and 1 are labels", "[data]") {
  const TableData table = parse("sun,a,rain\n1,5,0\n0.0,6,True\nfalse,7,1.0\n", flags({"sun", "rain"}));
  CHECK(table.schema.target_kind() == TargetKind::labels);
  CHECK(table.data.target_names == Names{"sun", "rain"});
  CHECK(targets_of(table.data) == Values{1, 0, 0, 1, 0, 1});
  CHECK(values_of(table.data) == Values{5, 6, 7});
  CHECK(fault("sun,a\n2,5\n", flags({"sun"})).find("column 'sun': found '2'; expected 0 or 1") != std::string::npos);
  CHECK(fault("sun,a\n?,5\n", flags({"sun"})).find("column 'sun': is missing: '?'; expected 0 or 1") !=
        std::string::npos);
}

TEST_CASE("A column of tags has any number of labels a row", "[data]") {
  const TableData table = parse("label,a\nsea; sun,1\n,2\nsun,3\n10;2;sea;;,4\n", tags(";"), {.chunk_bytes = 9});
  CHECK(table.schema.target_kind() == TargetKind::labels);
  CHECK((table.schema.label == "label" && table.schema.label_separator == ";"));
  CHECK(table.data.target_names == Names{"10", "2", "sea", "sun"});
  CHECK(targets_of(table.data) == Values{0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0});
  CHECK(parse("a,t\n1,\"2, 10\"\n", tags(",", "t")).data.target_names == Names{"2", "10"});  // numbers by their value
  CHECK(fault("a,t\n1,\n", tags(";", "t")).find("the label column 't' has 0 labels between ';'") != std::string::npos);
}

TEST_CASE("What is learnt is said in one way", "[data]") {
  ColumnRoles both = numbers({"a"});
  both.labels = {"b"};
  CHECK(fault("a,b,c\n1,1,1\n", both).find("--label-columns contradicts --target-columns") != std::string::npos);
  both = flags({"a"});
  both.label = "b";
  CHECK(fault("a,b,c\n1,1,1\n", both).find("--label-column contradicts --label-columns") != std::string::npos);
  CHECK(fault("a,b,c\n1,1,1\n", numbers({"a", "a"})).find("the column 'a' is there already") != std::string::npos);
  ColumnRoles ignored = numbers({"a"});
  ignored.ignored = {"a"};
  CHECK(fault("a,b,c\n1,1,1\n", ignored).find("takes the column 'a' of t.csv too") != std::string::npos);
  CHECK(fault("a,b\n1,1\n", numbers({"a", "b"})).find("no column is left for features") != std::string::npos);
}

TEST_CASE("Targets of another table of a model are found by name, and are not needed to predict", "[data]") {
  const TableData model = parse("a,x,y\n1,2,3\n4,5,6\n", numbers({"x", "y"}));
  const Dataset data = parse_for(model, "y,more,a,x\n1,z,2,3\n");
  CHECK(targets_of(data) == Values{3, 1});
  CHECK(data.target_names == Names{"x", "y"});
  const Dataset unknown = parse_for(model, "a\n2\n", LabelUse::ignore);
  CHECK((unknown.target_values.empty() && unknown.target_columns == 0 && values_of(unknown) == Values{2}));
  CHECK(thrown([&] { parse_for(model, "a,x\n2,3\n"); }).find("lacks the column 'y'") != std::string::npos);
  const TableData tagged = parse("a,t\n1,u|v\n2,w\n", tags("|", "t"));
  const auto read = [&](std::string_view text) {
    return parse_table(bytes_of(text), "t.csv", tagged.schema, tagged.data.target_names, LabelUse::read, {}, 1);
  };
  CHECK(targets_of(read("t,a\nw | u,1\n,2\n")) == Values{1, 0, 1, 0, 0, 0});
  CHECK(thrown([&] { read("t,a\nx,1\n"); }).find("found 'x'; expected a label of the training rows ('u', 'v', 'w')") !=
        std::string::npos);
}

TEST_CASE("Targets are numbers with decimal commas, too", "[data]") {
  TableOptions options;
  options.dialect.decimal = DecimalMark::comma;
  CHECK(targets_of(parse("a;y\n1;1.000,5\n", numbers({"y"}), options).data) == Values{1000.5F});
}

}  // namespace strata::test::data_table_targets_test
