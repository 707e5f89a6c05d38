#include "data/table/date.h"

#include <cmath>
#include <string_view>

#include "tests/core/thrown.h"
#include "tests/data/tables.h"

namespace strata::test::data_date_test {

namespace {

struct Known {
  std::string_view text;
  double days;  ///< by pandas
};

constexpr std::string_view kTable =
    "when,x,label\n2024-05-31,1,a\n2024-06-02T12:00,2,b\n2024-05-30 18:00:00+02:00,3,a\n2023-05-31,4,b\n";

ColumnRoles with_dates() { return {.label = "", .dates = {"when"}}; }

std::string fault(std::string_view text) {
  return thrown([&] { parse(text, with_dates()); });
}

}  // namespace

TEST_CASE("dates and times are days since 1970, as pandas counts them", "[data]") {
  for (const Known& known :
       {Known{"1970-01-01", 0}, Known{"2024-02-29", 19782}, Known{"0001-01-01", -719162}, Known{"9999-12-31", 2932896},
        Known{"1969-12-31T23:00", -0.041666666666666664}, Known{"2024-05-31T23:59:59Z", 19874.999988425927},
        Known{"2024-05-31 23:59:59.25+02:00", 19874.916657986112},
        Known{"1900-03-01T12:30:15.5-0330", -25507.333153935186}, Known{"2000-02-29 06:00+05", 11016.041666666666}}) {
    CAPTURE(known.text);
    const auto days = days_of_date(known.text);
    REQUIRE(days);
    CHECK(std::abs(*days - known.days) < 1e-11 * std::max(1.0, std::abs(known.days)));
  }
}

TEST_CASE("what is no date of ISO 8601 is none", "[data]") {
  for (const std::string_view text : {"",
                                      "2024",
                                      "2024-05",
                                      "20240531",
                                      "31.05.2024",
                                      "2024-5-31",
                                      "2024-13-01",
                                      "2024-00-10",
                                      "2023-02-29",
                                      "1900-02-29",
                                      "2024-04-31",
                                      "0000-01-01",
                                      "2024-05-31T",
                                      "2024-05-31T24:00",
                                      "2024-05-31T12",
                                      "2024-05-31T12:60",
                                      "2024-05-31T12:00:60",
                                      "2024-05-31T12:00:00.",
                                      "2024-05-31T12:00+2",
                                      "2024-05-31T12:00+0260",
                                      "2024-05-31x",
                                      "2024-05-31T12:00Zx",
                                      "2024-05-31  12:00",
                                      "1.5"}) {
    CAPTURE(text);
    CHECK_FALSE(days_of_date(text));
  }
}

TEST_CASE("a day is written as it was read", "[data]") {
  for (const std::string_view text :
       {"0001-01-01", "1899-12-31", "1970-01-01", "2000-02-29", "2024-12-31", "9999-12-31"}) {
    CHECK(date_text(*days_of_date(text)) == text);
    CHECK(date_text(*days_of_date(text) + 0.999) == text);
  }
  CHECK(date_text(2932897).empty());
  CHECK(date_text(-719163).empty());
  CHECK(date_text(std::nan("")).empty());
}

TEST_CASE("a column of dates is days from the first of the training rows, in its other tables too", "[data]") {
  const TableData table = parse(kTable, with_dates());
  CHECK(table.data.offsets == std::vector<double>{19874, 0});
  CHECK(values_of(table.data) == std::vector<float>{0, 1, 2.5F, 2, static_cast<float>(-1 + 16.0 / 24), 3, -366, 4});
  CHECK(table.schema.features.front().date);
  TableOptions options;
  options.offsets = table.data.offsets;
  CHECK(values_of(parse_for(table, "x,when\n5,1970-01-01\n", LabelUse::ignore, options)) ==
        std::vector<float>{-19874, 5});
}

TEST_CASE("seconds of one minute are told apart", "[data]") {
  const TableData table =
      parse("t,label\n2024-05-31T12:00:00.000001Z,a\n2024-05-31T12:00:00.000002Z,b\n2024-05-31T12:00:30Z,a\n",
            {.label = "", .dates = {"t"}});
  CHECK(table.data.values[0] == 0);
  CHECK(std::abs(table.data.values[1] * 86400e6 - 1) < 0.4);
  CHECK(std::abs(table.data.values[2] * 86400 - 30) < 1e-4);
}

TEST_CASE("a missing date takes the mean, and the first that is there is the offset", "[data]") {
  TableOptions options;
  options.missing = MissingValues::mean;
  const TableData table = parse("when,label\n,a\n2024-05-31,b\nNA,a\n", with_dates(), options);
  CHECK(table.data.offsets == std::vector<double>{19874});
  CHECK(std::isnan(table.data.values[0]));
  CHECK(table.data.values[1] == 0);
}

TEST_CASE("faults of dates name row and column", "[data]") {
  CHECK(missing(fault("when,label\n2024-05-31,a\n31.05.2024,b\n"),
                {"t.csv: line 3 (row 1, from 0), column 'when': found '31.05.2024'", "such as 2024-05-31"}) == "");
  CHECK(missing(fault("when,label\n2024-05-31,a\n,b\n"), {"line 3", "is missing", "a date"}) == "");
  CHECK(missing(fault("when,label\n,a\n,b\n"), {"'when' has no value in any row"}) == "");
  CHECK(missing(thrown([] { parse(kTable, {.label = "", .categories = {"when"}, .dates = {"when"}}); }),
                {"--date-columns when", "--category-columns takes the column 'when'"}) == "");
}

}  // namespace strata::test::data_date_test
