#include "daemon/event_stream.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "raft/base/bounded_queue.h"
#include "raft/base/clock.h"
#include "raft/base/mutex.h"

namespace quorate {
namespace {

constexpr int kSchemaVersion = 1;
constexpr auto kIdle = std::chrono::seconds(1);

std::int64_t wall_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

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

}  // namespace

class EventStream::Impl {
 public:
  Impl(EventStreamOptions options, int file)
      : options_(std::move(options)), file_(file), queue_(options_.queue_lines_max) {
    if (file_ >= 0) writer_ = std::thread([this] { write_lines(); });
  }

  ~Impl() {
    queue_.close();
    if (writer_.joinable()) writer_.join();
    if (file_ >= 0) ::close(file_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] bool is_on() const { return file_ >= 0; }
  [[nodiscard]] std::uint64_t lines_dropped() const { return dropped_.load(); }

  // `tail` is the kind and its fields, rendered as `,"key":value` each.
  void push(std::string_view tail) {
    const MutexLock lock(mutex_);  // seq, time and place in the queue are one order
    std::string line = "{\"v\":";
    line += std::to_string(kSchemaVersion);
    line += ",\"seq\":" + std::to_string(++seq_);
    line += ",\"mono_ns\":" + std::to_string(system_clock().monotonic_ns());
    line += ",\"ts\":\"" + to_rfc3339(wall_us()) + '"';
    append_json_field(line, {"node", options_.node});
    append_json_field(line, {"process", options_.role});
    line += tail;
    line += "}\n";
    if (queue_.push(std::move(line)) != Push::kDone) dropped_.fetch_add(1);
  }

 private:
  void write_lines() {
    std::vector<std::string> lines;
    std::string block;
    while (queue_.drain(lines, kIdle)) {
      block.clear();
      for (const std::string& line : lines)
        block += line;
      if (!write_all(file_, block)) dropped_.fetch_add(lines.size());
    }
  }

  const EventStreamOptions options_;
  const int file_;  // -1: off
  std::atomic<std::uint64_t> dropped_{0};
  Mutex mutex_;
  std::uint64_t seq_ QUORATE_GUARDED_BY(mutex_) = 0;
  BoundedQueue<std::string> queue_;
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
  if (event.count != 0) append_json_field(tail, {"count", event.count});
  if (!event.detail.empty()) append_json_field(tail, {"detail", event.detail});
  impl_->push(tail);
}

std::uint64_t EventStream::lines_dropped() const {
  return impl_->lines_dropped();
}

}  // namespace quorate
