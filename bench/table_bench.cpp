#include "bench/table_bench.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "core/error.h"
#include "data/table/table.h"

namespace strata::bench {

namespace {

constexpr int kTableRounds = 7;
constexpr std::size_t kColumns = 100;
constexpr std::size_t kClasses = 10;

/// A table and what it says.
struct WrittenTable {
  std::size_t rows = 0;
  std::string text;
  std::vector<float> values;
};

/// Normal random numbers of `digits` significant digits; 0: as many as a double has.
WrittenTable write_table(std::size_t rows, int digits) {
  WrittenTable table{rows, {}, {}};
  for (std::size_t c = 0; c < kColumns; ++c) {
    table.text += fmt::format("x{},", c);
  }
  table.text += "label\n";
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < kColumns; ++c) {
      const std::string field =
          digits == 0 ? fmt::format("{}", normal(random)) : fmt::format("{:.{}g}", normal(random), digits);
      table.values.push_back(std::strtof(field.c_str(), nullptr));
      table.text += field + ",";
    }
    table.text += fmt::format("{}\n", r % kClasses);
  }
  return table;
}

/// A file of its own in the temporary folder, removed at the end.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    std::string name = (std::filesystem::temp_directory_path() / "strata-bench-XXXXXX").string();
    const int descriptor = ::mkstemp(name.data());
    path_ = name;
    std::ofstream(path_, std::ios::binary) << text;
    if (descriptor < 0 || std::filesystem::file_size(path_) != text.size()) {
      throw failed_error("{} cannot be written", name);
    }
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void check_table(const Dataset& data, const WrittenTable& written) {
  bool right = std::ranges::equal(data.values, written.values) && data.labels.size() == written.rows;
  for (std::size_t r = 0; right && r < written.rows; ++r) {
    right = data.labels[r] == r % kClasses;
  }
  if (!right) {
    throw failed_error("load_table: the table that was read is not the one that was written");
  }
}

double parse_seconds(const std::string& text, int threads) {
  AlignedVector<std::uint8_t> bytes;
  bytes.reserve(text.size() + 1);
  bytes.resize(text.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  const Stopwatch clock;
  parse_table(std::move(bytes), "memory", {}, {}, threads);
  return clock.seconds();
}

void bench_table(const Setup& setup, Report& report, std::string_view digits_text, int digits) {
  const WrittenTable written = write_table(setup.effort.quick ? 1000 : 100'000, digits);
  const TemporaryFile file(written.text);
  std::vector<Case> cases;
  for (const int threads : setup.threads()) {
    check_table(load_table(file.path(), {}, {}, threads).data, written);
    const auto bytes = static_cast<double>(written.text.size());
    const auto label = [&](std::string_view name) {
      return Label{fmt::format("{}, {}", name, digits_text), "", written.rows, threads, "", ""};
    };
    cases.push_back(
        {label("parse_table"), Work::bytes, bytes, {}, [&, threads] { return parse_seconds(written.text, threads); }});
    cases.push_back(
        {label("load_table"), Work::bytes, bytes, [&, threads] { load_table(file.path(), {}, {}, threads); }});
  }
  run_contest(report, setup.effort, kTableRounds, cases);
}

}  // namespace

void bench_tables(const Setup& setup, Report& report) {
  report.start_table("Tables of 100 columns");
  bench_table(setup, report, "6 digits", 6);
  bench_table(setup, report, "2 digits", 2);
  bench_table(setup, report, "doubles", 0);
}

}  // namespace strata::bench
