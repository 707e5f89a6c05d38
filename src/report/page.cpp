#include "report/page.h"

#include <string_view>
#include <utility>

#include "io/json_text.h"

// The file's bytes, taken in by the assembler: half a megabyte as a literal would cost every build seconds.
asm(".pushsection .rodata\n"
    ".global strata_page_template\n"
    ".global strata_page_template_end\n"
    "strata_page_template:\n"
    ".incbin \"" STRATA_PAGE_TEMPLATE
    "\"\n"
    "strata_page_template_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char strata_page_template[];
extern "C" const char strata_page_template_end[];

namespace strata {

namespace {

/// The page without its data, put together at build time from page/ and the chart library:
/// HTML with one @STRATA_SOURCES@ (of its content security policy), one @STRATA_TITLE@ and one @STRATA_DATA@, in this
/// order.
std::string_view page_template() { return {strata_page_template, strata_page_template_end}; }

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  std::size_t start = 0;
  for (std::size_t at = text.find(from); at != std::string_view::npos; at = text.find(from, start)) {
    result += text.substr(start, at - start);
    result += to;
    start = at + from.size();
  }
  return result += text.substr(start);
}

/// The template with its places filled, in one pass over the template alone: what is put in is not searched.
std::string filled(std::string_view title, std::string_view data, std::string_view sources) {
  std::string result;
  std::string_view rest = page_template();
  for (const auto& [place, text] : {std::pair<std::string_view, std::string_view>{"@STRATA_SOURCES@", sources},
                                    {"@STRATA_TITLE@", title},
                                    {"@STRATA_DATA@", data}}) {
    const std::size_t at = rest.find(place);
    result += rest.substr(0, at);
    result += text;
    rest.remove_prefix(at + place.size());
  }
  return result += rest;
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string script_json(const nlohmann::ordered_json& json) {
  std::string text = json_text(json);
  for (const auto& [from, to] : {std::pair{"<", "\\u003c"}, {"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xA9", "\\u2029"}}) {
    text = replaced(text, from, to);
  }
  return text;
}

std::string page(std::string_view title, const nlohmann::ordered_json& data) {
  return filled(html_text(title), script_json(data), "");
}

std::string live_page(std::string_view title, std::string_view data) {
  return filled(html_text(title), data, "; connect-src 'self'");
}

}  // namespace strata
