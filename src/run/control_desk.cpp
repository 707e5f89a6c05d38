#include "run/control_desk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "io/json_text.h"

namespace strata {

namespace {

using What = ControlRequest::What;

constexpr std::array<std::pair<std::string_view, What>, 5> kRequests{
    {{"pause", What::pause}, {"go_on", What::go_on}, {"stop", What::stop}, {"save", What::save}, {"lr", What::lr}}};
constexpr std::size_t kLongestLine = 4096;
constexpr std::string_view kOver = "the run is over";

Error not_understood(std::string_view json) {
  return usage_error(
      R"({} is no request; expected {{"do":"pause"}}, {{"do":"go_on"}}, {{"do":"stop"}}, {{"do":"save"}} or )"
      R"({{"do":"lr","group":"lower","lr":0.003}})",
      quoted_name(json));
}

}  // namespace

ControlRequest control_request(std::string_view json) {
  const auto object = nlohmann::json::parse(json, nullptr, false);
  if (!object.is_object() || !object.contains("do") || !object.at("do").is_string()) {
    throw not_understood(json);
  }
  const auto* const known =
      std::ranges::find(kRequests, object.at("do").get<std::string>(), &std::pair<std::string_view, What>::first);
  if (known == kRequests.end()) {
    throw not_understood(json);
  }
  const bool rate = known->second == What::lr;
  if (object.size() != (rate ? 3U : 1U) || (rate && (!object.contains("group") || !object.at("group").is_string() ||
                                                     !object.contains("lr") || !object.at("lr").is_number()))) {
    throw not_understood(json);
  }
  return rate ? ControlRequest{known->second, object.at("group").get<std::string>(), object.at("lr").get<double>()}
              : ControlRequest{.what = known->second};
}

ControlFile::ControlFile(std::filesystem::path path) : path_(std::move(path)) {
  constexpr mode_t kOwnerAlone = 0600;
  ::unlink(path_.c_str());
  file_ = FileDescriptor(::open(path_.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerAlone));
  if (!file_ || ::fchmod(file_.get(), kOwnerAlone) != 0) {
    throw failed_error("cannot write {}: {}", path_.string(), system_reason(errno));
  }
}

ControlFile::~ControlFile() { ::unlink(path_.c_str()); }

std::vector<std::string> ControlFile::lines() {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) {
    return {};
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size < read_) {
    read_ = 0;
    rest_.clear();
  }
  std::vector<std::string> lines;
  std::array<char, kLongestLine> bytes{};
  while (read_ < size) {
    const ssize_t count = ::pread(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(read_));
    if (count <= 0) {
      break;
    }
    read_ += static_cast<std::uint64_t>(count);
    for (const char c : std::string_view(bytes.data(), static_cast<std::size_t>(count))) {
      if (c == '\n') {
        lines.push_back(std::exchange(rest_, {}));
      } else if (rest_.size() < kLongestLine) {  // a longer one is no request, however it ends
        rest_ += c;
      }
    }
  }
  return lines;
}

ControlAnswer ControlDesk::ask(std::string_view text, std::chrono::milliseconds patience) {
  std::future<ControlAnswer> answer;
  {
    const std::lock_guard lock(mutex_);
    if (!open_) {
      return {ControlAnswer::Status::refused, std::string(kOver)};
    }
    all_.push_back({std::string(text), {}});
    answer = all_.back().answer.get_future();
  }
  asked_.notify_all();
  if (answer.wait_for(patience) != std::future_status::ready) {
    return {ControlAnswer::Status::waiting, "asked for; it comes between two steps"};
  }
  try {
    return answer.get();
  } catch (const std::future_error&) {  // nobody is there any more to answer
    return {ControlAnswer::Status::refused, std::string(kOver)};
  }
}

std::vector<ControlDesk::Asked> ControlDesk::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(all_, {});
}

void ControlDesk::wait(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  asked_.wait_for(lock, most, [&] { return !all_.empty(); });
}

void ControlDesk::close() {
  const std::lock_guard lock(mutex_);
  open_ = false;
  all_.clear();
}

void ControlDesk::stand(bool paused) {
  const Clock::time_point now = Clock::now();
  const std::lock_guard lock(mutex_);
  standing_.time += standing_.paused ? now - since_ : Clock::duration{};
  standing_.paused = paused;
  since_ = now;
}

ControlDesk::Standing ControlDesk::standing() const {
  const std::lock_guard lock(mutex_);
  return {standing_.paused, standing_.time + (standing_.paused ? Clock::now() - since_ : Clock::duration{})};
}

}  // namespace strata
