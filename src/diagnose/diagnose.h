// Looks for what went wrong in a run: docs/diagnoses.md has each diagnosis and how often it is right.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diagnose/run_facts.h"

namespace strata {

/// What a code stands for. Texts name options as core/field.h says.
struct DiagnosisEntry {
  std::string_view code;
  std::string_view title;
  std::string_view meaning;  ///< two sentences
  bool note = false;         ///< what is merely so; else what costs accuracy or time
};

/// All of them, in the order of their codes.
std::span<const DiagnosisEntry> diagnosis_registry();

/// The entry of a code, which there has to be.
const DiagnosisEntry& diagnosis_entry(std::string_view code);

/// One diagnosis of one run.
struct Finding {
  std::string_view code;
  std::string group{};                 ///< of layers, as the metrics name it; empty: of no group
  std::optional<std::size_t> layer{};  ///< counted from 0
  nlohmann::ordered_json evidence{};   ///< an object of figures by name
  std::string advice{};                ///< which option would change it
};

struct Diagnosis {
  std::vector<Finding> findings;
  std::vector<Finding> notes;

  /// To findings or notes, as the code's entry says.
  void add(Finding finding);
  bool has(std::string_view code) const;
};

/// `findings` and `notes`: lists of `code`, `title`, `meaning`, `group` and `layer` (or null), `evidence`, `advice`.
nlohmann::ordered_json to_json(const Diagnosis& diagnosis);

/// Looks for what went wrong in a run, a pure function of its records. Findings come in the order of their codes; what
/// only follows from another one is left out.
Diagnosis diagnose(const RunFacts& run);

}  // namespace strata
