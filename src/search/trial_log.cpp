#include "search/trial_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <fstream>
#include <iterator>
#include <new>
#include <span>
#include <utility>

#include "core/error.h"
#include "io/atomic_file.h"
#include "io/json_text.h"

namespace strata {

namespace {

constexpr mode_t kNewFile = 0666;  // less what the umask takes

/// Versions up to 0.1.0 kept paths as they were typed.
TrialRecord kept(TrialRecord record) {
  record.options = with_stored_paths(std::move(record.options));
  record.key = trial_key(record.options);
  return record;
}

}  // namespace

std::string kept_key(nlohmann::ordered_json options) { return trial_key(with_stored_paths(std::move(options))); }

TrialLog::TrialLog(const std::filesystem::path& path, Monitor monitor) : name_(path.string()), monitor_(monitor) {
  open();
  read();
}

void TrialLog::open() {
  file_ = FileDescriptor(::open(name_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kNewFile));
  if (!file_) {
    throw failed_error("cannot write {}: {}", name_, system_reason(errno));
  }
}

void TrialLog::read() {
  std::ifstream in(name_, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::size_t first = 0;
  std::size_t number = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', first)) {
    ++number;
    try {
      TrialRecord record = kept(trial_record(parse_json(std::string_view(text).substr(first, end - first))));
      std::string key = record.key;
      records_.insert_or_assign(std::move(key), std::move(record));
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      throw data_error("{}: line {} is no trial's record ({}); remove the line, and its trial runs again", name_,
                       number, error.what());
    }
    first = end + 1;
  }
  if (first < text.size() && ::ftruncate(file_.get(), static_cast<off_t>(first)) != 0) {
    throw failed_error("cannot write {}: {}", name_, system_reason(errno));
  }
}

const TrialRecord* TrialLog::find(const std::string& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

const TrialRecord& TrialLog::append(const TrialRecord& record) {
  TrialRecord own = kept(record);
  if (file_) {
    write_line(own);
  }
  std::string key = own.key;
  return records_.insert_or_assign(std::move(key), std::move(own)).first->second;
}

void TrialLog::replace(const TrialRecord& record) {
  if (file_) {
    std::ifstream in(name_, std::ios::binary);
    AtomicFile file(name_);
    for (std::string line; std::getline(in, line);) {
      const bool own = kept_key(parse_json(line).at("options")) == record.key;
      const std::string text = own ? line_of(record) : line + "\n";
      file.write(std::as_bytes(std::span(text)));
    }
    file.commit();
    open();  // what was open is the file that has gone
  }
  records_.insert_or_assign(record.key, record);
}

std::string TrialLog::line_of(const TrialRecord& record) const { return json_text(to_json(record, monitor_)) + "\n"; }

void TrialLog::write_line(const TrialRecord& record) {
  const std::string line = line_of(record);
  write_all(file_.get(), std::as_bytes(std::span(line)), name_);
  if (!make_durable(file_.get())) {
    throw failed_error("cannot write {}: {}", name_, system_reason(errno));
  }
}

}  // namespace strata
