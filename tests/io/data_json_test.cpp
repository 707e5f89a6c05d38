#include "io/data_json.h"

#include "tests/catch.h"
#include "tests/core/thrown.h"

using namespace strata;
using strata::test::thrown;
using Json = nlohmann::ordered_json;

TEST_CASE("what a configuration says of the data comes back", "[io]") {
  DataRequest request{.data = "train.csv"};
  request.validation_data = "v.csv";
  request.test_data = "t.npy";
  request.test_labels = "tl.npy";
  request.missing = MissingValues::mean;
  request.roles = {.label = "y", .ignored = {"a", "b"}, .id = "id", .weight = "w", .categories = {"c"}};
  request.header = HeaderLine::no;
  request.unseen = UnseenCategories::zeros;
  Json config;
  add_data(config, request);
  CHECK(config["ignore_columns"] == Json{"a", "b"});
  Json again;
  add_data(again, data_of_config(config));
  CHECK(again == config);
  CHECK(again.size() == 12);
}

TEST_CASE("only what differs from the defaults is in a configuration", "[io]") {
  Json config;
  add_data(config, {.data = "folder"});
  CHECK(config == Json{{"data", "folder"}});
  CHECK(data_of_config(config).data == "folder");
}

TEST_CASE("a configuration that says something else of the data is an error", "[io]") {
  for (const Json& bad : {Json::object(), Json{{"data", 1}}, Json{{"data", "x"}, {"labels", true}},
                          Json{{"data", "x"}, {"ignore_columns", "a"}}}) {
    CAPTURE(bad.dump());
    CHECK(thrown([&] { data_of_config(bad); }).find("cannot be read") != std::string::npos);
  }
  CHECK(thrown([] { data_of_config({{"data", "x"}, {"missing", "median"}}); }).find("'median'") != std::string::npos);
}
