#include "io/schema_json.h"

#include "tests/catch.h"

namespace io_schema_json_test {

using namespace strata;

namespace {

TableSchema small_schema() {
  return {.dialect = {.header = HeaderLine::yes, .missing_categories = MissingCategories::words},
          .features = {{.name = "width"}, {.name = "colour", .categorical = true, .categories = {"blue", "röd"}}},
          .label = "species",
          .id = "name",
          .weight = ""};
}

}  // namespace

TEST_CASE("class names come back from their JSON, whatever stands in them", "[io]") {
  for (const auto& names : std::vector<std::vector<std::string>>{{"a"}, {"0", "1"}, {"say \"x\"", "a\\b\n", "ö", ""}}) {
    CHECK(parse_class_names(class_names_json(names)) == names);
  }
  CHECK(class_names_json({"x", "y"}) == R"(["x","y"])");
  for (const char* bad : {"", "[", "{}", "[1]", R"(["x","x"])", R"(["x", "y"])", R"(["x"]])", "null"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_class_names(bad));
  }
}

TEST_CASE("a table's columns come back from their JSON", "[io]") {
  const TableSchema schema = small_schema();
  CHECK(schema_json(schema) ==
        R"({"header":true,"label":"species","id":"name","weight":"","features":[{"name":"width"},)"
        R"({"name":"colour","categories":["blue","röd"]}]})");
  const auto read = parse_schema(schema_json(schema));
  REQUIRE(read);
  CHECK(*read == schema);
  CHECK(read->width() == 3);
}

TEST_CASE("how a table was read comes back from its JSON", "[io]") {
  TableSchema schema = small_schema();
  schema.dialect = {.header = HeaderLine::no, .labels = LabelType::text};
  CHECK(schema_json(schema) ==
        R"({"header":false,"label":"species","id":"name","weight":"","features":[{"name":"width"},)"
        R"({"name":"colour","categories":["blue","röd"]}],"label_type":"text","missing_categories":"empty"})");
  CHECK(parse_schema(schema_json(schema)) == schema);
  schema.features.pop_back();  // without categories none can be missing
  CHECK(
      schema_json(schema) ==
      R"({"header":false,"label":"species","id":"name","weight":"","features":[{"name":"width"}],"label_type":"text"})");
  CHECK(parse_schema(schema_json(schema)) == schema);
}

TEST_CASE("what stands between fields and in them comes back from its JSON", "[io]") {
  TableSchema schema = small_schema();
  schema.dialect = {.header = HeaderLine::yes,
                    .missing_categories = MissingCategories::words,
                    .delimiter = Delimiter::space,
                    .decimal = DecimalMark::comma,
                    .comment = '%',
                    .missing_values = {"", "-999"}};
  const std::string text = schema_json(schema);
  CHECK(text.ends_with(R"(]}],"delimiter":"space","decimal":"comma","comment":"%","missing_values":["","-999"]})"));
  CHECK(parse_schema(text) == schema);
  for (const char* bad : {R"("delimiter":"colon")", R"("delimiter":"auto")", R"("decimal":"point")",
                          R"("comment":"//")", R"("comment":"")", R"("missing_values":[])"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_schema(R"({"header":true,"label":"a","id":"","weight":"","features":[{"name":"b"}],)" +
                             std::string(bad) + "}"));
  }
}

TEST_CASE("columns that no table has are refused", "[io]") {
  TableSchema schema = small_schema();
  schema.features[1].categories = {"red", "blue"};
  CHECK_FALSE(parse_schema(schema_json(schema)));
  schema.features[1].categories = {};
  CHECK_FALSE(parse_schema(schema_json(schema)));
  schema = small_schema();
  schema.features[0].name = "species";
  CHECK_FALSE(parse_schema(schema_json(schema)));
  schema = small_schema();
  schema.features = {};
  CHECK_FALSE(parse_schema(schema_json(schema)));
  schema = small_schema();
  schema.label = "";
  CHECK_FALSE(parse_schema(schema_json(schema)));
  const std::string good = schema_json(small_schema());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(parse_schema(good.substr(0, size)));
  }
  CHECK_FALSE(parse_schema(good + " "));
  CHECK_FALSE(parse_schema(R"({"header":1,"label":"a","id":"","weight":"","features":[{"name":"b"}]})"));
}

}  // namespace io_schema_json_test
