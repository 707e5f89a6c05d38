// safetensors files: an 8-byte header length, a JSON header, raw little-endian tensors. A strict reader and writer.
// Format: github.com/huggingface/safetensors, README "Format".
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace strata {

/// An fp32 tensor; `values` holds the product of `shape` elements, row-major.
struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<float> values;
};

/// Tensors and metadata of one file. A map keeps names in byte order.
struct SafetensorsFile {
  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Reads a file whose tensors are all F32. Throws Error(data), naming the file, on anything the format does not
/// allow: header too long or no JSON object, duplicate keys, unknown fields, wrong offsets, holes or overlaps,
/// trailing bytes, sizes that overflow, another dtype, non-finite values. Never allocates more than the file's size
/// warrants.
SafetensorsFile read_safetensors(const std::filesystem::path& path);

/// Writes to a temporary name beside `path`, fsyncs, renames, fsyncs the folder: `path` holds the old content or the
/// new, never part of it. Throws Error(failed) naming the file and the system's reason.
void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file);

}  // namespace strata
