#include "bench/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "bench/report.h"
#include "core/error.h"

namespace strata::bench {

namespace {

constexpr double kSmallestChange = 0.03;

/// A time of a row, or a figure, of which only `best` is known.
struct Measured {
  double best = 0;
  double median = 0;
  double spread = 0;
};

struct Run {
  std::string machine;
  std::map<std::string, Measured> measured;  ///< by what was measured
};

std::string key_of(const nlohmann::json& row) {
  std::string key = row.at("name").get<std::string>();
  for (const char* field : {"model", "engine", "precision"}) {
    const auto value = row.at(field).get<std::string>();
    key += value.empty() ? "" : " " + value;
  }
  return fmt::format("{}, size {}, {} threads", key, row.at("size").get<std::size_t>(), row.at("threads").get<int>());
}

Run run_of(const nlohmann::json& json) {
  const nlohmann::json& machine = json.at("machine");
  Run run{fmt::format("{}, {} CPUs, {}", machine.at("cpu").get<std::string>(), machine.at("cpus").get<int>(),
                      machine.at("instruction_set").get<std::string>()),
          {}};
  for (const nlohmann::json& row : json.at("rows")) {
    run.measured[key_of(row)] = {row.at("best").get<double>(), row.at("median").get<double>(),
                                 row.at("spread").get<double>()};
  }
  for (const nlohmann::json& figure : json.at("figures")) {
    const auto value = figure.at("value").get<double>();
    run.measured[figure.at("name").get<std::string>()] = {value, value, kSmallestChange};
  }
  return run;
}

Run read_run(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    throw data_error("{}: cannot be read; expected a file that strata_bench --json wrote", path);
  }
  try {
    const nlohmann::json json = nlohmann::json::parse(file);
    if (const int schema = json.at("schema").get<int>(); schema != kSchema) {
      throw data_error("{}: schema {} instead of {}; measure again", path, schema, kSchema);
    }
    return run_of(json);
  } catch (const nlohmann::json::exception& error) {
    throw data_error("{}: {}; expected a file that strata_bench --json wrote", path, error.what());
  }
}

enum class Verdict { same, slower, faster };

Verdict judge(const Measured& before, const Measured& after) {
  const double noise = kSmallestChange + std::max(before.spread, after.spread);
  const double best = after.best / before.best;
  const double median = after.median / before.median;
  return best > 1 + noise && median > 1 + noise               ? Verdict::slower
         : best < 1 / (1 + noise) && median < 1 / (1 + noise) ? Verdict::faster
                                                              : Verdict::same;
}

}  // namespace

bool compare_files(const std::string& before_path, const std::string& after_path) {
  const Run before = read_run(before_path);
  const Run after = read_run(after_path);
  if (before.machine != after.machine) {
    throw data_error("{} was measured on {}, {} on {}: their times say nothing about each other", before_path,
                     before.machine, after_path, after.machine);
  }
  std::map<Verdict, int> count;
  for (const auto& [key, old_time] : before.measured) {
    const auto found = after.measured.find(key);
    if (found == after.measured.end()) {
      fmt::print("gone     {}\n", key);
      continue;
    }
    const Verdict verdict = judge(old_time, found->second);
    ++count[verdict];
    if (verdict != Verdict::same) {
      fmt::print("{}   {}: best {:+.1f} %, median {:+.1f} %, spreads {:.0f} % and {:.0f} %\n",
                 verdict == Verdict::slower ? "SLOWER" : "faster", key, 100 * (found->second.best / old_time.best - 1),
                 100 * (found->second.median / old_time.median - 1), 100 * old_time.spread, 100 * found->second.spread);
    }
  }
  for (const auto& [key, time] : after.measured) {
    if (!before.measured.contains(key)) {
      fmt::print("new      {}\n", key);
    }
  }
  fmt::print("{} slower, {} faster, {} as before\n", count[Verdict::slower], count[Verdict::faster],
             count[Verdict::same]);
  return count[Verdict::slower] == 0;
}

}  // namespace strata::bench
