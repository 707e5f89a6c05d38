// Images to predict, as they come: one, those of a folder without classes, or paths, a line each.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/formats/image_form.h"
#include "data/read_file.h"
#include "data/row_stream.h"

namespace strata {

/// The images that lie in the folder itself, in byte order of their names; empty if there are folders in it, or none.
/// Throws Error(data) for any other file among them.
std::vector<std::filesystem::path> images_in(const std::filesystem::path& folder);

/// Rows of pixels; their ids are the paths as they are given, in a folder the names. Each image, made as
/// `form` says, must have `sample_shape`. Throws Error(data) naming the file, when it comes to it.
std::unique_ptr<RowStream> image_rows(const std::vector<std::filesystem::path>& files, std::string source,
                                      std::vector<std::size_t> sample_shape, const ImageForm& form);

/// The same of the paths that `lines` has, each on a line of its own; read as they come.
std::unique_ptr<RowStream> image_rows(ByteReader lines, std::vector<std::size_t> sample_shape, const ImageForm& form);

}  // namespace strata
