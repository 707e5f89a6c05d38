// Reads an event file back: its records' frames, checked, and the events in them.
#pragma once

#include <tensorboard.pb.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/event_records.h"
#include "tests/core/temporary_folder.h"

namespace strata::test {

namespace tb = strata::tensorboard;

/// TensorFlow's mask: rotated right by 15 bits, plus a constant.
inline std::uint32_t tfrecord_crc(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8U; }

template <class Number>
Number number_at(std::string_view text, std::size_t place) {
  Number number{};
  if (place + sizeof(number) > text.size()) {
    throw std::runtime_error("the file ends within a record");
  }
  std::memcpy(&number, text.data() + place, sizeof(number));
  return number;
}

inline std::vector<tb::Event> events_of(std::string_view text) {
  std::vector<tb::Event> events;
  for (std::size_t place = 0; place < text.size();) {
    const auto length = number_at<std::uint64_t>(text, place);
    if (number_at<std::uint32_t>(text, place + 8) != tfrecord_crc(text.substr(place, 8)) ||
        number_at<std::uint32_t>(text, place + 12 + length) != tfrecord_crc(text.substr(place + 12, length))) {
      throw std::runtime_error("a record's CRC does not fit");
    }
    if (!events.emplace_back().ParseFromString(std::string(text.substr(place + 12, length)))) {
      throw std::runtime_error("a record is no event");
    }
    place += 16 + length;
  }
  return events;
}

/// The event files of a folder, in the order of their names.
inline std::vector<tb::Event> events_in(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().find("tfevents") != std::string::npos) {
      files[entry.path().string()] = read_text(entry.path());
    }
  }
  std::string all;
  for (const auto& [name, text] : files) {
    all += text;
  }
  return events_of(all);
}

/// (step, value) of every scalar, by tag.
inline std::map<std::string, std::vector<std::pair<std::int64_t, float>>> scalars_of(
    const std::vector<tb::Event>& events) {
  std::map<std::string, std::vector<std::pair<std::int64_t, float>>> scalars;
  for (const tb::Event& event : events) {
    for (const tb::SummaryValue& value : event.summary().value()) {
      if (!value.has_metadata()) {
        scalars[value.tag()].emplace_back(event.step(), value.simple_value());
      }
    }
  }
  return scalars;
}

/// The HParams content under that tag; the first one, as TensorBoard takes it.
inline tb::HParams hparams_of(const std::vector<tb::Event>& events, const std::string& tag) {
  tb::HParams content;
  for (const tb::Event& event : events) {
    for (const tb::SummaryValue& value : event.summary().value()) {
      if (value.tag() == "_hparams_/" + tag) {
        if (value.metadata().plugin_data().plugin_name() != "hparams" ||
            !content.ParseFromString(value.metadata().plugin_data().content())) {
          throw std::runtime_error("no HParams content");
        }
        return content;
      }
    }
  }
  throw std::runtime_error("no event of " + tag);
}

}  // namespace strata::test
