#include "cli/shell/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace strata::cli {

namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb"; }

bool stderr_has_colour() { return stderr_is_terminal() && environment("NO_COLOR").empty(); }

ProgressStyle progress_style_here(ProgressStyle style) {
  if (style == ProgressStyle::none) {
    return style;
  }
  return style != ProgressStyle::lines && stderr_is_terminal() ? ProgressStyle::bar : ProgressStyle::lines;
}

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
