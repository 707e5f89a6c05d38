// Cases of a good guest: what the library leaves as it was in its caller's process, whose forks and threads it bears.
#include <dirent.h>
#include <pthread.h>
#include <strata.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cfenv>
#include <csignal>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "tests/library/calls.h"
#include "tests/library/support.h"

namespace strata::calls {

namespace {

std::size_t entries(const char* folder) {
  std::size_t count = 0;
  DIR* const open = opendir(folder);
  while (readdir(open) != nullptr) {
    ++count;
  }
  closedir(open);
  return count;
}

long resident_pages() {
  long size = 0;
  long resident = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  EXPECT(std::fscanf(file, "%ld %ld", &size, &resident) == 2);
  std::fclose(file);
  return resident;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kKeepsFreed = true;  // to find what reads it
#else
constexpr bool kKeepsFreed = false;
#endif
#else
constexpr bool kKeepsFreed = false;
#endif

/// Of the signals 1 to 31.
std::vector<void (*)(int)> handlers() {
  std::vector<void (*)(int)> all;
  for (int signal = 1; signal < 32; ++signal) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    all.push_back(action.sa_handler);
  }
  return all;
}

}  // namespace

void leaves_nothing() {
  Rings rings;
  const auto some = [&](int trainers) {
    for (int i = 0; i < trainers; ++i) {
      Trainer trainer(rings.get(), kSettings);
      trainer.run(2);
    }
  };
  some(100);
  const std::size_t threads = entries("/proc/self/task");
  const std::size_t descriptors = entries("/proc/self/fd");
  const long pages = resident_pages();
  some(1000);
  EXPECT(entries("/proc/self/task") == threads && threads == 3);  // with . and ..
  EXPECT(entries("/proc/self/fd") == descriptors);
  EXPECT(kKeepsFreed || resident_pages() < pages + 512);
}

/// The caller's modes of arithmetic neither change nor matter, nor do its signals' masks and handlers change.
void modes() {
  Rings rings;
  const auto handlers_before = handlers();
  sigset_t mask_before;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask_before);
  const std::string expected = Trainer(rings.get(), kSettings).finish();
  std::fesetround(FE_DOWNWARD);
  std::feclearexcept(FE_ALL_EXCEPT);
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040U);  // flush denormals, read them as zeros
  const unsigned mode = _mm_getcsr();
#endif
  {
    Trainer trainer(rings.get(), kSettings);
    EXPECT(trainer.finish() == expected);
  }
#if defined(__x86_64__)
  EXPECT(_mm_getcsr() == mode);
#endif
  EXPECT(std::fegetround() == FE_DOWNWARD && std::fetestexcept(FE_ALL_EXCEPT) == 0);
  std::fesetround(FE_TONEAREST);
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  for (int signal = 1; signal < 32; ++signal) {
    EXPECT(sigismember(&mask, signal) == sigismember(&mask_before, signal));
  }
  EXPECT(handlers() == handlers_before);
}

/// A child goes on with what its parent has made, and so does the parent.
void forks() {
  Rings rings;
  Trainer whole(rings.get(), kSettings);
  const std::string expected = whole.finish();
  Trainer trainer(rings.get(), kSettings);
  trainer.run(5);
  for (int child = 0; child < 3; ++child) {
    const pid_t process = fork();
    if (process == 0) {
      if (child == 0) {  // frees what it never used
        strata_trainer_free(trainer.get());
        _exit(0);
      }
      _exit(trainer.finish() == expected && Trainer(rings.get(), kSettings).finish() == expected ? 0 : 1);
    }
    int status = -1;
    EXPECT(waitpid(process, &status, 0) == process && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  EXPECT(trainer.finish() == expected);
}

void threads() {
  Rings rings;
  const std::string expected = Trainer(rings.get(), kSettings).finish();
  std::vector<std::thread> all;
  std::vector<std::string> hashes(4);
  for (std::string& hash : hashes) {
    all.emplace_back([&hash] {
      Rings own;
      hash = Trainer(own.get(), kSettings).finish();
      strata_trainer* none = nullptr;
      EXPECT(strata_trainer_new(own.get(), nullptr, "{\"epochs\": -1}", nullptr, &none) == STRATA_WRONG_SETTINGS);
      EXPECT(std::string(strata_message()).find("epochs") != std::string::npos);
    });
  }
  for (std::thread& thread : all) {
    thread.join();
  }
  for (const std::string& hash : hashes) {
    EXPECT(hash == expected);
  }
  EXPECT(std::string(strata_message()).empty());
}

}  // namespace strata::calls
