// What one declaration of an option brings with it.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/options/config_file.h"
#include "cli/text/help.h"
#include "io/model_file.h"
#include "search/trial.h"
#include "settings/option.h"
#include "settings/run_settings.h"
#include "settings/settings_json.h"
#include "tests/catch.h"
#include "tests/core/thrown.h"

namespace settings_run_options_test {

using namespace strata;

namespace {

using Json = nlohmann::ordered_json;

std::shared_ptr<const ModelFile> some_model() {
  ModelSpec spec{.inputs = 3, .hidden = {4, 2}, .outputs = 2, .activation = {kernels::ActivationKind::relu, 0}};
  Parameters parameters(spec.layers());
  return std::make_shared<const ModelFile>(ModelFile{.spec = spec,
                                                     .convention = Convention::keras,
                                                     .parameters = std::move(parameters),
                                                     .scaler = {{0, 0, 0}, {1, 1, 1}},
                                                     .sample_shape = {},
                                                     .notes = {}});
}

RunSettings settings_of(GivenTexts texts) {
  auto from = texts.contains("from") ? some_model() : nullptr;
  return run_settings(checked(run_options(), std::move(texts)), std::move(from));
}

std::string key_of_run(const GivenTexts& texts) { return trial_key(config_json(settings_of(texts))); }

/// Texts of options whose schema does not tell a value other than the default.
const std::map<std::string_view, std::string> kOtherTexts{
    {"hidden", "8,4"},     {"lower", "adam"},   {"upper", "sgd"},   {"upper-layers", "1"},
    {"group", "0-3:adam"}, {"max-time", "90s"}, {"dropout", "0.5"}, {"class-weights", "balanced"},
    {"comment", "#"},      {"loss", "mse"},     {"resize", "8x8"}};
/// What must be given so that an option has a meaning.
const std::map<std::string_view, GivenTexts> kCompanions{{"new-output", {{"from", {"m.safetensors"}}}},
                                                         {"validation-labels", {{"validation-data", {"v.npy"}}}},
                                                         {"test-labels", {{"test-data", {"t.npy"}}}},
                                                         {"min-delta", {{"early-stopping", {"3"}}}},
                                                         {"start-epoch", {{"early-stopping", {"3"}}}}};

/// A value other than the default.
std::string other_text(const Option& option) {
  const Json& schema = option.member.schema;
  if (const auto found = kOtherTexts.find(option.name); found != kOtherTexts.end()) {
    return found->second;
  }
  if (schema.contains("enum")) {
    return schema.at("enum").at(0) == schema.value("default", Json(option.fallback_note)) ? schema.at("enum").at(1)
                                                                                          : schema.at("enum").at(0);
  }
  const std::string type = schema.at("type");
  return type == "boolean" ? "" : type == "integer" ? "17" : type == "number" ? "0.375" : "other";
}

}  // namespace

TEST_CASE("each option that shapes the result changes a trial's key", "[settings]") {
  for (const Option& option : run_options()) {
    if (!option.shapes_run) {
      continue;
    }
    INFO(option.name);
    GivenTexts without{{"threads", {"1"}}};
    if (const auto companions = kCompanions.find(option.name); companions != kCompanions.end()) {
      without.insert(companions->second.begin(), companions->second.end());
    }
    GivenTexts with = without;
    with[std::string(option.name)] = {other_text(option)};
    CHECK(key_of_run(with) != key_of_run(without));
    const Json asked = settings_of(with).asked;
    CHECK(asked.contains(key_of(option)));
    CHECK(key_of_run(texts_of_checkpoint(asked)) == key_of_run(with));  // what is kept gives the same run again
  }
}

TEST_CASE("an option that is not recorded changes no key", "[settings]") {
  const GivenTexts plain{{"threads", {"1"}}, {"run-dir", {"d"}}};
  for (const auto& [name, text] : std::map<std::string, std::string>{
           {"save", "m"}, {"metrics", "-"}, {"tensorboard", ""}, {"checkpoint-every", "5"}}) {
    GivenTexts with = plain;
    with[name] = {text};
    INFO(name);
    CHECK(key_of_run(with) == key_of_run(plain));
  }
}

TEST_CASE("defaults are read as if they had been given, and are those of the schema, or left out", "[settings]") {
  const RunSettings settings = settings_of({});
  for (const Option& option : run_options()) {
    INFO(option.name);
    CHECK(option.member.write);
    CHECK_FALSE(option.member.schema.empty());
    if (!option.fallback.empty() && option.name != "lower" && option.name != "upper") {
      const Json written = option.member.write(settings);
      CHECK((written.is_null() || written == option.member.schema.at("default")));
    }
  }
}

TEST_CASE("an option that is declared is everywhere", "[settings]") {
  int held = 0;
  Option added{.name = "extra-care",
               .value = "N",
               .fallback = "3",
               .heading = "Training",
               .help = "how much more care, beside ‹epochs›",
               .shapes_run = true,
               .may_vary = true,
               .lasts = true};
  added.member = {
      .read = [&](RunSettings&, const Given& given, std::string_view name) { held = std::stoi(given.text(name)); },
      .write = [&](const RunSettings&) { return Json(held); },
      .schema = {{"type", "integer"}, {"default", 3}}};
  std::vector<Option> options = run_options();
  options.push_back(added);
  const cli::Command command{.name = "train", .summary = "", .options = options};
  const auto read = [&](const std::vector<std::string>& words) {
    const Given given = cli::parse_arguments(command, words);
    return run_settings(options, given, nullptr);
  };

  SECTION("command line, help and documents") {
    read({"--extra-care", "7"});
    CHECK(held == 7);
    CHECK(cli::command_help(command).find("--extra-care N\n      how much more care, beside --epochs [3]") !=
          std::string::npos);
    CHECK(cli::markdown_help({command}).find("| `--extra-care N` | 3 | how much more care, beside --epochs |") !=
          std::string::npos);
    CHECK(cli::man_page({command}).find("extra\\-care") != std::string::npos);
  }
  SECTION("files of options") {
    const auto file = cli::parse_config_file("extra_care = 9", "a.toml", command);
    CHECK(file.options.at("extra-care") == std::vector<std::string>{"9"});
    CHECK(texts_of(options, Json{{"extra_care", 9}}).at("extra-care") == std::vector<std::string>{"9"});
  }
  SECTION("records, keys and differences") {
    const Json before = config_json(read({"--threads", "1"}), run_options());
    const Json plain = config_json(read({"--threads", "1"}), options);
    CHECK(plain == before);  // what has its default stays out of them
    const Json other = config_json(read({"--threads", "1", "--extra-care", "4"}), options);
    CHECK(other.at("extra_care") == 4);
    CHECK(trial_key(other) != trial_key(plain));
    const std::vector<Difference> changed = differences(plain, other, {});
    REQUIRE(changed.size() == 1);
    CHECK(changed.front().text == "‹extra_care› none -> 4");
    CHECK(read({"--extra-care", "4"}).asked.at("extra_care") == 4);
  }
  SECTION("the schema") {
    const Json property = settings_schema(options).at("properties").at("extra_care");
    CHECK(property.at("type") == "integer");
    CHECK(property.at("default") == 3);
    CHECK(property.at("may_vary") == true);
  }
}

TEST_CASE("settings are given as an object, too", "[settings]") {
  const Json object = Json::parse(
      R"({"hidden": [8, 4], "batch_size": 64, "upper": {"name": "adam", "lr": 0.01}, "restore_best": true,
          "new_output": false, "dropout": [0.1, 0.2], "validation_split": 0.25, "threads": 1})");
  const RunSettings settings = settings_of(texts_of(run_options(), object));
  CHECK(settings.config.hidden == std::vector<std::size_t>{8, 4});
  CHECK(settings.config.batch_size == 64);
  CHECK(settings.config.restore_best);
  CHECK(settings.config.dropout == std::vector<double>{0.1, 0.2});
  CHECK(settings.config.groups[1].optimizer.value("lr") == 0.01);
  CHECK(test::thrown([] {
          texts_of(run_options(), {{"batch_sise", 1}});
        }) == "usage: batch_sise: unknown option; the nearest known one is batch_size");
  CHECK(test::thrown([] {
          settings_of(texts_of(run_options(), {{"batch_size", 0}}));
        }) == "usage: --batch-size: expected a whole number from 1 to 2147483647, found '0'");
  CHECK(test::thrown([] {
          texts_of(run_options(), {{"restore_best", 1}});
        }) == "usage: --restore-best: expected true or false, found 1");
}

TEST_CASE("options of earlier versions' checkpoints are words", "[settings]") {
  const Json words{"--hidden", "8,4", "--restore-best", "--group", "0-1:sgd", "--group", "2:adam", "--threads", "1"};
  const RunSettings settings = settings_of(texts_of_checkpoint(words));
  CHECK(settings.config.restore_best);
  CHECK(settings.config.groups.size() == 2);
  CHECK(settings_of(texts_of_checkpoint(settings.asked)).asked == settings.asked);
  for (const Json& bad : {Json{"--hiddem", "8"}, Json{"hidden"}, Json{"--hidden"}, Json{1}, Json{{"hiddem", 8}}}) {
    CHECK(test::thrown([&] { texts_of_checkpoint(bad); }).starts_with("data: "));
  }
}

TEST_CASE("what a resumed run may change", "[settings]") {
  CHECK(keys_of(WhenResumed::moved) ==
        Keys{"data", "from", "labels", "test_data", "test_labels", "validation_data", "validation_labels"});
  CHECK(keys_of(WhenResumed::length) == Keys{"epochs", "max_steps", "max_time"});
  CHECK(keys_of(WhenResumed::patience) == Keys{"early_stopping", "min_delta", "start_epoch"});
  CHECK(keys_of(WhenResumed::machine) == Keys{"isa", "threads"});
}

}  // namespace settings_run_options_test
