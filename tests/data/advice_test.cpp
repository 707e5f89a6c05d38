#include "data/table/advice.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

#include "data/load.h"
#include "tests/catch.h"
#include "tests/core/temporary_folder.h"
#include "tests/core/thrown.h"

namespace strata::test::data_advice_test {

namespace {

/// What is advised of a table of that text.
struct Advised {
  explicit Advised(std::string_view text, ColumnRoles roles = {}, MissingValues missing = MissingValues::error) {
    std::ofstream(folder / "t.csv") << text;
    request.data = folder / "t.csv";
    request.roles = std::move(roles);
    request.missing = missing;
    advice = training_advice(request).value();
  }
  ColumnKind kind(std::size_t column) const { return advice.look.columns[column].kind(); }
  std::string remedy(std::string_view option) const {
    const auto found = std::ranges::find(advice.remedy, option, &Remedy::value_type::first);
    return found == advice.remedy.end() ? "" : found->second;
  }

  TemporaryFolder folder;
  DataRequest request{};
  TableAdvice advice;
};

constexpr std::string_view kVisits =
    "who,when,town,note,size,label\n"
    "ann,2024-01-01,rome,a,1,p\n"
    "bob,2024-01-02,oslo,b,,q\n"
    "cid,2024-01-03,rome,a,3,p\n"
    "dot,2024-01-04,oslo,c,4,q\n"
    "eve,2024-01-05,rome,d,5,p\n";

}  // namespace

TEST_CASE("columns are told apart by what they hold", "[data]") {
  const Advised visits(kVisits);
  CHECK(visits.kind(0) == ColumnKind::unique_texts);
  CHECK(visits.kind(1) == ColumnKind::dates);
  CHECK(visits.kind(2) == ColumnKind::names);
  CHECK(visits.kind(3) == ColumnKind::texts);
  CHECK(visits.kind(4) == ColumnKind::numbers);
  CHECK(visits.advice.look.rows == 5);
  CHECK(visits.advice.look.columns[4].missing == 1);
  CHECK(visits.advice.look.columns[2].values == 2);
  CHECK(visits.advice.look.columns[4].maximum == 5);

  const Advised others("a;b;c;d;label\n1,5;1;;x;p\n2,5;2;NA;1;q\n3,5;-;;y;p\n4;4;;2;q\n1.000,5;5;;z;p\n0,5;6;;3;q\n");
  CHECK(others.kind(0) == ColumnKind::comma_numbers);
  CHECK(others.kind(1) == ColumnKind::marked_numbers);
  CHECK(others.kind(2) == ColumnKind::empty);
  CHECK(others.kind(3) == ColumnKind::mixed);
}

TEST_CASE("all problems are told at once, and the options that help", "[data]") {
  const Advised visits(kVisits);
  CHECK(visits.advice.problems.size() == 5);
  CHECK(visits.advice.cures);
  CHECK(visits.remedy("label-column").empty());
  CHECK(visits.remedy("id-column") == "who");
  CHECK(visits.remedy("date-columns") == "when");
  CHECK(visits.remedy("category-columns") == "town");
  CHECK(visits.remedy("ignore-columns") == "note");
  CHECK(visits.remedy("missing") == "mean");
  const std::string error = thrown([&] { load_data(visits.request); });
  CHECK(missing(error, {"data: ", "'when' holds dates (--date-columns)", "'who' holds another text in every row"}) ==
        "");

  DataRequest cured = visits.request;
  cured.roles = {.label = "", .ignored = {"note"}, .id = "who", .categories = {"town"}, .dates = {"when"}};
  cured.missing = MissingValues::mean;
  CHECK(load_data(cured).train.rows() == 5);
  CHECK(training_advice(cured).value().problems.empty());
}

TEST_CASE("what has been said stays", "[data]") {
  const Advised visits(kVisits, {.label = "", .ignored = {"who"}, .categories = {"note"}}, MissingValues::mean);
  CHECK(visits.remedy("id-column").empty());
  CHECK(visits.remedy("ignore-columns") == "who");
  CHECK(visits.remedy("category-columns") == "note,town");
  CHECK(visits.remedy("missing").empty());
  CHECK(visits.advice.look.columns[0].option == "‹ignore_columns›");
}

TEST_CASE("what may be learnt is proposed where nobody says it", "[data]") {
  CHECK(Advised("x,kind\n1.5,a\n2.5,b\n3.5,a\n4.5,b\n").remedy("label-column") == "kind");
  CHECK(Advised("kind,x\na,1.5\nb,2.5\na,3.5\nb,4.5\n").remedy("label-column") == "kind");
  CHECK(Advised("x,grade\n1.5,1\n2.5,2\n3.5,1\n4.5,2\n").remedy("label-column") == "grade");
  CHECK(Advised("x,price\n1,1.5\n2,2.25\n3,3.5\n").remedy("target-columns") == "price");
  CHECK(Advised("0.5,e\n1.5,p\n0.4,e\n1.7,p\n").remedy("label-column") == "1");
  const Advised none("x,text\n1,a\n2,b\n3,c\n");
  CHECK_FALSE(none.advice.cures);
  CHECK(missing(thrown([&] { load_data(none.request); }), {"no column looks like a label"}) == "");
}

TEST_CASE("names with a comma go by their index", "[data]") {
  const Advised table("\"a, b\",label\nx,p\ny,q\nx,p\ny,q\n");
  CHECK(table.remedy("category-columns") == "0");
}

TEST_CASE("a column that names the rows is kept out only if it is called so", "[data]") {
  const Advised named("user_id,x,label\n1,2,p\n2,3,q\n3,4,p\n4,5,q\n");
  CHECK(named.advice.problems.empty());
  REQUIRE(named.advice.hints.size() == 1);
  CHECK(missing(named.advice.hints[0], {"'user_id' differs in every row, and counts them", "‹id_column› user_id"}) ==
        "");
  CHECK(named.remedy("id-column") == "user_id");
  const Advised time("t,x,label\n1,2,p\n2,2,q\n3,5,p\n4,5,q\n");
  CHECK(time.advice.hints.size() == 1);
  CHECK(time.remedy("id-column").empty());
}

TEST_CASE("a table whose form is at fault has no advice", "[data]") {
  const TemporaryFolder folder;
  std::ofstream(folder / "t.csv") << "a,b\n1,2\n3\n";
  CHECK_FALSE(training_advice({.data = folder / "t.csv"}).has_value());
  std::ofstream(folder / "u.csv") << "a,label\n1,x\n";
  CHECK_FALSE(training_advice({.data = folder / "u.csv", .roles = {.label = "", .id = "who"}}).has_value());
}

}  // namespace strata::test::data_advice_test
