#include "examples/kv/load_run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "examples/kv/stream_link.h"
#include "examples/kv/unary_link.h"
#include "raft/base/clock.h"

namespace quorate::kv {
namespace {

// What all logical clients of a run share.
struct Run {
  const LoadOptions& options;
  std::int64_t counted_from = 0;  // monotonic
  std::int64_t counted_to = 0;
  std::atomic<std::int64_t> last_commit{0};
  std::atomic<std::int64_t> longest_gap{0};
  Mutex mutex;
  CondVar ended;
  std::size_t running QUORATE_GUARDED_BY(mutex) = 0;

  void note_commit(std::int64_t now) {
    const std::int64_t gap = now - last_commit.exchange(now, std::memory_order_relaxed);
    std::int64_t longest = longest_gap.load(std::memory_order_relaxed);
    while (gap > longest && !longest_gap.compare_exchange_weak(longest, gap)) {
    }
  }
};

struct Counted {
  std::uint64_t committed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t unknown = 0;
  std::uint64_t repeated_attempts = 0;
  std::vector<std::uint32_t> latencies;  // tenths of a microsecond
};

class LoadClient {
 public:
  LoadClient(Run& run, std::uint64_t id, KvLink& link, Delays& delays)
      : run_(run),
        id_(id),
        workload_(run.options.workload, id, run.options.seed * 1'000'003 + id),
        caller_({.servers = run.options.link.servers,
                 .connection = id,
                 .sessions = run.options.sessions,
                 .patience = std::chrono::milliseconds(run.options.patience_ms)},
                link,
                delays) {}

  // Draws operations until the run is over.
  void start() { begin(workload_.next()); }
  // Reads each key once, one after the other.
  void start_reading_all() {
    next_read_ = 0;
    read_next();
  }
  [[nodiscard]] const Counted& counted() const { return counted_; }

 private:
  void begin(v1::Request request) {
    operation_ = {};
    operation_.client = id_;
    operation_.op = ++ops_;
    operation_.request = request;
    operation_.invoke_ns = system_clock().monotonic_ns();
    caller_.call(std::move(request), [this](Ended ended) { on_ended(std::move(ended)); });
  }

  void read_next() {
    v1::Request request;
    request.mutable_get()->set_key(workload_.key((*next_read_)++));
    begin(std::move(request));
  }

  void on_ended(Ended ended) {
    const std::int64_t now = system_clock().monotonic_ns();
    record(ended, now);
    if (next_read_ ? *next_read_ < run_.options.workload.keys : now < run_.counted_to) {
      return next_read_ ? read_next() : begin(workload_.next());
    }
    const MutexLock lock(run_.mutex);
    --run_.running;
    run_.ended.notify_all();
  }

  void record(Ended& ended, std::int64_t now) {
    const bool committed = ended.ending == raft::Ending::kCommitted;
    if (committed) workload_.learn(operation_.request, ended.response);
    const bool counted = now >= run_.counted_from && now < run_.counted_to;
    if (counted) count(ended, now);
    if (!run_.options.history) return;
    if (ended.stamp) {
      v1::Stamp& stamp = *operation_.request.mutable_stamp();
      stamp.set_session(ended.stamp->session.value);
      stamp.set_number(ended.stamp->number);
    }
    operation_.outcome = ended.ending;
    operation_.response.Swap(&ended.response);
    operation_.return_ns = now;
    operation_.server = run_.options.link.servers[ended.server];
    operation_.attempts = ended.attempts;
    run_.options.history->append(operation_);
  }

  void count(const Ended& ended, std::int64_t now) {
    counted_.repeated_attempts += ended.attempts > 0 ? ended.attempts - 1 : 0;
    if (ended.ending == raft::Ending::kRejected) ++counted_.rejected;
    if (ended.ending == raft::Ending::kUnknown) ++counted_.unknown;
    if (ended.ending != raft::Ending::kCommitted) return;
    ++counted_.committed;
    run_.note_commit(now);
    counted_.latencies.push_back(static_cast<std::uint32_t>(
        std::min<std::int64_t>((now - operation_.invoke_ns) / 100, UINT32_MAX)));
  }

  Run& run_;
  const std::uint64_t id_;
  Workload workload_;
  KvCaller caller_;
  HistoryOperation operation_;
  std::uint64_t ops_ = 0;
  std::optional<std::size_t> next_read_;
  Counted counted_;
};

void wait_until_ended(Run& run) {
  const MutexLock lock(run.mutex);
  while (run.running > 0)
    run.ended.wait(run.mutex);
}

void set_running(Run& run, std::size_t count) {
  const MutexLock lock(run.mutex);
  run.running = count;
}

LoadFigures sum_up(const Run& run, const std::vector<std::unique_ptr<LoadClient>>& clients) {
  LoadFigures figures;
  std::vector<std::uint32_t> latencies;
  for (const auto& client : clients) {
    const Counted& counted = client->counted();
    figures.committed += counted.committed;
    figures.rejected += counted.rejected;
    figures.unknown += counted.unknown;
    figures.repeated_attempts += counted.repeated_attempts;
    latencies.insert(latencies.end(), counted.latencies.begin(), counted.latencies.end());
  }
  std::ranges::sort(latencies);
  const auto at = [&latencies](double quantile) {
    if (latencies.empty()) return 0.0;
    const auto place = static_cast<std::size_t>(quantile * static_cast<double>(latencies.size()));
    return latencies[std::min(place, latencies.size() - 1)] / 1e4;
  };
  figures.seconds = static_cast<double>(run.counted_to - run.counted_from) / 1e9;
  figures.p50_ms = at(0.5);
  figures.p99_ms = at(0.99);
  figures.p999_ms = at(0.999);
  figures.longest_ms = at(1.0);
  figures.longest_gap_ms = static_cast<double>(run.longest_gap.load()) / kNsPerMs;
  return figures;
}

}  // namespace

LoadFigures run_load(const LoadOptions& options) {
  const auto link = options.mode == LoadMode::kUnary ? make_unary_link(options.link)
                                                     : make_stream_link(options.link);
  Delays delays;
  Run run{.options = options};
  run.counted_from = system_clock().monotonic_ns() + options.warmup_ms * 1'000'000;
  run.counted_to = run.counted_from + options.measure_ms * 1'000'000;
  run.last_commit = run.counted_from;
  std::vector<std::unique_ptr<LoadClient>> clients;
  for (std::size_t id = 0; id < options.clients; ++id)
    clients.push_back(std::make_unique<LoadClient>(run, id, *link, delays));
  set_running(run, clients.size());
  for (const auto& client : clients)
    client->start();
  wait_until_ended(run);
  LoadFigures figures = sum_up(run, clients);
  if (options.history) {
    LoadClient reader(run, options.clients, *link, delays);
    set_running(run, 1);
    reader.start_reading_all();
    wait_until_ended(run);
  }
  return figures;
}

}  // namespace quorate::kv
