#include "io/evaluation_json.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

Json matrix_json(const ConfusionMatrix& confusion) {
  Json json = Json::array();
  for (std::size_t label = 0; label < confusion.classes; ++label) {
    Json row = Json::array();
    for (std::size_t predicted = 0; predicted < confusion.classes; ++predicted) {
      row.push_back(confusion(label, predicted));
    }
    json.push_back(std::move(row));
  }
  return json;
}

Json classes_json(std::span<const ClassFigures> figures, std::span<const std::string> class_names) {
  Json json = Json::array();
  for (const ClassFigures& c : figures) {
    json.push_back({{"name", class_name(class_names, json.size())},
                    {"precision", c.precision},
                    {"recall", c.recall},
                    {"f1", c.f1},
                    {"support", c.support},
                    {"predicted", c.predicted}});
  }
  return json;
}

}  // namespace

std::string class_name(std::span<const std::string> class_names, std::size_t index) {
  return class_names.empty() ? std::to_string(index) : class_names[index];
}

Json evaluation_json(const PartEvaluation& evaluation, std::span<const std::string> class_names) {
  Json json{{"rows", evaluation.rows()},
            {"loss", evaluation.loss},
            {"accuracy", evaluation.accuracy},
            {"macro_f1", evaluation.macro_f1}};
  if (evaluation.auc) {
    json["auc"] = *evaluation.auc;
  }
  json["confusion"] = matrix_json(evaluation.confusion);
  json["classes"] = classes_json(evaluation.classes, class_names);
  return json;
}

}  // namespace strata
