#include "cli/evaluation_text.h"

#include <algorithm>
#include <sstream>

#include "cli/text_table.h"
#include "tests/catch.h"

namespace strata::cli {

namespace {

/// `rows` rows of each class, of which one is taken for the next class.
PartEvaluation evaluation_of(std::size_t classes, std::size_t rows) {
  PartEvaluation evaluation;
  evaluation.loss = 0.5;
  evaluation.accuracy = 0.75;
  evaluation.confusion = {classes, std::vector<std::size_t>(classes * classes)};
  for (std::size_t c = 0; c < classes; ++c) {
    evaluation.confusion.counts[c * classes + c] = rows - 1;
    evaluation.confusion.counts[c * classes + (c + 1) % classes] += 1;
  }
  evaluation.classes = class_figures(evaluation.confusion);
  evaluation.macro_f1 = macro_f1(evaluation.classes);
  return evaluation;
}

std::vector<std::string> names(std::size_t classes, const std::string& name) {
  std::vector<std::string> all;
  for (std::size_t c = 0; c < classes; ++c) {
    all.push_back(name.empty() ? std::to_string(c) : name);
  }
  return all;
}

std::size_t widest_line(const std::string& text) {
  std::istringstream in(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(in, line);) {
    widest = std::max(widest, width_of(line));
  }
  return widest;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("ten classes of a thousand rows and long names stand side by side within 80 columns", "[cli]") {
  const std::string text =
      evaluation_text(evaluation_of(10, 1000), TopK{5, 0.99}, names(10, "Übergangsjacke/Mantel und mehr davon"));
  CHECK(widest_line(text) <= 80);
  CHECK(contains(text, "what each class was taken for"));
  CHECK(contains(text, "top-5 0.99"));
  CHECK(contains(text, "…"));
}

TEST_CASE("of classes whose matrix is too wide the most frequent mistakes are listed", "[cli]") {
  const std::string text = evaluation_text(evaluation_of(30, 5), std::nullopt, names(30, ""));
  CHECK(widest_line(text) <= 80);
  CHECK_FALSE(contains(text, "what each class was taken for"));
  CHECK(contains(text, "the most frequent mistakes"));
  CHECK_FALSE(contains(text, "top-"));
}

TEST_CASE("of very many classes those of the lowest F1 are shown", "[cli]") {
  const std::string text = evaluation_text(evaluation_of(500, 5), std::nullopt, names(500, ""));
  CHECK(contains(text, "of 500 classes"));
  CHECK(std::ranges::count(text, '\n') < 70);
}

TEST_CASE("text is shortened by characters, not bytes", "[cli]") {
  CHECK(shortened("grün", 4) == "grün");
  CHECK(shortened("grüner", 4) == "grü…");
  CHECK(shortened("abc", 1) == "…");
  CHECK(width_of("grün") == 4);
}

TEST_CASE("numbers of a table are flush right", "[cli]") {
  CHECK(aligned({{"a", "n"}, {"bc", "10"}}, Alignment::numbers) == "a    n\nbc  10\n");
  CHECK(aligned({{"a", "n"}, {"bc", "10"}}) == "a   n\nbc  10\n");
}

}  // namespace strata::cli
