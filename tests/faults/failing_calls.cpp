// For LD_PRELOAD: lets the system calls of a program fail in turn.
//
// Those on files below the folder STRATA_FAULT_BELOW are counted from 1, and written to STRATA_FAULT_LOG, if
// that is given, as `NUMBER NAME PATH`. The one with the number STRATA_FAULT_CALL meets STRATA_FAULT_WAY:
//   ENOSPC, EIO  it fails in this way
//   full         it fails with ENOSPC, a write half done, and so does every later one that needs room
//   EINTR        a write, fsync or flock is interrupted, and not made; other calls are as ever
//   short        a write takes half of its bytes; other calls are as ever
//   INT, TERM    this signal reaches the process before the call
//   KILL         likewise, so that the call is not made
// With STRATA_FAULT_NAMED files without a name (O_TMPFILE) are refused, as some file systems do.

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace {

enum class Way { none, enospc, eio, eintr, full, truncated, interrupt, terminate, kill };

Way way_named(const char* name) {
  struct Named {
    const char* name;
    Way way;
  };
  constexpr std::array<Named, 8> kWays{{{"ENOSPC", Way::enospc},
                                        {"EIO", Way::eio},
                                        {"EINTR", Way::eintr},
                                        {"full", Way::full},
                                        {"short", Way::truncated},
                                        {"INT", Way::interrupt},
                                        {"TERM", Way::terminate},
                                        {"KILL", Way::kill}}};
  for (const Named& known : kWays) {
    if (name != nullptr && std::strcmp(name, known.name) == 0) {
      return known.way;
    }
  }
  return Way::none;
}

std::uint64_t number_of(const char* text) { return text == nullptr ? 0 : std::strtoull(text, nullptr, 10); }

/// The next definition of a function, which is the system's.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

struct SystemCalls {
  const char* below = std::getenv("STRATA_FAULT_BELOW");
  std::uint64_t number = number_of(std::getenv("STRATA_FAULT_CALL"));
  Way way = way_named(std::getenv("STRATA_FAULT_WAY"));
  bool named = std::getenv("STRATA_FAULT_NAMED") != nullptr;
  int log = -1;
  std::atomic<std::uint64_t> count{0};

  SystemCalls() {
    if (const char* path = std::getenv("STRATA_FAULT_LOG")) {
      log = next<int(const char*, int, ...)>("open")(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    }
  }
};

SystemCalls& system_calls() {
  static SystemCalls calls;
  return calls;
}

using Path = std::array<char, 2 * PATH_MAX>;

/// Where a descriptor leads, with a slash behind it; nothing if it leads nowhere.
std::size_t path_of(int descriptor, Path& path) {
  std::array<char, 64> link{};
  if (descriptor == AT_FDCWD) {
    std::snprintf(link.data(), link.size(), "/proc/self/cwd");
  } else {
    std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  }
  const ssize_t size = ::readlink(link.data(), path.data(), PATH_MAX);
  const std::size_t length = size > 0 ? static_cast<std::size_t>(size) : 0;
  path[length] = '/';
  path[length + 1] = '\0';
  return length + 1;
}

/// Where `name` leads from the folder `descriptor`; the descriptor itself without a name.
Path full_path(int descriptor, const char* name) {
  Path path{};
  const std::size_t length = name != nullptr && name[0] == '/' ? 0 : path_of(descriptor, path);
  if (name != nullptr) {
    std::snprintf(path.data() + length, PATH_MAX, "%s", name);
  } else {
    path[length - 1] = '\0';
  }
  return path;
}

/// What becomes of a call.
struct Fate {
  int error = 0;      ///< errno, or 0: it is made
  bool half = false;  ///< of a write
};

bool is_one_of(const char* call, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::strcmp(call, name) == 0) {
      return true;
    }
  }
  return false;
}

bool needs_room(const char* call, int flags) {
  return is_one_of(call, {"write", "pwrite", "mkdir", "rename", "linkat", "fsync", "ftruncate"}) ||
         (is_one_of(call, {"open"}) && (flags & O_CREAT) != 0);
}

Fate fate_of(std::uint64_t number, const char* call, int flags) {
  const SystemCalls& calls = system_calls();
  const bool here = number == calls.number;
  switch (calls.way) {
    case Way::enospc:
      return {here ? ENOSPC : 0, false};
    case Way::eio:
      return {here ? EIO : 0, false};
    case Way::eintr:
      return {here && is_one_of(call, {"write", "pwrite", "fsync", "flock"}) ? EINTR : 0, false};
    case Way::full:
      return {calls.number > 0 && number >= calls.number && needs_room(call, flags) ? ENOSPC : 0, here};
    case Way::truncated:
      return {0, here};
    case Way::interrupt:
    case Way::terminate:
    case Way::kill:
      if (here) {
        ::kill(::getpid(), calls.way == Way::interrupt ? SIGINT : calls.way == Way::terminate ? SIGTERM : SIGKILL);
      }
      return {};
    case Way::none:
      break;
  }
  return {};
}

/// Counts a call on `name` below the folder `descriptor`, and says what becomes of it.
Fate meet(const char* call, int descriptor, const char* name, int flags = 0) {
  SystemCalls& calls = system_calls();
  if (calls.below == nullptr) {
    return {};
  }
  const int before = errno;
  const Path path = full_path(descriptor, name);
  errno = before;
  if (std::strncmp(path.data(), calls.below, std::strlen(calls.below)) != 0) {
    return {};
  }
  const std::uint64_t number = ++calls.count;
  if (calls.log >= 0) {
    ::dprintf(calls.log, "%llu %s %s\n", static_cast<unsigned long long>(number), call, path.data());
  }
  return fate_of(number, call, flags);
}

/// -1 with errno, or what `make` returns.
template <class Make>
auto made(Fate fate, Make make) -> decltype(make()) {
  if (fate.error != 0) {
    errno = fate.error;
    return -1;
  }
  return make();
}

/// A write of `size` bytes, of which `make` does some.
template <class Make>
ssize_t written(const char* call, int descriptor, std::size_t size, Make make) {
  const Fate fate = meet(call, descriptor, nullptr);
  if (fate.half && size > 1) {
    return make(size / 2);
  }
  return made(fate, [&] { return make(size); });
}

int opened(const char* function, int folder, const char* name, int flags, mode_t mode) {
  constexpr int kNameless = O_TMPFILE & ~O_DIRECTORY;
  if (system_calls().named && (flags & kNameless) != 0) {
    errno = EOPNOTSUPP;
    return -1;
  }
  const Fate fate = meet("open", folder, name, (flags & kNameless) != 0 ? flags | O_CREAT : flags);
  return made(fate, [&] { return next<int(int, const char*, int, ...)>(function)(folder, name, flags, mode); });
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
}

/// Defines an open function: its arguments are in `arguments` and behind the parameter `flags`.
#define STRATA_MODE(flags)                       \
  va_list arguments;                             \
  va_start(arguments, flags);                    \
  const mode_t mode = mode_of(flags, arguments); \
  va_end(arguments)

}  // namespace

extern "C" {

int open(const char* name, int flags, ...) {
  STRATA_MODE(flags);
  return opened("openat", AT_FDCWD, name, flags, mode);
}

int open64(const char* name, int flags, ...) {
  STRATA_MODE(flags);
  return opened("openat64", AT_FDCWD, name, flags, mode);
}

int openat(int folder, const char* name, int flags, ...) {
  STRATA_MODE(flags);
  return opened("openat", folder, name, flags, mode);
}

int openat64(int folder, const char* name, int flags, ...) {
  STRATA_MODE(flags);
  return opened("openat64", folder, name, flags, mode);
}

int close(int descriptor) {
  const Fate fate = meet("close", descriptor, nullptr);
  const int result = next<int(int)>("close")(descriptor);  // the descriptor is gone even if that fails
  return made(fate, [&] { return result; });
}

ssize_t write(int descriptor, const void* bytes, size_t size) {
  return written("write", descriptor, size, [&](std::size_t part) {
    return next<ssize_t(int, const void*, size_t)>("write")(descriptor, bytes, part);
  });
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  return written("pwrite", descriptor, size, [&](std::size_t part) {
    return next<ssize_t(int, const void*, size_t, off_t)>("pwrite")(descriptor, bytes, part, offset);
  });
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  return written("pwrite", descriptor, size, [&](std::size_t part) {
    return next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64")(descriptor, bytes, part, offset);
  });
}

int fsync(int descriptor) {
  return made(meet("fsync", descriptor, nullptr), [&] { return next<int(int)>("fsync")(descriptor); });
}

int fdatasync(int descriptor) {
  return made(meet("fsync", descriptor, nullptr), [&] { return next<int(int)>("fdatasync")(descriptor); });
}

int ftruncate(int descriptor, off_t size) {
  return made(meet("ftruncate", descriptor, nullptr),
              [&] { return next<int(int, off_t)>("ftruncate")(descriptor, size); });
}

int ftruncate64(int descriptor, off64_t size) {
  return made(meet("ftruncate", descriptor, nullptr),
              [&] { return next<int(int, off64_t)>("ftruncate64")(descriptor, size); });
}

int fchmod(int descriptor, mode_t mode) {
  return made(meet("fchmod", descriptor, nullptr), [&] { return next<int(int, mode_t)>("fchmod")(descriptor, mode); });
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"  // the structure of this name
int flock(int descriptor, int operation) {
  return made(meet("flock", descriptor, nullptr), [&] { return next<int(int, int)>("flock")(descriptor, operation); });
}
#pragma GCC diagnostic pop

int mkdir(const char* name, mode_t mode) {
  return made(meet("mkdir", AT_FDCWD, name), [&] { return next<int(const char*, mode_t)>("mkdir")(name, mode); });
}

int rename(const char* from, const char* to) {
  return made(meet("rename", AT_FDCWD, to), [&] { return next<int(const char*, const char*)>("rename")(from, to); });
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  return made(meet("rename", to_folder, to), [&] {
    return next<int(int, const char*, int, const char*)>("renameat")(from_folder, from, to_folder, to);
  });
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  return made(meet("linkat", to_folder, to), [&] {
    return next<int(int, const char*, int, const char*, int)>("linkat")(from_folder, from, to_folder, to, flags);
  });
}

int unlink(const char* name) {
  return made(meet("unlink", AT_FDCWD, name), [&] { return next<int(const char*)>("unlink")(name); });
}

int unlinkat(int folder, const char* name, int flags) {
  return made(meet("unlink", folder, name),
              [&] { return next<int(int, const char*, int)>("unlinkat")(folder, name, flags); });
}

int remove(const char* name) {
  return made(meet("unlink", AT_FDCWD, name), [&] { return next<int(const char*)>("remove")(name); });
}

int rmdir(const char* name) {
  return made(meet("unlink", AT_FDCWD, name), [&] { return next<int(const char*)>("rmdir")(name); });
}

}  // extern "C"
