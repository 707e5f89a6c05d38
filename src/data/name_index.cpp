#include "data/name_index.h"

namespace strata {

NameIndex::NameIndex(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    add(name);
  }
}

std::optional<std::uint32_t> NameIndex::find(std::string_view name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

std::uint32_t NameIndex::add(std::string_view name) {
  const auto number = static_cast<std::uint32_t>(names_.size());
  numbers_.emplace(name, number);
  names_.emplace_back(name);
  return number;
}

}  // namespace strata
