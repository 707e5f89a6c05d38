// Names numbered from 0, found by their text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strata {

class NameIndex {
 public:
  NameIndex() = default;
  /// Of names that differ.
  explicit NameIndex(const std::vector<std::string>& names);

  std::optional<std::uint32_t> find(std::string_view name) const;
  /// The number of a name that is new: the next one.
  std::uint32_t add(std::string_view name);
  /// In the order of their numbers.
  const std::vector<std::string>& names() const { return names_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
};

}  // namespace strata
