// Who has started something of this folder and speaks with the user: the command, a C program, Python.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace strata {

class Trainer;
struct RunSettings;

/// Texts name settings as core/field.h says. All functions are called in the thread that started the work, but for
/// stop_requested(), which any thread may call.
class Face {
 public:
  Face() = default;
  Face(const Face&) = delete;
  Face& operator=(const Face&) = delete;
  virtual ~Face() = default;

  /// What is probably not as it was meant.
  virtual void warn(std::string_view /*text*/) {}
  /// A run goes on where its trainer stands.
  virtual void resumed(const RunSettings& /*settings*/, const Trainer& /*trainer*/) {}
  /// The page of a run is in that file.
  virtual void reported(const std::filesystem::path& /*file*/) {}
  /// What went wrong in the run of that folder, or of one without a folder (empty), as to_json(Diagnosis) has it.
  virtual void diagnosed(const std::filesystem::path& /*folder*/, const nlohmann::ordered_json& /*diagnosis*/) {}
  /// What a request to a run that goes on has done, or why it is refused.
  virtual void controlled(std::string_view /*text*/) {}
  /// A model is in that file.
  virtual void saved(const std::filesystem::path& /*file*/) {}

  /// What a record says of how its run is repeated: the command line that gives these options (asked_json).
  virtual std::string command(const nlohmann::ordered_json& options) const = 0;

  /// From now on there is something to keep, so that a request to stop is to be waited for rather than obeyed at once.
  virtual void begin_to_keep() {}
  /// What has been asked to stop the work: a number above 0, or 0 for nothing.
  virtual int stop_requested() const { return 0; }
  /// All is kept: a request to stop may be obeyed at once again.
  virtual void all_is_kept() {}
};

}  // namespace strata
