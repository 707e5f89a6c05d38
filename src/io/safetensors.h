// safetensors files: an 8-byte header length, a JSON header, raw little-endian tensors. A strict reader and writer.
// Format: github.com/huggingface/safetensors, README "Format".
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// What a tensor's elements are in the file.
enum class TensorType { f32, f64, f16, bf16 };

/// As safetensors calls it: F32.
std::string_view type_name(TensorType type);

/// The product of `shape` elements, row-major: F64 in `doubles`, all others, none of which loses by it, in `values`.
struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<float> values;
  std::vector<double> doubles{};
  TensorType type = TensorType::f32;
};

/// Tensors and metadata of one file. A map keeps names in byte order.
struct SafetensorsFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// A tensor to write, whose values somebody else owns.
struct NamedTensor {
  std::string name;  ///< UTF-8; not __metadata__; each name once
  std::vector<std::size_t> shape;
  std::span<const float> values;      ///< F32; or
  std::span<const double> doubles{};  ///< F64

  std::span<const std::byte> bytes() const { return doubles.empty() ? std::as_bytes(values) : std::as_bytes(doubles); }
};

/// Reads a file whose tensors are F32, F64, F16 or BF16. Throws Error(data), naming the file, on anything the format
/// does not allow: header too long or no JSON object, duplicate keys, unknown fields, wrong offsets, holes or overlaps,
/// trailing bytes, sizes that overflow, another dtype, non-finite values. Never allocates more than the file's size
/// warrants.
SafetensorsFile read_safetensors(const std::filesystem::path& path);

/// Whether tensors may hold NaN and infinities.
enum class TensorValues { finite, any };

/// The same for the bytes of a file that are already in memory; `name` stands for it in messages.
SafetensorsFile parse_safetensors(std::string_view content, std::string_view name,
                                  TensorValues allowed = TensorValues::finite);

/// The bytes with which a file of these tensors begins, the header and its length; the tensors' values follow in this
/// order. `name` stands for the file in messages. Metadata come first, in the order of their keys.
/// Throws Error(failed) for text that is not UTF-8.
std::string safetensors_start(std::span<const NamedTensor> tensors, const std::map<std::string, std::string>& metadata,
                              const std::string& name);

/// Writes to a temporary name beside `path`, fsyncs, renames, fsyncs the folder: `path` holds the old content or the
/// new, never part of it. Tensors are stored in the order given, values as they are: whether they are finite is for
/// the caller to know. Throws Error(failed) naming the file and the system's reason, or the text that is not UTF-8.
void write_safetensors(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata);
void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file);

}  // namespace strata
