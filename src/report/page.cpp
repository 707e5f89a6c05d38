#include "report/page.h"

#include <utility>

#include "io/json_text.h"

namespace strata {

namespace {

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
