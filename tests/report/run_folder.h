// Run folders for tests of reports, and what a page has embedded.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "search/trial.h"
#include "tests/core/temporary_folder.h"

namespace strata::test {

using Json = nlohmann::ordered_json;

/// A folder `name` of a run of `steps` steps in two epochs, without data and model.
inline void write_run(const TemporaryFolder& parent, const std::string& name, int steps, const std::string& more = "") {
  parent.write(name + "/config.json",
               R"({"data":"/nowhere","batch_size":32,"hidden":[4],"strata_version":"0","command":"strata train"})");
  std::string lines = R"({"type":"run","schema":1,"config":{},"parameters":7,"features":4,"classes":3})"
                      "\n";
  for (int i = 1; i <= steps; ++i) {
    lines += fmt::format(
        R"({{"type":"step","epoch":1,"step":{0},"global_step":{0},"loss":{1},"mean_loss":{1},"mean_accuracy":0.5,"learning_rates":{{"lower":0.01}}}})"
        "\n",
        i, 1.0 / i);
  }
  for (int epoch = 1; epoch <= 2; ++epoch) {
    lines += fmt::format(
        R"({{"type":"epoch","epoch":{},"global_step":{},"train_loss":0.123456789012345678,"val_loss":null,"seconds":1e-7}})"
        "\n",
        epoch, steps * epoch / 2);
  }
  lines +=
      R"({"type":"result","status":"completed","epochs":2,"test_accuracy":0.8731,"weights_hash":"cdac36d78a11bae3"})"
      "\n";
  parent.write(name + "/metrics.jsonl", lines + more);
}

/// The options of a sweep's trial, its rates and how it went; `value` is the validation loss of both epochs.
inline std::string trial_line(int number, double value, const std::string& status = "completed", int epochs = 2) {
  Json losses = Json::array();
  for (int i = 0; i < epochs; ++i) {
    losses.push_back(value);
  }
  Json json{{"key", ""},
            {"varied", {{"lower", "sgd,momentum=0.9"}, {"lower.lr", fmt::format("{}", number)}, {"upper.lr", "0.001"}}},
            {"status", status}};
  if (status != "completed") {
    json["reason"] = "the loss was not finite at step 12";
  }
  json["steps"] = 3000;
  json["seconds"] = 1.25;
  json["weights_hash"] = "cdac36d78a11bae3";
  json["final"] = {{"train_loss", value}, {"val_loss", value}, {"val_accuracy", 0.87654321}, {"test_loss", value}};
  json["best"] = {{"epoch", 1}, {"val_loss", value}, {"val_accuracy", 0.87654321}};
  json["curve"] = {{"train_loss", losses}, {"train_accuracy", losses}, {"val_loss", losses}, {"val_accuracy", losses}};
  json["options"] = {{"lower", fmt::format("sgd,lr={},momentum=0.9", number)}, {"seed", 42}, {"epochs", epochs}};
  json["key"] = trial_key(json["options"]);
  json["command"] = fmt::format("strata train --lower sgd,lr={},momentum=0.9 --upper adam,lr=0.001 --seed 42", number);
  return json.dump() + "\n";
}

inline void write_sweep_config(const TemporaryFolder& parent, const std::string& name) {
  parent.write(name + "/config.json",
               R"({"kind":"sweep","strategy":"grid","monitor":"val_loss","seeds":1,"axes":[],"common":{"seed":42},)"
               R"("varied":["lower"],"command":"strata sweep"})");
}

/// The text of the page's data element.
inline std::string embedded_text(const std::string& page) {
  const std::string open = R"(<script type="application/json" id="report-data">)";
  const std::size_t first = page.find(open) + open.size();
  return page.substr(first, page.find("</script>", first) - first);
}

inline Json embedded(const std::string& page) { return Json::parse(embedded_text(page)); }

}  // namespace strata::test
