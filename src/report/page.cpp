#include "report/page.h"

#include <utility>

#include "io/json_text.h"
#include "report/page_template.h"

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
  // One pass over the template alone: what is put in is not searched again.
  constexpr std::string_view kTitle = "@STRATA_TITLE@";
  constexpr std::string_view kData = "@STRATA_DATA@";
  const std::string_view text = page_template();
  const std::size_t title_at = text.find(kTitle);
  const std::size_t data_at = text.find(kData);
  std::string result(text.substr(0, title_at));
  result += html_text(title);
  result += text.substr(title_at + kTitle.size(), data_at - title_at - kTitle.size());
  result += script_json(data);
  result += text.substr(data_at + kData.size());
  return result;
}

}  // namespace strata
