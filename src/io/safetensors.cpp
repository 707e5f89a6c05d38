#include "io/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <istream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/file.h"
#include "core/number.h"
#include "io/atomic_file.h"
#include "io/json_text.h"
#include "io/safetensors_header.h"

namespace strata {

namespace {

static_assert(std::endian::native == std::endian::little, "tensors are stored as they lie in memory");

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kHeaderAlignment = 8;

/// A file, or its content in memory, that is read once from its beginning.
class Input {
 public:
  Input(std::istream& in, std::size_t size, std::string_view name) : in_(in), size_(size), name_(name) {}

  std::size_t size() const { return size_; }
  std::string_view name() const { return name_; }

  void read(void* to, std::size_t bytes) {
    if (!in_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes))) {
      throw data_error("cannot read {}: it failed, or ended before its {} bytes", name_, size_);
    }
  }

 private:
  std::istream& in_;
  std::size_t size_;
  std::string_view name_;
};

std::string read_header(Input& input) {
  if (input.size() < kLengthBytes) {
    throw data_error("{}: {} bytes; a safetensors file starts with 8 bytes that give its header's length", input.name(),
                     input.size());
  }
  std::uint64_t length = 0;
  input.read(&length, kLengthBytes);
  if (length > kMaxSafetensorsHeader) {
    throw data_error(
        "{}: is no safetensors file: it begins with text or data where the length of a header of at most {} bytes "
        "should "
        "stand; give a model, or weights",
        input.name(), kMaxSafetensorsHeader);
  }
  const std::size_t available = input.size() - kLengthBytes;
  if (length > available) {
    throw data_error("{}: the header should have {} bytes, but only {} follow; is the file cut short?", input.name(),
                     length, available);
  }
  std::string header(static_cast<std::size_t>(length), '\0');
  input.read(header.data(), header.size());
  return header;
}

template <class T>
std::vector<T> read_elements(Input& input, const SafetensorsEntry& entry) {
  std::vector<T> elements((entry.end - entry.begin) / sizeof(T));
  input.read(elements.data(), entry.end - entry.begin);
  return elements;
}

template <class Convert>
std::vector<float> read_halves(Input& input, const SafetensorsEntry& entry, Convert convert) {
  const auto halves = read_elements<std::uint16_t>(input, entry);
  std::vector<float> values(halves.size());
  std::ranges::transform(halves, values.begin(), convert);
  return values;
}

float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16U); }

template <class T>
void require_finite(const std::vector<T>& values, const Input& input, const SafetensorsEntry& entry) {
  const auto bad = std::ranges::find_if_not(values, [](T x) { return std::isfinite(x); });
  if (bad != values.end()) {
    throw data_error("{}: tensor {} holds {} at element {}; expected finite numbers only", input.name(),
                     quoted_name(entry.name), *bad, bad - values.begin());
  }
}

Tensor read_tensor(Input& input, const SafetensorsEntry& entry, TensorValues allowed) {
  Tensor tensor{.shape = entry.shape, .values = {}, .doubles = {}, .type = entry.type};
  switch (entry.type) {
    case TensorType::f32:
      tensor.values = read_elements<float>(input, entry);
      break;
    case TensorType::f64:
      tensor.doubles = read_elements<double>(input, entry);
      break;
    case TensorType::f16:
      tensor.values = read_halves(input, entry, float_of_half);
      break;
    case TensorType::bf16:
      tensor.values = read_halves(input, entry, from_bf16);
  }
  if (allowed == TensorValues::finite) {
    require_finite(tensor.values, input, entry);
    require_finite(tensor.doubles, input, entry);
  }
  return tensor;
}

SafetensorsFile read_all(Input input, TensorValues allowed) {
  const std::string text = read_header(input);
  SafetensorsHeader header = parse_safetensors_header(text, input.size() - kLengthBytes - text.size(), input.name());
  SafetensorsFile file;
  file.metadata = std::move(header.metadata);
  for (const SafetensorsEntry& entry : header.entries) {  // in the order of their bytes, without gaps
    file.tensors.emplace(entry.name, read_tensor(input, entry, allowed));
  }
  return file;
}

/// A JSON string; `text` must be UTF-8, since what is replaced would not read back.
std::string strict_json_string(const std::string& text, const std::string& file) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::type_error&) {
    throw failed_error("cannot write {}: the name or metadata {} is not UTF-8", file, quoted_name(text));
  }
}

std::string format_header(std::span<const NamedTensor> tensors, const std::map<std::string, std::string>& metadata,
                          const std::string& file) {
  std::string text = "{";
  const auto separate = [&text] {
    if (text.back() != '{') {
      text += ',';
    }
  };
  if (!metadata.empty()) {
    text += R"("__metadata__":{)";
    for (const auto& [key, value] : metadata) {
      separate();
      text += strict_json_string(key, file) + ':' + strict_json_string(value, file);
    }
    text += '}';
  }
  std::size_t offset = 0;
  for (const NamedTensor& tensor : tensors) {
    assert(std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::size_t{1}, std::multiplies<>()) ==
           tensor.values.size() + tensor.doubles.size());
    separate();
    const std::size_t end = offset + tensor.bytes().size();
    fmt::format_to(std::back_inserter(text), R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                   strict_json_string(tensor.name, file), tensor.doubles.empty() ? "F32" : "F64",
                   fmt::join(tensor.shape, ","), offset, end);
    offset = end;
  }
  text += '}';
  text.append((kHeaderAlignment - text.size() % kHeaderAlignment) % kHeaderAlignment, ' ');
  if (text.size() > kMaxSafetensorsHeader) {
    throw failed_error("cannot write {}: its names and metadata take {} bytes, but safetensors allows at most {}", file,
                       text.size(), kMaxSafetensorsHeader);
  }
  return text;
}

}  // namespace

std::string safetensors_start(std::span<const NamedTensor> tensors, const std::map<std::string, std::string>& metadata,
                              const std::string& name) {
  const std::string header = format_header(tensors, metadata, name);
  const std::uint64_t length = header.size();
  std::string start(kLengthBytes, '\0');
  std::memcpy(start.data(), &length, kLengthBytes);
  return start + header;
}

SafetensorsFile parse_safetensors(std::string_view content, std::string_view name, TensorValues allowed) {
  std::istringstream in{std::string(content)};
  return read_all({in, content.size(), name}, allowed);
}

SafetensorsFile read_safetensors(const std::filesystem::path& path) {
  const std::string name = path.string();
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    throw data_error("cannot read {}: expected a safetensors file, but it is no regular file", name);
  }
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) {
    throw data_error("cannot read {}: {}", name, system_reason(errno));
  }
  const std::streamoff size = in.tellg();
  in.seekg(0);
  return read_all({in, static_cast<std::size_t>(size), name}, TensorValues::finite);
}

void write_safetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::string start = safetensors_start(tensors, metadata, path.string());
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(start)));
  for (const NamedTensor& tensor : tensors) {
    file.write(tensor.bytes());
  }
  file.commit();
}

void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file) {
  std::vector<NamedTensor> tensors;
  tensors.reserve(file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    tensors.push_back({name, tensor.shape, tensor.values, tensor.doubles});
  }
  write_safetensors(path, tensors, file.metadata);
}

}  // namespace strata
