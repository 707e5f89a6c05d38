// The page itself: one HTML file that needs nothing else.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace strata {

/// `text` for HTML, in content or attribute.
std::string html_text(std::string_view text);

/// `json` for a script element: nothing in it can end the element, nor is anything a line's end to JavaScript that is
/// none to JSON. Bytes that are not UTF-8 become U+FFFD.
std::string script_json(const nlohmann::ordered_json& json);

/// The whole page with `data` embedded.
std::string page(std::string_view title, const nlohmann::ordered_json& data);

/// The same of a script_json; it may ask the server that it comes from for more.
std::string live_page(std::string_view title, std::string_view data);

}  // namespace strata
