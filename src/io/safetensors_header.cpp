#include "io/safetensors_header.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "core/error.h"
#include "io/json_text.h"

namespace strata {

namespace {

constexpr std::array kTensorTypes{TensorType::f32, TensorType::f64, TensorType::f16, TensorType::bf16};

/// A tensor as the header describes it, unchecked. A field is empty until it is met.
struct RawEntry {
  std::string name;
  std::optional<std::string> dtype;
  std::optional<std::vector<std::size_t>> shape;
  std::optional<std::vector<std::size_t>> data_offsets;
};

/// Takes the parser's events, so that duplicate keys are seen and nothing nests deeper than the format does.
class HeaderEvents : public nlohmann::json::json_sax_t {
 public:
  explicit HeaderEvents(std::string_view file) : file_(file) {}

  std::vector<RawEntry> entries;
  std::map<std::string, std::string> metadata;

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) {
      place_ = Place::header;
    } else if (place_ == Place::header && key_ == "__metadata__") {
      place_ = Place::metadata;
    } else if (place_ == Place::header) {
      place_ = Place::tensor;
      entries.push_back({key_, {}, {}, {}});
    } else {
      reject("an object");
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::tensor) {
      require_all_fields(entries.back());
    }
    place_ = place_ == Place::header ? Place::outside : Place::header;
    return true;
  }

  bool key(std::string& key) override {
    key_ = key;
    if (place_ == Place::header) {
      reject_duplicate(!names_.insert(key).second);
    } else if (place_ == Place::metadata) {
      reject_duplicate(metadata.contains(key));
    } else {
      const RawEntry& entry = entries.back();
      reject_duplicate((key == "dtype" && entry.dtype) || (key == "shape" && entry.shape) ||
                       (key == "data_offsets" && entry.data_offsets));
    }
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ == Place::tensor && key_ == "shape") {
      numbers_ = &entries.back().shape.emplace();
    } else if (place_ == Place::tensor && key_ == "data_offsets") {
      numbers_ = &entries.back().data_offsets.emplace();
    } else {
      reject("an array");
    }
    place_ = Place::array;
    return true;
  }

  bool end_array() override {
    place_ = Place::tensor;
    return true;
  }

  bool string(std::string& value) override {
    if (place_ == Place::metadata) {
      metadata.emplace(key_, std::move(value));
    } else if (place_ == Place::tensor && key_ == "dtype") {
      entries.back().dtype = std::move(value);
    } else {
      reject("a string");
    }
    return true;
  }

  bool number_unsigned(std::uint64_t value) override {
    if (place_ != Place::array) {
      reject("a number");
    }
    numbers_->push_back(value);
    return true;
  }

  bool null() override { return reject("null"); }
  bool boolean(bool) override { return reject("true or false"); }
  bool number_integer(std::int64_t value) override { return reject(fmt::format("{}", value)); }
  bool number_float(double, const std::string& text) override { return reject(text.substr(0, 40)); }
  bool binary(nlohmann::json::binary_t&) override { return reject("binary"); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    throw data_error("{}: the header is not valid JSON at its byte {}", file_, position);
  }

 private:
  enum class Place { outside, header, metadata, tensor, array };

  [[noreturn]] bool reject(std::string_view found) const {
    throw data_error("{}: {} is {}; expected {}", file_, here(), found, expected());
  }

  void reject_duplicate(bool duplicate) const {
    if (duplicate) {
      throw data_error("{}: {} is given twice in the header; safetensors allows each key once", file_, here());
    }
  }

  void require_all_fields(const RawEntry& entry) const {
    const char* missing = !entry.dtype          ? "dtype"
                          : !entry.shape        ? "shape"
                          : !entry.data_offsets ? "data_offsets"
                                                : nullptr;
    if (missing) {
      throw data_error("{}: tensor {} has no {}; expected dtype, shape and data_offsets", file_,
                       quoted_name(entry.name), missing);
    }
  }

  /// What the last key names.
  std::string here() const {
    if (place_ == Place::metadata) {
      return fmt::format("metadata {}", quoted_name(key_));
    }
    if (place_ == Place::header) {
      return fmt::format("entry {}", quoted_name(key_));
    }
    return fmt::format("field {} of tensor {}", quoted_name(key_), quoted_name(entries.back().name));
  }

  std::string_view expected() const {
    if (place_ == Place::header) {
      return key_ == "__metadata__" ? "an object of strings" : "an object with dtype, shape and data_offsets";
    }
    if (place_ == Place::metadata || key_ == "dtype") {
      return "a string";
    }
    return key_ == "shape" || key_ == "data_offsets" ? "an array of whole numbers from 0 to 2^64 - 1"
                                                     : "the fields dtype, shape and data_offsets only";
  }

  std::string_view file_;
  Place place_ = Place::outside;
  std::string key_;                              ///< the last one met
  std::set<std::string> names_;                  ///< keys of the header so far
  std::vector<std::size_t>* numbers_ = nullptr;  ///< the array that is being read
};

std::size_t element_size(TensorType type) {
  switch (type) {
    case TensorType::f64:
      return sizeof(double);
    case TensorType::f32:
      return sizeof(float);
    case TensorType::f16:
    case TensorType::bf16:
      break;
  }
  return sizeof(std::uint16_t);
}

/// `element` * the product of `shape`; empty if that overflows.
std::optional<std::size_t> byte_count(const std::vector<std::size_t>& shape, std::size_t element) {
  std::size_t bytes = element;
  for (const std::size_t dimension : shape) {
    if (dimension != 0 && bytes > std::numeric_limits<std::size_t>::max() / dimension) {
      return std::nullopt;
    }
    bytes *= dimension;
  }
  return bytes;
}

SafetensorsEntry check(RawEntry raw, std::size_t data_size, std::string_view file) {
  const std::string name = quoted_name(raw.name);
  const auto type = std::ranges::find(kTensorTypes, *raw.dtype, type_name);
  if (type == kTensorTypes.end()) {
    throw data_error(
        "{}: tensor {} has dtype {}; expected F32 (or F64, F16, BF16): convert it first, or leave it out "
        "if it is no weight, as batch normalisation's counter is none",
        file, name, quoted_name(*raw.dtype));
  }
  const std::vector<std::size_t>& offsets = *raw.data_offsets;
  if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data_size) {
    throw data_error("{}: tensor {} has data_offsets [{}]; expected a begin and an end within the {} bytes of data",
                     file, name, fmt::join(std::span(offsets).first(std::min<std::size_t>(offsets.size(), 4)), ", "),
                     data_size);
  }
  const auto bytes = byte_count(*raw.shape, element_size(*type));
  if (!bytes || *bytes != offsets[1] - offsets[0]) {
    throw data_error("{}: tensor {} has {} bytes of data; its shape needs {}", file, name, offsets[1] - offsets[0],
                     bytes ? fmt::format("{}", *bytes) : "more than 2^64");
  }
  return {std::move(raw.name), *type, std::move(*raw.shape), offsets[0], offsets[1]};
}

/// Sorts the entries by offset; they must cover 0 … data_size - 1 once.
void check_coverage(std::vector<SafetensorsEntry>& entries, std::size_t data_size, std::string_view file) {
  std::sort(entries.begin(), entries.end(), [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::size_t covered = 0;
  for (const SafetensorsEntry& entry : entries) {
    if (entry.begin != covered) {
      throw data_error("{}: tensor {} begins at byte {} of the data; expected {}: no {} allowed", file,
                       quoted_name(entry.name), entry.begin, covered,
                       entry.begin > covered ? "holes are" : "overlap is");
    }
    covered = entry.end;
  }
  if (covered != data_size) {
    throw data_error("{}: {} bytes of data, but the tensors take {}; expected no more and no less", file, data_size,
                     covered);
  }
}

void check_text(std::string_view text, std::string_view file) {
  if (text.empty() || text.front() != '{') {
    throw data_error("{}: the header does not begin with '{{'; is this a safetensors file?", file);
  }
  const std::size_t last = text.find_last_not_of(' ');
  if (text[last] != '}') {
    throw data_error("{}: the header does not end with '}}' and padding spaces", file);
  }
  // The parser would take a NUL byte for the end of its input.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    throw data_error("{}: the header is not valid JSON at its byte {}", file, nul + 1);
  }
}

}  // namespace

std::string_view type_name(TensorType type) {
  switch (type) {
    case TensorType::f64:
      return "F64";
    case TensorType::f16:
      return "F16";
    case TensorType::bf16:
      return "BF16";
    case TensorType::f32:
      break;
  }
  return "F32";
}

SafetensorsHeader parse_safetensors_header(std::string_view text, std::size_t data_size, std::string_view file) {
  check_text(text, file);
  HeaderEvents events(file);
  nlohmann::json::sax_parse(text, &events);
  SafetensorsHeader header;
  header.metadata = std::move(events.metadata);
  header.entries.reserve(events.entries.size());
  for (RawEntry& raw : events.entries) {
    header.entries.push_back(check(std::move(raw), data_size, file));
  }
  check_coverage(header.entries, data_size, file);
  return header;
}

}  // namespace strata
