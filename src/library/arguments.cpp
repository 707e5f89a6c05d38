#include "library/arguments.h"

#include <array>
#include <cstdint>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/field.h"
#include "core/text.h"
#include "io/json_text.h"
#include "library/call.h"
#include "settings/settings_json.h"

namespace strata::library {

namespace {

struct Element {
  NpyKind kind;
  std::size_t size;
};

/// By strata_dtype.
constexpr std::array kElements{
    Element{NpyKind::boolean, 1},          Element{NpyKind::unsigned_integer, 1}, Element{NpyKind::signed_integer, 1},
    Element{NpyKind::unsigned_integer, 2}, Element{NpyKind::signed_integer, 2},   Element{NpyKind::unsigned_integer, 4},
    Element{NpyKind::signed_integer, 4},   Element{NpyKind::unsigned_integer, 8}, Element{NpyKind::signed_integer, 8},
    Element{NpyKind::floating, 2},         Element{NpyKind::floating, 4},         Element{NpyKind::floating, 8}};

constexpr int kMostDimensions = 32;

Element element_of(int dtype, const std::string& name) {
  if (dtype < 0 || static_cast<std::size_t>(dtype) >= kElements.size()) {
    throw usage_error("{}: dtype {} is unknown; expected one of strata_dtype, 0 to {}", name, dtype,
                      kElements.size() - 1);
  }
  return kElements[static_cast<std::size_t>(dtype)];
}

/// Fills in the shape. Returns whether there are elements.
bool take_shape(const strata_array& array, MemoryArray& taken) {
  std::int64_t bytes = static_cast<std::int64_t>(taken.element_size);
  bool empty = false;
  for (int d = 0; d < array.rank; ++d) {
    const std::int64_t size = array.shape[d];
    if (size < 0) {
      throw usage_error("{}: shape[{}] is {}; expected 0 or more", taken.name, d, size);
    }
    empty = empty || size == 0;
    if (size > 0 && __builtin_mul_overflow(bytes, size, &bytes)) {
      throw usage_error("{}: its shape has more bytes than memory could hold", taken.name);
    }
    taken.shape.push_back(static_cast<std::size_t>(size));
  }
  return !empty;
}

/// Fills in the strides: those given, or those of C order.
void take_strides(const strata_array& array, MemoryArray& taken) {
  taken.strides.resize(taken.shape.size());
  auto packed = static_cast<std::ptrdiff_t>(taken.element_size);
  std::int64_t reach = 0;
  for (std::size_t d = taken.shape.size(); d-- > 0;) {
    taken.strides[d] = array.strides != nullptr ? static_cast<std::ptrdiff_t>(array.strides[d]) : packed;
    packed *= static_cast<std::ptrdiff_t>(taken.shape[d]);
    std::int64_t along = 0;
    if (__builtin_mul_overflow(static_cast<std::int64_t>(taken.shape[d] - 1), std::int64_t{taken.strides[d]}, &along) ||
        __builtin_add_overflow(reach, along, &reach)) {
      throw usage_error("{}: strides[{}] is {}, which leads out of any memory", taken.name, d, taken.strides[d]);
    }
  }
}

}  // namespace

MemoryArray memory_array(const strata_array& array, const std::string& name) {
  MemoryArray taken;
  taken.name = name;
  const Element element = element_of(array.dtype, name);
  taken.kind = element.kind;
  taken.element_size = element.size;
  if (array.rank < 1 || array.rank > kMostDimensions) {
    throw usage_error("{}: rank {} is not from 1 to {}", name, array.rank, kMostDimensions);
  }
  required(array.shape, (name + "' shape").c_str());
  if (!take_shape(array, taken)) {
    throw data_error("{}: there are none; expected one at least", name);
  }
  if (taken.shape.front() > std::numeric_limits<std::uint32_t>::max()) {
    throw data_error("{}: there are {} rows; expected at most {}", name, taken.shape.front(),
                     std::numeric_limits<std::uint32_t>::max());
  }
  taken.data = &required(static_cast<const char*>(array.data), (name + "' data").c_str());
  take_strides(array, taken);
  return taken;
}

std::vector<std::string> names_of(const char* const* names, std::size_t count, const std::string& what) {
  if (names == nullptr && count > 0) {
    throw usage_error("{} is null; expected {} names", what, count);
  }
  std::vector<std::string> all;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < count; ++i) {
    all.emplace_back(&required(names[i], what.c_str()));
    if (all.back().empty() || !is_utf8(all.back())) {
      throw usage_error("{}: the one of index {} is {}; expected a text in UTF-8 that is not empty", what, i,
                        all.back().empty() ? "empty" : "no UTF-8");
    }
    if (!seen.insert(all.back()).second) {
      throw usage_error("{}: {} is there twice; expected names that differ", what, all.back());
    }
  }
  return all;
}

namespace {

nlohmann::ordered_json parsed(const char* settings) {
  try {
    return parse_json(settings);
  } catch (const Error& error) {
    throw usage_error("the settings are no JSON: {}", error.what());
  }
}

}  // namespace

GivenTexts texts_of_json(const std::vector<Option>& options, const char* settings) {
  if (settings == nullptr || std::string_view(settings).empty()) {
    return {};
  }
  nlohmann::ordered_json json = parsed(settings);
  if (!json.is_object()) {
    throw usage_error("the settings are {}; expected a JSON object of settings by name", json.type_name());
  }
  for (auto member = json.begin(); member != json.end();) {  // null is the default
    member = member->is_null() ? json.erase(member) : std::next(member);
  }
  return texts_of(options, json);
}

void refuse_outputs(const std::vector<Option>& options, const GivenTexts& given) {
  for (const Option& option : options) {
    if (option.member.read && !is_recorded(option) && given.contains(option.name)) {
      throw usage_error("{} does not apply: the library writes no file by itself; take what you want from the trainer",
                        field(option.name));
    }
  }
}

}  // namespace strata::library
