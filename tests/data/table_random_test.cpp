#include <fmt/format.h>

#include <random>

#include "tests/data/tables.h"

namespace strata::test::data_table_random_test {

namespace {

using Record = std::vector<std::string>;
using Records = std::vector<Record>;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t n) { return random_() % n; }
  bool once_in(std::size_t n) { return below(n) == 0; }

  std::string number() {
    const double value = std::normal_distribution<double>(0, 100)(random_);
    return once_in(3)   ? std::to_string(below(1000))
           : once_in(2) ? fmt::format("{:.3f}", value)
                        : fmt::format("{}", value);
  }

  /// Text without blanks at its ends.
  std::string text() {
    static const std::vector<std::string> parts = {"a", "b", ",", "\"", "\n", "\r\n", ";", "\t", "é", " x", "7", "-"};
    std::string text = "t";
    for (std::size_t i = below(5); i > 0; --i) {
      text += parts[below(parts.size())];
    }
    return text + "t";
  }

 private:
  std::mt19937_64 random_;
};

std::string written(const std::string& field, Generator& random) {
  if (field.find_first_of(",;\t\"\r\n") == std::string::npos && !random.once_in(6)) {
    return field;
  }
  std::string quoted = "\"";
  for (const char c : field) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + "\"";
}

std::string written(const Records& records, char delimiter, Generator& random) {
  const std::string line_end = random.once_in(2) ? "\n" : "\r\n";
  std::string text;
  for (const Record& record : records) {
    for (std::size_t i = 0; i < record.size(); ++i) {
      text += written(record[i], random);
      text += i + 1 < record.size() ? std::string(1, delimiter) : line_end;
    }
  }
  if (random.once_in(3)) {
    text.resize(text.size() - line_end.size());
  }
  return text;
}

/// RFC 4180 character by character.
Records read_plainly(const std::string& text, char delimiter) {
  Records records(1, Record(1));
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      if (in_quotes && i + 1 < text.size() && text[i + 1] == '"') {
        records.back().back() += '"';
        ++i;
      } else {
        in_quotes = !in_quotes;
      }
    } else if (in_quotes) {
      records.back().back() += c;
    } else if (c == delimiter) {
      records.back().emplace_back();
    } else if (c == '\n') {
      records.emplace_back(1);
    } else if (c != '\r') {
      records.back().back() += c;
    }
  }
  if (records.back() == Record{""}) {
    records.pop_back();
  }
  return records;
}

/// Columns id, x0 … and label, in a random order.
Records random_records(std::size_t rows, std::size_t numbers, Generator& random) {
  Record header{"id", "label", "word"};
  for (std::size_t i = 0; i < numbers; ++i) {
    header.push_back(fmt::format("x{}", i));
  }
  for (std::size_t i = header.size(); i > 1; --i) {
    std::swap(header[i - 1], header[random.below(i)]);
  }
  const Record words = {random.text(), random.text(), "plain"};
  Records records{header};
  for (std::size_t r = 0; r < rows; ++r) {
    Record record;
    for (const std::string& name : header) {
      record.push_back(name == "id"      ? random.text()
                       : name == "label" ? words[random.below(3)]
                       : name == "word"  ? words[random.below(3)]
                                         : random.number());
    }
    records.push_back(record);
  }
  return records;
}

/// Checks a table against its records, column by column.
void check_table(const TableData& table, const Records& records) {
  const std::size_t rows = records.size() - 1;
  REQUIRE(table.data.labels.size() == rows);
  std::size_t column = 0;   // of the schema's
  std::size_t feature = 0;  // the column's first
  for (std::size_t c = 0; c < records[0].size(); ++c) {
    const std::string& name = records[0][c];
    const bool has_features = name != "id" && name != "label";
    const FeatureColumn described = has_features ? table.schema.features[column] : FeatureColumn{};
    for (std::size_t r = 0; r < rows; ++r) {
      const std::string& field = records[r + 1][c];
      const float* const features = table.data.values.data() + r * table.data.features + feature;
      if (name == "id") {
        REQUIRE(table.data.ids[r] == field);
      } else if (name == "label") {
        REQUIRE(table.class_names[table.data.labels[r]] == field);
      } else if (name != "word") {
        REQUIRE(*features == std::stof(field));
      }
      for (std::size_t k = 0; k < described.categories.size(); ++k) {
        REQUIRE(features[k] == (described.categories[k] == field ? 1.0F : 0.0F));
      }
    }
    column += has_features ? 1 : 0;
    feature += has_features ? described.width() : 0;
  }
  REQUIRE(feature == table.data.features);
}

}  // namespace

TEST_CASE("Random tables are read back, and as a plain reader reads them", "[data]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Generator random(seed);
    const char delimiter = ",;\t"[random.below(3)];
    const Records records = random_records(1 + random.below(40), random.below(6), random);
    const std::string text = written(records, delimiter, random);
    INFO(text);
    REQUIRE(read_plainly(text, delimiter) == records);
    const ColumnRoles roles{.label = "", .id = "id", .categories = {"word"}};
    const TableData table = parse(text, roles);
    check_table(table, records);
    for (const std::size_t chunk : {1U, 2U, 3U, 7U, 20U, 64U}) {
      REQUIRE(same_tables(parse(text, roles, chunks_of(chunk), static_cast<int>(1 + random.below(4))), table));
    }
    REQUIRE(same_bits(parse_for(table, text), table.data));
  }
}

TEST_CASE("Every number of threads reads the same table", "[data]") {
  Generator random(7);
  const std::string text = written(random_records(3000, 8, random), ',', random);
  const ColumnRoles roles{.label = "", .id = "id", .categories = {"word"}};
  const TableData one = parse(text, roles, chunks_of(1000), 1);
  for (const int threads : {2, 3, 4}) {
    CHECK(same_tables(parse(text, roles, chunks_of(1000), threads), one));
  }
}

}  // namespace strata::test::data_table_random_test
