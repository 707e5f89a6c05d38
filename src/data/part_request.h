// One part of a data set, as a request for data names it.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "data/data_source.h"

namespace strata {

/// A file or folder with the option that named it, and the labels beside it.
struct PartRequest {
  std::string_view option;
  std::filesystem::path data;
  std::optional<std::filesystem::path> labels;
  std::string_view labels_option;
};

/// That of `data` itself.
PartRequest whole_request(const DataRequest& request);

/// Those of the parts that have files of their own; empty: none. Throws Error(usage) for labels without their data.
std::optional<PartRequest> validation_request(const DataRequest& request);
std::optional<PartRequest> test_request(const DataRequest& request);

/// Throws Error(usage) if labels are given beside data that have their own, being `form`, such as "a table".
void reject_labels(const PartRequest& part, std::string_view form);

}  // namespace strata
