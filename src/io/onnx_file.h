// A model as an ONNX file, for other programs to run: docs/interoperability.md.
#pragma once

#include <cstddef>
#include <filesystem>

#include "io/model_file.h"

namespace strata {

/// The operators' version: the first in which each one that the graph has means what it means today, of ONNX 1.8
/// (November 2020), so that every runtime of the years since reads the file.
inline constexpr int kOnnxOpset = 13;
/// The file format's version that came with it.
inline constexpr int kOnnxIrVersion = 7;

/// Names of the graph's input and outputs: `features` float (rows, features), raw, as they are before standardisation;
/// `probabilities` float (rows, classes), each row's softmax; `class` int64 (rows), the most probable, of equal ones
/// the first.
inline constexpr const char* kOnnxInput = "features";
inline constexpr const char* kOnnxProbabilities = "probabilities";
inline constexpr const char* kOnnxClass = "class";

/// Writes the model with its scaler and weights in one graph of standard operators; metadata as in a model file, and
/// for a model of tables feature_names, a JSON array. Returns the file's bytes. `path` holds the old content or the
/// new, never part of it. Throws Error(failed) naming the file, also for a model of more than the 2 GB that an ONNX
/// file can hold.
std::size_t write_onnx(const std::filesystem::path& path, const ModelFile& model);

}  // namespace strata
