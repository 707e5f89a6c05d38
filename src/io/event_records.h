// The records of TensorBoard's event files, and their checksum: docs/formats.md.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strata {

/// The CRC of `bytes` by Castagnoli's polynomial 0x1edc6f41, bits reflected (RFC 3720, appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

// Of the functions below those that return text give one framed record, or more.

/// Seconds since 1970, as events have them.
double wall_time();

/// `events.out.tfevents.` and what tells files of one folder apart; they are read in the order of their names.
std::string event_file_name(std::string_view suffix);

/// What every file begins with.
std::string event_file_head(double time);

/// A value that TensorBoard draws over steps under its tag; kept as fp32.
struct Scalar {
  std::string tag;
  double value = 0;
};

std::string scalars_event(double time, std::uint64_t step, std::span<const Scalar> scalars);

/// Says that a process starts at `step`. From a folder's second such event on, readers forget what they have of that
/// step and of later ones.
std::string start_event(double time, std::uint64_t step);

/// A session, for TensorBoard's HParams: a training run with its options.
struct Session {
  const nlohmann::ordered_json& options;  ///< numbers, strings and booleans; anything else is shown as JSON text
  std::string group;                      ///< sessions of one group differ in their seeds alone; empty: its own
};

std::string session_start_event(double time, const Session& session);
std::string session_end_event(double time, bool success);

/// An option that the sessions of an experiment do not share.
struct Hyperparameter {
  std::string name;
  bool numeric = false;
  std::vector<std::string> values{};                              ///< those it may have; empty: any
  std::optional<std::pair<double, double>> range = std::nullopt;  ///< of a number; instead of values
};

/// An experiment: what its sessions vary, and the tags of the scalars by which they are compared.
std::string experiment_event(double time, std::span<const Hyperparameter> hyperparameters,
                             std::span<const std::string> metrics);

/// The option as JSON: a number if the hyperparameter is numeric, else a string.
nlohmann::ordered_json hyperparameter_value(const std::string& text, bool numeric);

}  // namespace strata
