// Folders of images, a folder for each class: docs/formats.md.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_source.h"
#include "data/formats/image.h"

namespace strata {

/// Whether `folder` has folders in it that do not begin with a dot.
bool is_image_folder(const std::filesystem::path& folder);

/// Whether `folder` has a folder `part` (train, validation, also called val or valid, or test) with folders of classes.
bool has_image_part(const std::filesystem::path& folder, std::string_view part);

/// Reads FOLDER/CLASS/*.png, .jpg or .jpeg as the training part, or FOLDER/train/CLASS/…, FOLDER/validation/… and
/// FOLDER/test/… as those parts, of which one at least is there. All images, made as `form` says, have the first one's
/// size and channels, or, of a model, the shape `known`; where they are converted, one in colour makes all of the
/// training part so. sample_shape is {height, width}, with {3} behind it if they are in colour. Rows stand in byte
/// order of CLASS/file, which are their ids; hidden files and folders are skipped. Without `class_names` classes are
/// the training part's folders in byte order; with them, of a model, a class' number is its place there. Decodes by
/// `threads` threads. Throws Error(data) naming the file or folder: anything else in a folder, a class that is empty or
/// not known (unless labels are ignored), an image as image_shape rejects it or of another shape.
DataSource load_image_folder(const std::filesystem::path& folder,
                             const std::optional<std::vector<std::string>>& class_names, LabelUse labels, int threads,
                             const ImageForm& form = {}, std::optional<ImageShape> known = {});

/// The shape of a model's images; empty if its samples are none.
std::optional<ImageShape> image_shape_of(const std::vector<std::size_t>& sample_shape);

}  // namespace strata
