#include "settings/run_config.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/expect_error.h"

namespace strata::settings_run_config_test {

using Json = nlohmann::ordered_json;

TEST_CASE("a run's configuration tells data, split and what computed", "[settings]") {
  const RunConfig run = run_config(Json::parse(
      R"({"data":"here","validation_split":0.25,"split":"tail","seed":18446744073709551615,"engine":"onednn","precision":"bf16"})"));
  REQUIRE(run.data.has_value());
  CHECK(run.data->data == "here");
  REQUIRE(run.split.has_value());
  CHECK(run.split->kind == SplitKind::tail);
  CHECK(run.split->fraction == 0.25);
  CHECK(run.split->seed == 18446744073709551615U);
  CHECK(run.engine == EngineKind::onednn);
  CHECK(run.precision == kernels::Precision::bf16);
}

TEST_CASE("what a run's configuration lacks is empty or as by default", "[settings]") {
  const RunConfig run = run_config(Json::parse(R"({"seed":1})"));
  CHECK_FALSE(run.data.has_value());
  CHECK_FALSE(run.split.has_value());
  CHECK(run.engine == EngineKind::automatic);
  CHECK(run.precision == kernels::Precision::f32);
  for (const char* text : {R"({"split":"tail","seed":1})", R"({"split":"tail","validation_split":0.5})"}) {
    CHECK_FALSE(run_config(Json::parse(text)).split.has_value());
  }
}

TEST_CASE("a damaged configuration is an error that names the member", "[settings]") {
  const auto refuses = [](const std::string& text, const std::string& names) {
    test::expect_error(ErrorKind::data, names, "", [&] { run_config(Json::parse(text)); });
  };
  refuses(R"({"data":7})", "says of the data");
  refuses(R"({"engine":"steam"})", "\"steam\"");
  refuses(R"({"engine":7})", "engine is 7; restore the file");
  refuses(R"({"precision":"f8"})", "precision is \"f8\", which this version does not know");
  refuses(R"({"split":"middle","validation_split":0.5,"seed":1})", "\"middle\"");
  refuses(R"({"split":"tail","validation_split":-0.5,"seed":1})", "validation_split is -0.5");
  refuses(R"({"split":"tail","validation_split":0.5,"seed":"x"})", "seed is \"x\"");
  refuses(R"({"split":"tail","validation_split":1.5,"seed":1})", "validation_split is 1.5");
  refuses(R"({"split":"tail","validation_split":"x","seed":1})", "validation_split is \"x\"");
}

TEST_CASE("a model file's notes tell how its rows were divided", "[settings]") {
  const SplitPlan split{SplitKind::stratified, 0.1, 7};
  const auto notes = split_notes(split);
  CHECK(notes.at("seed") == "7");
  const auto read = split_of_notes(notes);
  REQUIRE(read.has_value());
  CHECK(read->kind == SplitKind::stratified);
  CHECK(read->fraction == 0.1);
  CHECK(read->seed == 7);
  for (const auto& [key, wrong] :
       {std::pair{"seed", "-1"}, std::pair{"split", "odd"}, std::pair{"validation_split", "1"}}) {
    auto damaged = notes;
    damaged[key] = wrong;
    CHECK_FALSE(split_of_notes(damaged).has_value());
    damaged.erase(key);
    CHECK_FALSE(split_of_notes(damaged).has_value());
  }
}

}  // namespace strata::settings_run_config_test
