#include "core/field.h"

#include <algorithm>

namespace strata {

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

/// Of a text that begins with kFieldStart: the name that follows; empty if that is none.
std::string_view name_at_start(std::string_view text) {
  const std::string_view rest = text.substr(kFieldStart.size());
  const std::string_view name = rest.substr(0, std::min(rest.find(kFieldEnd), rest.size()));
  return name.size() < rest.size() && is_name(name) ? name : std::string_view();
}

}  // namespace

std::string field(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '-', '_');
  return std::string(kFieldStart).append(text).append(kFieldEnd);
}

std::string spelled(std::string_view text, std::string (*spell)(std::string_view name)) {
  std::string out;
  for (std::size_t start = text.find(kFieldStart); start != std::string_view::npos; start = text.find(kFieldStart)) {
    out += text.substr(0, start);
    text.remove_prefix(start);
    if (const std::string_view name = name_at_start(text); !name.empty()) {
      out += spell(name);
      text.remove_prefix(kFieldStart.size() + name.size() + kFieldEnd.size());
    } else {
      out += kFieldStart;
      text.remove_prefix(kFieldStart.size());
    }
  }
  return out.append(text);
}

std::string plain(std::string_view text) {
  return spelled(text, [](std::string_view name) { return std::string(name); });
}

std::string_view first_field(std::string_view text) {
  return text.starts_with(kFieldStart) ? name_at_start(text) : std::string_view();
}

}  // namespace strata
