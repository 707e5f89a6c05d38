#include "cli/text/evaluation_text.h"

#include <algorithm>
#include <sstream>

#include "core/text.h"
#include "tests/catch.h"

namespace strata::cli::cli_evaluation_text_test {

namespace {

/// `rows` rows of each class, of which one is taken for the next class.
PartEvaluation evaluation_of(std::size_t classes, std::size_t rows) {
  PartEvaluation evaluation;
  evaluation.loss = 0.5;
  evaluation.figures = {{"accuracy", 0.75}};
  evaluation.confusion = {classes, std::vector<std::size_t>(classes * classes)};
  for (std::size_t c = 0; c < classes; ++c) {
    evaluation.confusion.counts[c * classes + c] = rows - 1;
    evaluation.confusion.counts[c * classes + (c + 1) % classes] += 1;
  }
  evaluation.classes = class_figures(evaluation.confusion);
  evaluation.figures.push_back({"macro_f1", macro_f1(evaluation.classes)});
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

TEST_CASE("numbers have a line of their figures and a row each, of any size", "[cli]") {
  PartEvaluation evaluation;
  evaluation.loss = 0.25;
  evaluation.kind = TargetKind::numbers;
  evaluation.figures = {{"mae", 123456.789}, {"rmse", 0.00012345}, {"r2", 0.5}};
  evaluation.numbers = {{.rmse = 2, .mae = 1.5, .r2 = 0.75, .median_error = 1.25, .p95_error = 4},
                        {.rmse = 0, .mae = 0, .median_error = 0, .p95_error = 0}};
  const std::string text = evaluation_text(evaluation, std::nullopt, {"price", "size"});
  CHECK(contains(text, "loss 0.2500  mae 1.235e+05  rmse 0.0001234  r2 0.5000\n"));
  CHECK(contains(text, "price      2  1.5  0.7500          1.25"));
  CHECK(contains(text, "size       0    0       -"));
  CHECK(widest_line(text) <= 80);
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

}  // namespace strata::cli::cli_evaluation_text_test
