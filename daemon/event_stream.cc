#include "daemon/event_stream.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "raft/base/clock.h"
#include "raft/base/mutex.h"

namespace quorate {
namespace {

constexpr std::string_view kSchema = "{\"v\":1,\"seq\":";
constexpr std::int64_t kMicros = 1'000'000;

// Whether everything was written.
bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void append_message(std::string& out, const raft::MessageTrace& message) {
  append_json_field(out, {"type", message.type});
  append_json_field(out, {"from", message.from.value});
  append_json_field(out, {"to", message.to.value});
  append_json_field(out, {"message_term", message.term.value});
  append_json_field(out, {"log_term", message.log.term.value});
  append_json_field(out, {"log_index", message.log.index.value});
  append_json_field(out, {"entries", message.count});
  append_json_field(out, {"message_commit", message.commit.value});
  append_json_field(out, {"reject", message.reject});
  append_json_field(out, {"hint_term", message.hint.term.value});
  append_json_field(out, {"hint_index", message.hint.index.value});
}

// to_rfc3339 for times that rarely leave their second.
class Timestamps {
 public:
  void append(std::string& out, std::int64_t wall_us) {
    if (wall_us / kMicros != second_ || text_.empty()) {
      second_ = wall_us / kMicros;
      text_ = to_rfc3339(second_ * kMicros);
    }
    // "....:56.000000Z": the digits before the Z are the microseconds.
    std::int64_t micros = wall_us % kMicros;
    for (std::size_t at = text_.size() - 2; text_[at] != '.'; --at) {
      text_[at] = static_cast<char>('0' + micros % 10);
      micros /= 10;
    }
    out += text_;
  }

 private:
  std::int64_t second_ = 0;
  std::string text_;
};

}  // namespace

class EventStream::Impl {
 public:
  Impl(EventStreamOptions options, int file) : options_(std::move(options)), file_(file) {
    append_json_field(identity_, {"node", options_.node});
    append_json_field(identity_, {"process", options_.role});
    if (file_ >= 0) writer_ = std::thread([this] { run(); });
  }

  ~Impl() {
    {
      const MutexLock lock(mutex_);
      closing_ = true;
    }
    news_.notify_one();
    if (writer_.joinable()) writer_.join();
    if (file_ >= 0) ::close(file_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] bool is_on() const { return file_ >= 0; }

  [[nodiscard]] std::uint64_t lines_dropped() const {
    const MutexLock lock(mutex_);
    return dropped_;
  }

  // `tail` is the kind and its fields, rendered as `,"key":value` each.
  void push(std::string_view tail) {
    bool wake = false;
    {
      const MutexLock lock(mutex_);  // seq, time and place in the file are one order
      ++seq_;
      if (waiting_.size() < options_.waiting_bytes_max) {
        if (untold_ > 0) tell_dropped();
        append(tail);
      } else {
        drop(1);
      }
      wake = std::exchange(asleep_, false);
    }
    if (wake) news_.notify_one();
  }

  void flush() {
    const MutexLock lock(mutex_);
    const std::uint64_t wanted = seq_;
    hurry_ = true;
    news_.notify_one();
    while (written_ < wanted)
      idle_.wait(mutex_);
  }

 private:
  // One line of number seq_.
  void append(std::string_view tail) QUORATE_REQUIRES(mutex_) {
    waiting_ += kSchema;
    append_number(waiting_, seq_);
    waiting_ += ",\"mono_ns\":";
    append_number(waiting_, system_clock().monotonic_ns());
    waiting_ += ",\"ts\":\"";
    timestamps_.append(waiting_, wall_us());
    waiting_ += '"';
    waiting_ += identity_;
    waiting_ += tail;
    waiting_ += "}\n";
    ++lines_waiting_;
  }

  void drop(std::uint64_t lines) QUORATE_REQUIRES(mutex_) {
    dropped_ += lines;
    untold_ += lines;
  }

  // Takes the number of the line that waits to be appended, which gets the next.
  void tell_dropped() QUORATE_REQUIRES(mutex_) {
    std::string tail;
    append_json_field(tail, {"kind", "events_dropped"});
    append_json_field(tail, {"count", untold_});
    append(tail);
    ++seq_;
    untold_ = 0;
  }

  void run() {
    std::string block;
    while (take(block)) {
      const bool written = write_all(file_, block);
      const MutexLock lock(mutex_);
      if (!written) drop(lines_taken_);
      written_ = taken_;
      idle_.notify_all();
    }
  }

  // Waits for lines and, for a while, for more; false at the end.
  bool take(std::string& block) {
    const MutexLock lock(mutex_);
    while (waiting_.empty() && !closing_) {
      hurry_ = false;
      written_ = seq_;  // what is not here was dropped
      idle_.notify_all();
      asleep_ = true;
      news_.wait(mutex_);
    }
    asleep_ = false;
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.pause_ms);
    while (!closing_ && !hurry_ && std::chrono::steady_clock::now() < until)
      news_.wait_for(mutex_, until - std::chrono::steady_clock::now());
    hurry_ = false;
    if (closing_ && untold_ > 0 && !std::exchange(last_words_, true)) {
      ++seq_;
      tell_dropped();
    }
    block.clear();
    block.swap(waiting_);
    lines_taken_ = std::exchange(lines_waiting_, 0);
    taken_ = seq_;
    return !block.empty();
  }

  const EventStreamOptions options_;
  const int file_;        // -1: off
  std::string identity_;  // the fields that are the same in each line
  mutable Mutex mutex_;
  CondVar news_;  // for the writer
  CondVar idle_;  // for flush()
  std::string waiting_ QUORATE_GUARDED_BY(mutex_);
  std::uint64_t lines_waiting_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::uint64_t lines_taken_ QUORATE_GUARDED_BY(mutex_) = 0;  // being written
  std::uint64_t seq_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::uint64_t taken_ QUORATE_GUARDED_BY(mutex_) = 0;    // seq_ when the writer took them
  std::uint64_t written_ QUORATE_GUARDED_BY(mutex_) = 0;  // up to here, written or dropped
  std::uint64_t dropped_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::uint64_t untold_ QUORATE_GUARDED_BY(mutex_) = 0;  // dropped since the last events_dropped
  bool asleep_ QUORATE_GUARDED_BY(mutex_) = false;       // the writer, and nobody has called it yet
  bool hurry_ QUORATE_GUARDED_BY(mutex_) = false;        // somebody flushes
  bool closing_ QUORATE_GUARDED_BY(mutex_) = false;
  bool last_words_ QUORATE_GUARDED_BY(mutex_) = false;  // told at the end what was dropped
  Timestamps timestamps_ QUORATE_GUARDED_BY(mutex_);
  std::thread writer_;
};

Result<std::unique_ptr<EventStream>> EventStream::open(EventStreamOptions options) {
  int file = -1;
  if (!options.path.empty()) {
    file = ::open(options.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (file < 0) {
      return {Code::kIoError, "event stream " + options.path + ": " + std::strerror(errno)};
    }
  }
  auto impl = std::make_unique<Impl>(std::move(options), file);
  return std::unique_ptr<EventStream>(new EventStream(std::move(impl)));
}

EventStream::EventStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventStream::~EventStream() = default;

void EventStream::emit(std::string_view kind, std::initializer_list<Field> fields) {
  if (!impl_->is_on()) return;
  std::string tail;
  append_json_field(tail, {"kind", kind});
  for (const Field& field : fields)
    append_json_field(tail, field);
  impl_->push(tail);
}

void EventStream::on_event(const raft::Options& replica, const raft::Event& event) {
  if (!impl_->is_on()) return;
  std::string tail;
  append_json_field(tail, {"kind", "raft_" + std::string(raft::to_string(event.kind))});
  append_json_field(tail, {"group", replica.group.value});
  append_json_field(tail, {"raft_role", raft::to_string(event.role)});
  append_json_field(tail, {"term", event.term.value});
  append_json_field(tail, {"commit", event.commit.value});
  append_json_field(tail, {"last_term", event.last.term.value});
  append_json_field(tail, {"last_index", event.last.index.value});
  if (event.peer) append_json_field(tail, {"peer", event.peer->node.value});
  if (event.voted_for) append_json_field(tail, {"vote", event.voted_for->node.value});
  if (event.count != 0) append_json_field(tail, {"count", event.count});
  if (event.message) append_message(tail, *event.message);
  if (!event.detail.empty()) append_json_field(tail, {"detail", event.detail});
  impl_->push(tail);
}

void EventStream::flush() {
  impl_->flush();
}

std::uint64_t EventStream::lines_dropped() const {
  return impl_->lines_dropped();
}

}  // namespace quorate
