#include "watch/canvas.h"

#include <algorithm>

#include "tests/catch.h"

namespace watch_canvas_test {

using namespace strata::watch;

namespace {

constexpr TerminalCharacters kPlain{.colour = false, .unicode = true};
constexpr TerminalCharacters kAscii{.colour = false, .unicode = false};

using Lines = std::vector<std::string>;

Lines drawn(const Plot& plot, std::size_t width, std::size_t height, const TerminalCharacters& characters = kPlain) {
  Canvas canvas(width, height);
  draw(canvas, {0, 0, width, height}, plot);
  return canvas.lines(characters);
}

}  // namespace

TEST_CASE("dots become the characters of braille, or coarse ones of ASCII", "[watch]") {
  Canvas canvas(3, 1);
  canvas.dot(0, 0, Ink::plain);
  canvas.dot(1, 3, Ink::plain);
  canvas.dot(2, 0, Ink::plain);
  canvas.dot(5, 3, Ink::plain);
  canvas.dot(6, 0, Ink::plain);  // outside
  CHECK(canvas.lines(kPlain) == Lines{"⢁⠁⢀"});
  CHECK(canvas.lines(kAscii) == Lines{":'."});
}

TEST_CASE("text stands above dots and ends at the edge; what it holds cannot steer the terminal", "[watch]") {
  Canvas canvas(6, 2);
  CHECK(canvas.text(1, 0, "a\x1b[2J…z") == 8);
  canvas.dot(2, 0, Ink::plain);
  canvas.text(0, 1, "\xff\xc3");
  CHECK(canvas.lines(kPlain) == Lines{" a?[2J", "??"});
  canvas.text(0, 5, "below");
  Canvas other(4, 1);
  other.text(0, 0, "é…█");
  CHECK(other.lines(kPlain) == Lines{"é…█"});
  CHECK(other.lines(kAscii) == Lines{"?~#"});
}

TEST_CASE("colours are set where they change, and taken back", "[watch]") {
  Canvas canvas(5, 1);
  canvas.text(0, 0, "ab", Ink::red);
  canvas.text(2, 0, "c");
  canvas.text(3, 0, "d", Ink::bold);
  CHECK(canvas.lines({.colour = true, .unicode = true}) == Lines{"\x1b[31mab\x1b[0mc\x1b[1md\x1b[0m"});
}

TEST_CASE("a plot has its curve between axes with round numbers", "[watch]") {
  Plot plot{.title = "loss", .x_name = "step", .curves = {{.name = "train", .points = {}}}};
  for (int i = 0; i <= 20; ++i) {
    plot.curves[0].points.push_back({static_cast<double>(i), 0.05 * i});
  }
  CHECK(drawn(plot, 30, 9) == Lines{
                                  "loss  ⠒⠒ train",
                                  "  1┤                      ⢀⡠⠤⠒",
                                  "   │                 ⢀⡠⠤⠒⠉⠁",
                                  "   │             ⢀⠤⠒⠉⠁",
                                  "0.5┤        ⢀⡠⠤⠒⠊⠁",
                                  "   │   ⢀⡠⠤⠒⠉⠁",
                                  "  0┤⠤⠒⠉⠁",
                                  "   └┴────────────┴────────────",
                                  "    0           10        step",
                              });
}

TEST_CASE("values of different sizes get a logarithmic axis, and few bits of a plot survive a small window",
          "[watch]") {
  Plot plot{.title = "rate", .x_name = "step", .curves = {{.points = {{0, 1e-4}, {10, 1}}, .end_mark = "r"}}};
  const Lines lines = drawn(plot, 24, 8);
  for (const char* label : {"   0.1┤", "0.0001┤"}) {
    CHECK(std::ranges::any_of(lines, [&](const std::string& line) { return line.starts_with(label); }));
  }
  CHECK(std::ranges::any_of(lines, [](const std::string& line) { return line.ends_with("r"); }));
  CHECK(drawn(plot, 8, 4)[0] == "rate");
  plot.curves[0].points.clear();
  plot.empty_text = "nothing yet";
  CHECK(drawn(plot, 24, 8)[4] == "  nothing yet");
}

TEST_CASE("what was large early on does not press a curve to the bottom, what is large at the end shows", "[watch]") {
  Plot plot{.curves = {{.points = {{0, 40}, {50, 2}, {100, 1}}}}, .may_cut_beginning = true};
  CHECK(drawn(plot, 30, 10)[1].starts_with("  2┤"));
  plot.curves[0].points = {{0, 1}, {50, 2}, {100, 40}};
  const Lines risen = drawn(plot, 30, 10);
  CHECK(std::ranges::any_of(risen, [](const std::string& line) { return line.starts_with("40┤"); }));
}

}  // namespace watch_canvas_test
