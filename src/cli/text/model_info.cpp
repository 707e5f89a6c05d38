// What info.h says of a model and of a run's folder.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "cli/text/info.h"
#include "core/figure.h"
#include "core/text.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string layers_table(const Json& info) {
  std::vector<std::vector<std::string>> rows{{"layer", "inputs", "outputs", "parameters", "activation"}};
  for (const Json& layer : info["layers"]) {
    std::string activation = layer["activation"];
    if (layer.contains("alpha")) {
      activation += fmt::format(" {}", layer["alpha"].dump());
    }
    rows.push_back({fmt::format("{}", rows.size() - 1), grouped_digits(layer["inputs"]),
                    grouped_digits(layer["outputs"]), grouped_digits(layer["parameters"]), std::move(activation)});
  }
  return aligned(rows, Alignment::numbers);
}

/// Names of classes, labels or targets; of two classes by one output also which of them that is.
std::string classes_text(const Json& classes, bool by_one_output) {
  constexpr std::size_t kLineWidth = 69;
  constexpr std::size_t kNameWidth = 24;
  std::string names;
  for (const Json& name : classes) {
    names += (names.empty() ? "" : ", ") + name.get<std::string>();
  }
  const std::string positive =
      by_one_output ? fmt::format("; {} is the positive one", shortened(classes.at(1).get<std::string>(), kNameWidth))
                    : "";
  return shortened(fmt::format("{}: {}", classes.size(), names),
                   kLineWidth - std::min(positive.size(), kLineWidth - kNameWidth)) +
         positive;
}

std::string scaler_text(const Json& scaler) {
  const auto range = [](const Json& of) {
    return fmt::format("{:.4g} to {:.4g}", of[0].get<double>(), of[1].get<double>());
  };
  std::string text = fmt::format("{}, mean {}, scale {}", scaler["kind"].get<std::string>(), range(scaler["mean"]),
                                 range(scaler["scale"]));
  if (scaler.contains("offsets")) {
    const auto count = scaler["offsets"].get<std::size_t>();
    text += fmt::format("; {} held less an offset, as fp32 cannot tell {} numbers apart",
                        count == 1 ? "1 feature" : fmt::format("{} features", count), count == 1 ? "its" : "their");
  }
  return text;
}

std::string table_text(const Json& table) {
  const auto dialect = table.value("dialect", std::string());
  std::string text =
      labelled_line(11, "table",
                    fmt::format("{} columns of features, {}{}{}", table["features"].size(),
                                table["learns"].get<std::string>(), dialect.empty() ? "" : "; ", dialect));
  std::vector<std::vector<std::string>> rows{{"  column", "kind"}};
  for (const Json& column : table["features"]) {
    rows.push_back({"  " + column["name"].get<std::string>(),
                    column.contains("categories") ? fmt::format("category, {} values", column["categories"].size())
                    : column.contains("date")     ? "date"
                                                  : "number"});
  }
  for (const char* role : {"id", "weight"}) {
    if (table.contains(role)) {
      rows.push_back({"  " + table[role].get<std::string>(), role});
    }
  }
  return text + aligned(rows);
}

std::string run_text(const Json& info) {
  std::string text;
  for (const Json& group : info["groups"]) {
    text += labelled_line(
        11, group.value("name", "group"),
        fmt::format("layers {}: {}", group["layers"].get<std::string>(), group["optimizer"].get<std::string>()));
  }
  const Json& run = info["run"];
  std::string result = run["status"];
  if (run.contains("steps")) {
    result += fmt::format(" after {} steps", grouped_digits(run["steps"]));
  }
  for (const auto& [name, value] : run.items()) {
    const bool is_figure = (name.starts_with("val_") || name.starts_with("test_")) && name != "val_epoch";
    if (is_figure && value.is_number()) {
      std::string words = name;
      std::ranges::replace(words, '_', ' ');
      result += fmt::format(", {} {}", words, figure_text(value.get<double>()));
      if (words.starts_with("val") && run.contains("val_epoch")) {
        result += fmt::format(" (after epoch {})", run["val_epoch"].dump());
      }
    }
  }
  return text + labelled_line(11, "run", result);
}

}  // namespace

std::string model_info_text(const Json& info) {
  std::string text = labelled_line(
      11, "file", fmt::format("{}, {} bytes", info["file"].get<std::string>(), grouped_digits(info["bytes"])));
  text += layers_table(info);
  text += labelled_line(11, "parameters", grouped_digits(info["parameters"]));
  if (!info["sample_shape"].empty()) {
    text += labelled_line(11, "sample",
                          fmt::format("{}", fmt::join(info["sample_shape"].get<std::vector<std::size_t>>(), " x ")));
  }
  if (info.contains("images")) {
    const Json& images = info["images"];
    text +=
        labelled_line(11, "images",
                      fmt::format("{}{}{}", images["rule"].get<std::string>(),
                                  images.contains("resize") ? ", scaled to " + images["resize"].get<std::string>() : "",
                                  images.contains("gray") ? ", made grey" : ""));
  }
  for (const char* key : {"classes", "labels", "targets"}) {
    if (info.contains(key)) {
      text += labelled_line(
          11, key,
          classes_text(info[key], key == std::string_view("classes") && info["layers"].back()["outputs"] == 1));
    }
  }
  if (info.contains("loss")) {
    text += labelled_line(11, "loss", info["loss"]);
  }
  if (info.contains("threshold")) {
    text += labelled_line(11, "threshold", fmt::format("{}", info["threshold"].get<double>()));
  }
  text += labelled_line(11, "convention", info["convention"]);
  text += labelled_line(11, "scaler", scaler_text(info["scaler"]));
  if (info.contains("table")) {
    text += table_text(info["table"]);
  }
  for (const auto& [key, value] : info["metadata"].items()) {
    text += labelled_line(11, "metadata", fmt::format("{} = {}", key, value.get<std::string>()));
  }
  if (info.contains("run")) {
    text += run_text(info);
  }
  return text + labelled_line(11, "weights", info["weights_hash"]);
}

}  // namespace strata::cli
