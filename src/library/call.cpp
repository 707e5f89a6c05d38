#include "library/call.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include "core/field.h"
#include "core/text.h"
#include "engine/panels/engine.h"

namespace strata::library {

namespace {

/// Of the calling thread: `shown` is `text`, or one that needs no memory.
struct LastMessage {
  std::string text;
  const char* shown = "";
};
thread_local LastMessage last;

constexpr const char* kOutOfMemory = "out of memory; give smaller data, a smaller network or fewer threads";

void say(const char* text) noexcept {
  try {
    last.text = plain(utf8_text(text));  // of names of files, say
    last.shown = last.text.c_str();
  } catch (const std::exception&) {
    last.shown = kOutOfMemory;
  }
}

int code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::failed:
      return STRATA_FAILED;
    case ErrorKind::usage:
      return STRATA_WRONG_SETTINGS;
    case ErrorKind::data:
      return STRATA_BAD_DATA;
  }
  return STRATA_FAILED;
}

/// For strata_free(), with a zero behind it.
void* copied(const std::string& bytes) {
  void* const memory = std::malloc(bytes.size() + 1);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  std::memcpy(memory, bytes.c_str(), bytes.size() + 1);
  return memory;
}

}  // namespace

const char* message() noexcept { return last.shown; }

void prepare() {
  static const bool registered = [] {  // once a process; nothing of it can be lost or changed
    register_panels_engine();
    return true;
  }();
  static_cast<void>(registered);
}

void clear_message() noexcept { last.shown = ""; }

int code_of_exception() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    say(error.what());
    return code_of(error.kind());
  } catch (const std::bad_alloc&) {
    last.shown = kOutOfMemory;
  } catch (const std::exception& error) {
    say(error.what());
  } catch (...) {
    last.shown = "an exception of an unknown type";
  }
  return STRATA_FAILED;
}

int told(int code) {
  last.shown = code == STRATA_DIVERGED  ? "the loss is no longer finite; try smaller learning rates"
               : code == STRATA_STOPPED ? "stopped on request"
                                        : "";
  return code;
}

char* given_text(const std::string& text) { return static_cast<char*>(copied(text)); }

unsigned char* given_bytes(const std::string& bytes) { return static_cast<unsigned char*>(copied(bytes)); }

}  // namespace strata::library
