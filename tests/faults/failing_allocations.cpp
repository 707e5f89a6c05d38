// For LD_PRELOAD: lets the allocations of a program fail in turn.
//
// Those by operator new and aligned_alloc in the program's own code, from the start of main to its end, are counted
// from
// 1. The one with the number STRATA_FAULT_MEMORY fails, and with STRATA_FAULT_MEMORY_ALL every later one too. How many
// there were is written to the file STRATA_FAULT_MEMORY_COUNT when main returns.

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

/// Where a loaded file's code lies.
struct CodeRange {
  std::uintptr_t first = 0;
  std::uintptr_t last = 0;

  bool has(const void* address) const {
    const auto value = reinterpret_cast<std::uintptr_t>(address);
    return first <= value && value < last;
  }
};

/// The first one is the program itself.
int note_program(dl_phdr_info* info, size_t, void* range) {
  auto& code = *static_cast<CodeRange*>(range);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0) {
      code.first = info->dlpi_addr + segment.p_vaddr;
      code.last = code.first + segment.p_memsz;
    }
  }
  return 1;
}

/// The libraries that allocate on behalf of who calls them.
bool is_standard_library(const char* file) {
  return std::strstr(file, "libstdc++") != nullptr || std::strstr(file, "libfmt") != nullptr ||
         std::strstr(file, "libc.so") != nullptr;
}

std::uint64_t number_of(const char* text) { return text == nullptr ? 0 : std::strtoull(text, nullptr, 10); }

struct Allocations {
  std::uint64_t number = number_of(std::getenv("STRATA_FAULT_MEMORY"));
  bool all = std::getenv("STRATA_FAULT_MEMORY_ALL") != nullptr;
  const char* count_file = std::getenv("STRATA_FAULT_MEMORY_COUNT");
  CodeRange program;
  std::atomic<bool> armed{false};
  std::atomic<std::uint64_t> count{0};
};

Allocations g_allocations;
thread_local bool g_looking = false;  ///< at the stack, which may allocate itself

/// Whether the program's own code asks for memory, itself or through the standard library. Not for the names of files
/// within std::filesystem: libstdc++ 12 ends the program where it has none for those.
bool is_ours() {
  std::array<void*, 32> stack{};
  const int depth = ::backtrace(stack.data(), static_cast<int>(stack.size()));
  bool found = false;
  for (int i = 1; i < depth; ++i) {
    const void* address = stack[static_cast<std::size_t>(i)];
    Dl_info info{};
    if (g_allocations.program.has(address)) {
      found = true;
    } else if (dladdr(address, &info) == 0 || std::strstr(info.dli_fname, "strata_faults") != nullptr) {
      continue;
    } else if (!is_standard_library(info.dli_fname)) {
      return found;
    } else if (info.dli_sname != nullptr && std::strstr(info.dli_sname, "St10filesystem") != nullptr) {
      return false;
    }
  }
  return found;
}

/// Whether this allocation is one that fails.
bool fails() {
  if (!g_allocations.armed || g_looking) {
    return false;
  }
  g_looking = true;
  const bool ours = is_ours();
  g_looking = false;
  if (!ours) {
    return false;
  }
  const std::uint64_t number = ++g_allocations.count;
  return g_allocations.number > 0 &&
         (number == g_allocations.number || (g_allocations.all && number > g_allocations.number));
}

void* allocated(std::size_t size, std::size_t alignment) {
  if (fails()) {
    return nullptr;
  }
  void* memory = nullptr;
  return ::posix_memalign(&memory, alignment, size == 0 ? 1 : size) == 0 ? memory : nullptr;
}

void* required(void* memory) {
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}

using Main = int(int, char**, char**);
Main* g_main = nullptr;

void write_count() {
  if (g_allocations.count_file == nullptr) {
    return;
  }
  const int file = ::open(g_allocations.count_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ::dprintf(file, "%llu\n", static_cast<unsigned long long>(g_allocations.count.load()));
  ::close(file);
}

int counted_main(int argc, char** argv, char** environment) {
  std::array<void*, 2> stack{};
  ::backtrace(stack.data(), 2);  // loads what it needs
  ::dl_iterate_phdr(note_program, &g_allocations.program);
  g_allocations.armed = g_allocations.number > 0 || g_allocations.count_file != nullptr;
  const int result = g_main(argc, argv, environment);
  g_allocations.armed = false;
  write_count();
  return result;
}

}  // namespace

extern "C" {

// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): the C library's name
int __libc_start_main(Main* main, int argc, char** argv, void (*init)(), void (*fini)(), void (*linker_fini)(),
                      void* stack_end) {
  using Start = int(Main*, int, char**, void (*)(), void (*)(), void (*)(), void*);
  g_main = main;
  const auto start = reinterpret_cast<Start*>(dlsym(RTLD_NEXT, "__libc_start_main"));
  return start(counted_main, argc, argv, init, fini, linker_fini, stack_end);
}

void* aligned_alloc(size_t alignment, size_t size) noexcept { return allocated(size, alignment); }

}  // extern "C"

constexpr std::size_t kUsual = alignof(std::max_align_t);

void* operator new(std::size_t size) { return required(allocated(size, kUsual)); }
void* operator new[](std::size_t size) { return required(allocated(size, kUsual)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return required(allocated(size, static_cast<std::size_t>(alignment)));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return required(allocated(size, static_cast<std::size_t>(alignment)));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocated(size, kUsual); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocated(size, kUsual); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocated(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocated(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
