// A run's records, read from its folder, as diagnoses look at them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "data/load.h"
#include "diagnose/run_facts.h"
#include "io/model_file.h"
#include "report/metrics_series.h"

namespace strata {

/// Of metrics.jsonl: `info` is its run line, `result` its last one, either null without it.
RunFacts recorded_facts(const nlohmann::ordered_json& config, const nlohmann::ordered_json& info,
                        const nlohmann::ordered_json& result, const StepSeries& steps, const EpochSeries& epochs);

/// The groups of a run's options; none if those are not what this version writes.
std::vector<GroupFacts> recorded_groups(const nlohmann::ordered_json& config);

/// How many steps the run makes if nothing ends it early; 0: not known. `config` are its options, `info` its run line.
std::uint64_t expected_steps(const nlohmann::ordered_json& config, const nlohmann::ordered_json& info);

/// Of the run's data. `model`: null if there is none. Throws what dividing the rows throws.
DataFacts facts_of_data(const nlohmann::ordered_json& config, const DataSource& source, const ModelFile* model,
                        int threads);

/// Of test_figures; empty unless classes were learnt.
std::optional<JudgedFacts> facts_of_test(const nlohmann::ordered_json& test);

}  // namespace strata
