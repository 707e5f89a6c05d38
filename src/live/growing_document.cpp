#include "live/growing_document.h"

#include <algorithm>
#include <ctime>
#include <exception>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "report/page.h"
#include "report/report.h"

namespace strata {

namespace {

using Json = nlohmann::ordered_json;

/// A document is made no sooner after the last one than this, and than so many times what making that one took.
constexpr std::chrono::milliseconds kShortest{500};
constexpr int kTimesItsCost = 250;

/// CPU time of the calling thread.
std::chrono::nanoseconds thread_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// `folder` as pages embed it; `version`: of a document that others may follow.
std::string text_of(Json folder, std::optional<std::uint64_t> version) {
  Json data = page_data(std::move(folder));
  if (version) {
    data["live"] = {{"version", *version}};
  }
  return script_json(data);
}

}  // namespace

GrowingDocument::GrowingDocument(std::string title, std::function<Json()> make)
    : title_(std::move(title)), make_(std::move(make)) {}

LiveSource::State GrowingDocument::wait(std::uint64_t seen, std::chrono::milliseconds patience) {
  const Clock::time_point deadline = Clock::now() + patience;
  std::unique_lock lock(mutex_);
  while (state_.version == seen && !state_.last) {
    const Clock::time_point now = Clock::now();
    if (!making_ && now >= due_) {
      renew(lock);
    } else if (now >= deadline) {
      break;
    } else {
      changed_.wait_until(lock, making_ ? deadline : std::min(due_, deadline));
    }
  }
  return state_;
}

std::string GrowingDocument::page() {
  std::unique_lock lock(mutex_);
  while (making_) {
    changed_.wait(lock);
  }
  if (!state_.last && Clock::now() >= due_) {
    renew(lock);
  }
  const std::shared_ptr<const std::string> document = state_.document;
  lock.unlock();
  if (!document) {
    throw failed_error("there is nothing to show of {}", title_);
  }
  return live_page(title_, *document);
}

void GrowingDocument::renew(std::unique_lock<std::mutex>& lock) {
  making_ = true;
  const std::uint64_t version = state_.version + 1;
  lock.unlock();
  std::shared_ptr<const std::string> document;
  const std::chrono::nanoseconds before = thread_time();
  try {
    document = std::make_shared<const std::string>(text_of(make_(), version));
  } catch (const std::exception&) {  // who reads on has what there was; a run is not to end by it
  }
  const std::chrono::nanoseconds cost = thread_time() - before;
  lock.lock();
  making_ = false;
  due_ = Clock::now() + std::max<Clock::duration>(kShortest, kTimesItsCost * cost);
  if (document) {
    state_.document = std::move(document);
    state_.version = version;
  }
  changed_.notify_all();
}

void GrowingDocument::end(Json folder) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !making_; });
  if (!folder.is_null()) {
    state_.document = std::make_shared<const std::string>(text_of(std::move(folder), std::nullopt));
    ++state_.version;
  }
  state_.last = true;
  changed_.notify_all();
}

LiveFolder::LiveFolder(std::filesystem::path folder, std::uint16_t port)
    : folder_(std::move(folder)), document_(utf8_text(folder_name(folder_)), [this] {
        nlohmann::ordered_json json = growing_folder(folder_);
        if (const double left = seconds_left_; left >= 0 && json.contains("progress")) {
          json["progress"]["seconds_left"] = left;
        }
        return json;
      }) {
  server_ = make_live_server({.source = document_, .control = {}}, port);
}

LiveFolder::~LiveFolder() { document_.end({}); }

void LiveFolder::finish(int threads) {
  document_.end(reported_folder(folder_, threads));
  server_->stop();
}

}  // namespace strata
