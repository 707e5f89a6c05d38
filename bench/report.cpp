#include "bench/report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/error.h"
#include "kernels/instruction_set.h"
#include "kernels/onednn/cpu_isa.h"

namespace strata::bench {

namespace {

std::string time_text(double seconds) {
  return seconds < 0.01 ? fmt::format("{:8.1f} us", seconds * 1e6) : fmt::format("{:8.1f} ms", seconds * 1e3);
}

/// Work in the unit of 1e9 a second, at the best time.
double rate(const Row& row) { return row.work / row.timing.best * 1e-9; }

std::string rate_text(const Row& row) {
  switch (row.counted) {
    case Work::none:
      return "";
    case Work::bytes:
      return fmt::format("{:7.1f} GB/s", rate(row));
    case Work::operations:
      return fmt::format("{:7.1f} GFLOP/s {:5.1f} % of {:.1f}", rate(row), 100 * rate(row) / row.peak, row.peak);
  }
  return "";
}

std::string doubts(const Row& row) {
  std::string text;
  if (row.timing.spread > kQuietSpread) {
    text += "  (noisy)";
  }
  if (row.load.is_loaded()) {
    text += fmt::format("  (others: {:.1f} CPUs)", row.load.others + row.load.stolen);
  }
  return text;
}

/// The CPU's name, or what there is instead of one.
std::string cpu_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      return line.substr(std::min(line.size(), line.find(':') + 2));
    }
  }
  return "unknown";
}

nlohmann::ordered_json json_of(const MachineLoad& load) { return {{"others", load.others}, {"stolen", load.stolen}}; }

nlohmann::ordered_json json_of(const Row& row) {
  nlohmann::ordered_json json{{"name", row.label.name},      {"model", row.label.model},
                              {"size", row.label.size},      {"threads", row.label.threads},
                              {"engine", row.label.engine},  {"precision", row.label.precision},
                              {"best", row.timing.best},     {"median", row.timing.median},
                              {"spread", row.timing.spread}, {"load", json_of(row.load)}};
  if (row.counted == Work::operations) {
    json["gflops"] = rate(row);
    json["fma_peak_gflops"] = row.peak;
    json["of_peak"] = rate(row) / row.peak;
  } else if (row.counted == Work::bytes) {
    json["gbytes_per_second"] = rate(row);
  }
  return json;
}

}  // namespace

void Report::start_table(std::string_view title) {
  fmt::print("\n{}\n{:28} {:7} {:4} {:>7} {:>7} {:>11} {:>11} {:>8} {:>12}\n", title, "what", "engine", "", "size",
             "threads", "best", "median", "spread", "rate at best");
}

void Report::add(const Row& row) {
  fmt::print("{:28} {:7} {:4} {:7} {:7} {} {} {:6.0f} % {}{}\n", row.label.name, row.label.engine, row.label.precision,
             row.label.size, row.label.threads, time_text(row.timing.best), time_text(row.timing.median),
             100 * row.timing.spread, rate_text(row), doubts(row));
  std::fflush(stdout);
  rows_.push_back(row);
}

void Report::add(const Figure& figure) {
  fmt::print("{}: {:.4g} {}\n", figure.name, figure.value, figure.unit);
  std::fflush(stdout);
  figures_.push_back(figure);
}

void Report::skip(std::string_view what, std::string_view why) {
  skipped_.push_back(fmt::format("{}: {}", what, why));
  fmt::print("skipped: {}\n", skipped_.back());
}

void Report::print_load() const {
  const MachineLoad load = watch_.load();
  if (load.is_loaded()) {
    fmt::print("\nOther programs used {:.1f} CPUs on average, and the hypervisor {:.1f}: do not judge these timings.\n",
               load.others, load.stolen);
  }
}

void Report::write(const std::string& path) const {
  nlohmann::ordered_json json{
      {"schema", kSchema},
      {"date", fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(std::time(nullptr)))},
      {"machine",
       {{"cpu", cpu_name()},
        {"cpus", std::thread::hardware_concurrency()},
        {"instruction_set", kernels::instruction_set_name()}}},
      {"versions", {{"strata", STRATA_VERSION}, {"onednn", kernels::onednn::version()}, {"compiler", STRATA_COMPILER}}},
      {"load", json_of(watch_.load())},
      {"rows", nlohmann::ordered_json::array()},
      {"figures", nlohmann::ordered_json::array()},
      {"skipped", skipped_}};
  for (const Row& row : rows_) {
    json["rows"].push_back(json_of(row));
  }
  for (const Figure& figure : figures_) {
    json["figures"].push_back({{"name", figure.name}, {"unit", figure.unit}, {"value", figure.value}});
  }
  std::ofstream file(path);
  file << json.dump(1) << '\n';
  if (!file.flush()) {
    throw failed_error("--json: cannot write {}", path);
  }
}

}  // namespace strata::bench
