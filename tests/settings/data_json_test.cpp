#include "settings/settings_json.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace settings_data_json_test {

using namespace strata;
using strata::test::thrown;
using Json = nlohmann::ordered_json;

TEST_CASE("what a configuration says of the data comes back", "[settings]") {
  DataRequest request{.data = "train.csv"};
  request.validation_data = "v.csv";
  request.test_data = "t.npy";
  request.test_labels = "tl.npy";
  request.missing = MissingValues::mean;
  request.roles = {.label = "y", .ignored = {"a", "b"}, .id = "id", .weight = "w", .categories = {"c"}};
  request.class_names = {"n", "m"};
  request.dialect = {.header = HeaderLine::no,
                     .labels = LabelType::text,
                     .delimiter = Delimiter::pipe,
                     .decimal = DecimalMark::comma,
                     .comment = '#',
                     .missing_values = {"", "NA"}};
  request.unseen = UnseenCategories::zeros;
  const Json config = data_json(request);
  CHECK(config["ignore_columns"] == Json{"a", "b"});
  const Json again = data_json(data_of_config(config));
  CHECK(again == config);
  CHECK(again.size() == 18);
  CHECK(data_of_config(config).dialect == request.dialect);
}

TEST_CASE("the empty field alone is a list of missing values, too", "[settings]") {
  DataRequest request{.data = "train.csv"};
  request.dialect.missing_values = {""};
  CHECK(data_of_config(data_json(request)).dialect.missing_values == request.dialect.missing_values);
}

TEST_CASE("only what differs from the defaults is in a configuration", "[settings]") {
  const Json config = data_json({.data = "folder"});
  CHECK(config == Json{{"data", "folder"}});
  CHECK(data_of_config(config).data == "folder");
}

TEST_CASE("a configuration that says something else of the data is an error", "[settings]") {
  for (const Json& bad : {Json::object(), Json{{"data", 1}}, Json{{"data", "x"}, {"labels", true}},
                          Json{{"data", "x"}, {"ignore_columns", "a"}}}) {
    CAPTURE(bad.dump());
    CHECK(thrown([&] { data_of_config(bad); }).find("cannot be read") != std::string::npos);
  }
  CHECK(thrown([] { data_of_config({{"data", "x"}, {"missing", "median"}}); }).find("'median'") != std::string::npos);
}

}  // namespace settings_data_json_test
