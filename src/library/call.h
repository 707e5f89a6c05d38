// A call of the C interface: what it throws becomes a code and the thread's last message.
#pragma once

#include <strata.h>

#include <cfenv>
#include <cstddef>
#include <string>
#include <utility>

#include "core/error.h"

namespace strata::library {

/// What the calling thread's last call has to say; never null.
const char* message() noexcept;

/// The exception being handled as a code, with its text as the thread's message.
int code_of_exception() noexcept;

/// Makes known what the library computes with.
void prepare();

/// From now on the thread has nothing to say.
void clear_message() noexcept;

/// While it lives, the calling thread computes as a program's threads do at its start, whatever mode the caller has;
/// afterwards that is as it was, with the exceptions that it had raised.
class OwnArithmetic {
 public:
  OwnArithmetic() {
    std::fegetenv(&before_);
    std::fesetenv(FE_DFL_ENV);
  }
  ~OwnArithmetic() { std::fesetenv(&before_); }
  OwnArithmetic(const OwnArithmetic&) = delete;
  OwnArithmetic& operator=(const OwnArithmetic&) = delete;

 private:
  std::fenv_t before_{};
};

/// The code of a run that did not fail, with what it means as the thread's message.
int told(int code);

/// work(), which returns a code, as a call.
template <class Work>
int call(const Work& work) noexcept {
  const OwnArithmetic arithmetic;
  clear_message();
  try {
    prepare();
    return work();
  } catch (...) {
    return code_of_exception();
  }
}

/// The same of work that can only succeed or throw.
template <class Work>
int done(const Work& work) noexcept {
  return call([&] {
    work();
    return static_cast<int>(STRATA_OK);
  });
}

/// The text that make() gives, made once and there for ever; "" as long as there is no memory for it.
template <class Make>
const char* lasting_text(const Make& make) noexcept {
  try {
    static const std::string text = make();
    return text.c_str();
  } catch (const std::exception&) {
    return "";
  }
}

/// The argument called `name`. Throws Error(usage) if it is null.
template <class T>
T& required(T* argument, const char* name) {
  if (argument == nullptr) {
    throw usage_error("{} is null; expected one", name);
  }
  return *argument;
}

/// A text for strata_free(). Throws std::bad_alloc.
char* given_text(const std::string& text);

/// Bytes for strata_free(). Throws likewise.
unsigned char* given_bytes(const std::string& bytes);

}  // namespace strata::library
