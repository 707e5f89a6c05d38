#include "cli/text/diagnosis_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/text/option_text.h"
#include "core/text.h"

namespace strata::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string value_text(const Json& value) {
  if (value.is_number_float()) {
    return fmt::format("{:.4g}", value.get<double>());
  }
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (!value.is_array()) {
    return value.is_null() ? "not known" : value.dump();
  }
  std::string text;
  for (const Json& element : value) {
    text += (text.empty() ? "" : " – ") + value_text(element);
  }
  return text;
}

/// `best_epoch 4, best_val_loss 0.31`.
std::string evidence_text(const Json& evidence) {
  std::string text;
  for (const auto& [name, value] : evidence.items()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value_text(value));
  }
  return text;
}

/// `learning rate too high, lower`.
std::string heading_text(const Json& finding) {
  std::string text = finding.at("title").get<std::string>();
  if (finding.at("group").is_string()) {
    text += ", " + finding.at("group").get<std::string>();
  }
  if (finding.at("layer").is_number()) {
    text += fmt::format(", layer {}", finding.at("layer").get<std::size_t>());
  }
  return text;
}

std::string code_of(const Json& finding) { return finding.at("code").get<std::string>(); }

std::string whole_text(const Json& finding) {
  constexpr std::size_t kWidth = 6;
  return labelled_line(kWidth, code_of(finding), heading_text(finding)) +
         labelled_line(kWidth, "", finding.at("meaning").get<std::string>()) +
         labelled_line(kWidth, "", evidence_text(finding.at("evidence"))) +
         labelled_line(kWidth, "", "To do: " + as_options(finding.at("advice").get<std::string>()));
}

}  // namespace

std::string diagnosis_text(const Json& diagnosis) {
  std::string text = diagnosis.at("findings").empty() ? "Nothing that costs accuracy or time was found.\n" : "";
  for (const Json& finding : diagnosis.at("findings")) {
    text += whole_text(finding);
  }
  for (const Json& note : diagnosis.at("notes")) {
    text += "\nNote\n" + whole_text(note);
  }
  return text;
}

std::string findings_lines(const Json& diagnosis) {
  constexpr std::size_t kWidth = 8;
  std::string text;
  for (const Json& finding : diagnosis.at("findings")) {
    text += labelled_line(kWidth, code_of(finding),
                          fmt::format("{}: {}", heading_text(finding), evidence_text(finding.at("evidence"))));
  }
  return text;
}

Json with_options(Json diagnosis) {
  for (Json& list : diagnosis) {
    for (Json& finding : list) {
      finding["advice"] = as_options(finding.at("advice").get<std::string>());
    }
  }
  return diagnosis;
}

}  // namespace strata::cli
