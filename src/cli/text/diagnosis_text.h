// What went wrong in a run, in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace strata::cli {

/// Of to_json(Diagnosis): each finding with its meaning, its figures and what to do, then the notes.
std::string diagnosis_text(const nlohmann::ordered_json& diagnosis);

/// A line for each finding; empty without any.
std::string findings_lines(const nlohmann::ordered_json& diagnosis);

/// The same JSON with options as the command line has them.
nlohmann::ordered_json with_options(nlohmann::ordered_json diagnosis);

}  // namespace strata::cli
