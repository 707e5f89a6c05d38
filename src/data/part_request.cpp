#include "data/part_request.h"

#include "core/error.h"

namespace strata {

namespace {

/// Those of the two options that were given.
std::optional<PartRequest> part_request(std::string_view option, const std::optional<std::filesystem::path>& data,
                                        const std::optional<std::filesystem::path>& labels,
                                        std::string_view labels_option) {
  if (labels && !data) {
    throw usage_error("{} {} does not apply without {}", labels_option, labels->string(), option);
  }
  return data ? std::optional(PartRequest{option, *data, labels, labels_option}) : std::nullopt;
}
}  // namespace

PartRequest whole_request(const DataRequest& request) { return {"‹data›", request.data, request.labels, "‹labels›"}; }

std::optional<PartRequest> validation_request(const DataRequest& request) {
  return part_request("‹validation_data›", request.validation_data, request.validation_labels, "‹validation_labels›");
}
std::optional<PartRequest> test_request(const DataRequest& request) {
  return part_request("‹test_data›", request.test_data, request.test_labels, "‹test_labels›");
}

void reject_labels(const PartRequest& part, std::string_view form) {
  if (part.labels) {
    throw usage_error("{} does not apply: {} is {}, which has its own labels", part.labels_option, part.data.string(),
                      form);
  }
}

}  // namespace strata
