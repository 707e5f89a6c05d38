#include "cli/shell/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "cli/shell/terminal.h"
#include "cli/text/option_text.h"

namespace strata::cli {

namespace {

/// Control characters, such as line ends in the name of a file, become '?'.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return line;
}

void write(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

constexpr std::string_view kRed = "\x1b[1;31m";

void print_labelled(std::string_view label, std::string_view colour, std::string_view text) {
  const bool coloured = stderr_has_colour();
  write(fmt::format("strata: {}{}:{} {}\n", coloured ? colour : "", label, coloured ? "\x1b[0m" : "",
                    one_line(as_options(text))));
}

}  // namespace

void print_error(std::string_view text) { print_labelled("error", kRed, text); }

void print_out_of_memory() {
  const bool coloured = stderr_has_colour();
  write("strata: ");
  write(coloured ? kRed : "");
  write("error:");
  write(coloured ? "\x1b[0m" : "");
  write(" out of memory; try a smaller network or batch, or fewer threads or jobs\n");
}

void print_warning(std::string_view text) { print_labelled("warning", "\x1b[33m", text); }

void print_notes(std::string_view text) { write(text); }

}  // namespace strata::cli
