// A part of a run that every rank goes through, and that fails for all as soon as it fails for one.
#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <string>

#include "core/error.h"
#include "dist/communicator.h"

namespace strata {

/// A failure that all ranks have agreed on, so that each may end by itself. One of them has the message.
class SharedFailure : public std::exception {
 public:
  SharedFailure(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const noexcept { return kind_; }
  /// Whether this rank is the one that has the message.
  bool speaks() const noexcept { return !message_.empty(); }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorKind kind_;
  std::string message_;
};

/// Calls work() on every rank, which must not exchange anything itself. If it throws on any, throws SharedFailure on
/// all: of the lowest rank that failed, which names itself unless it is rank 0. One rank alone: work() as it is.
void together(Communicator& ranks, const std::function<void()>& work);

/// The largest of the ranks' values. Every rank calls it.
int largest_of(Communicator& ranks, int value);
/// Their sum. Every rank calls it.
int sum_of(Communicator& ranks, int value);

}  // namespace strata
