// A model as an ONNX file, for other programs to run: docs/interoperability.md.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "io/model_file.h"

namespace strata {

/// The operators' version: the first in which each one that the graph has means what it means today, of ONNX 1.8
/// (November 2020), so that every runtime of the years since reads the file.
inline constexpr int kOnnxOpset = 13;
/// The file format's version that came with it.
inline constexpr int kOnnxIrVersion = 7;

/// Names of the graph's input and outputs: `features` (rows, features), raw, as they are before standardisation, float,
/// or double for a model with offsets, whose numbers fp32 cannot tell apart;
/// `probabilities` float (rows, classes); `class` int64 (rows), the most probable, of equal ones the first, or of two
/// classes by one output the second if its probability is above the model's threshold.
/// Of labels: `probabilities` (rows, labels); `labels` int64 (rows, labels), 1 for one above the threshold, else 0.
/// Of numbers: `values` float (rows, outputs), in the targets' own units.
inline constexpr const char* kOnnxInput = "features";
inline constexpr const char* kOnnxProbabilities = "probabilities";
inline constexpr const char* kOnnxClass = "class";
inline constexpr const char* kOnnxLabels = "labels";
inline constexpr const char* kOnnxValues = "values";

/// An output of the graph that write_onnx writes: (rows, width), or (rows) if width is 0.
struct OnnxOutput {
  const char* name;
  std::size_t width = 0;
  const char* text = "";  ///< what it is
  bool whole = false;     ///< int64, not float
};

std::vector<OnnxOutput> onnx_outputs(const ModelFile& model);

/// Writes the model with its scaler and weights in one graph of standard operators; metadata as in a model file, and
/// for a model of tables feature_names, a JSON array. Returns how many bytes the file has. `path` holds the old content
/// or the new, never part of it. Throws Error(failed), also for a model of more than the 2 GB that an ONNX file can
/// hold.
std::size_t write_onnx(const std::filesystem::path& path, const ModelFile& model);

/// What such a file holds. Throws Error(failed) likewise.
std::string onnx_bytes(const ModelFile& model);

}  // namespace strata
