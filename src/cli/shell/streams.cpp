#include "cli/shell/streams.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "cli/text/option_text.h"
#include "core/error.h"
#include "io/json_text.h"

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

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void write_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw failed_error("cannot write to stdout: {}", std::generic_category().message(errno));
  }
}

void write_json_line(const nlohmann::ordered_json& json) { write_stdout(json_text(json) + "\n"); }

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

void print_live_page(std::string_view address) { print_notes(fmt::format("live    {}\n", address)); }

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb"; }

bool stderr_has_colour() { return stderr_is_terminal() && environment("NO_COLOR").empty(); }

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (const std::string_view locale = environment(name); !locale.empty()) {
      const std::size_t dot = locale.find('.');
      const std::string_view codeset = dot == std::string_view::npos ? "" : locale.substr(dot + 1);
      return codeset.starts_with("UTF-8") || codeset.starts_with("utf8") || codeset.starts_with("UTF8") ||
             codeset.starts_with("utf-8");
    }
  }
  return false;
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace strata::cli
