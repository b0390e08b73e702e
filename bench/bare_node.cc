// The path that the other one is compared with: the unavoidable work of a commit on three nodes and
// nothing else. Node 0 leads for ever.
//
//   leader:   take whatever waits -> send it to both followers -> append and sync it
//   follower: take whatever has come -> append and sync it -> acknowledge
//   committed: durable on two of the three
//
// Same store, same transport, same messages; no terms, no elections, no repair: a lost message
// stops it.
#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <sstream>
#include <thread>
#include <utility>

#include "bench/node.h"
#include "raft/base/bounded_queue.h"
#include "raft/base/mutex.h"
#include "raft/server/options.h"

namespace quorate::bench {
namespace {

using raft::Entry;
using raft::Index;
using raft::Message;

constexpr raft::Term kTerm{1};
constexpr raft::GroupId kGroup{1};

// The same patience as the measured path has.
std::chrono::nanoseconds poll_of(const NodeOptions& options) {
  if (options.poll_us >= 0) return std::chrono::microseconds(options.poll_us);
  return std::chrono::nanoseconds(raft::ServerOptions{}.poll_ns);
}

class BareNode final : public Node, public raft::TransportReceiver {
 public:
  explicit BareNode(const NodeOptions& options)
      : at_(options.at), work_(SIZE_MAX, poll_of(options)) {}
  ~BareNode() override {
    if (parts_.transport) parts_.transport->stop();
    work_.close();
    if (writer_.joinable()) writer_.join();
  }

  Status start(const NodeOptions& options) {
    auto parts = open_parts(options);
    QUORATE_TRY(parts.status());
    parts_ = std::move(parts).value();
    QUORATE_TRY(parts_.transport->start(*this));
    writer_ = std::thread([this] { write(); });
    return Status::ok();
  }

  std::string role() override {
    if (at_ != 0) return "follower";
    // Leads once both followers can be reached; until then, ask.
    for (std::size_t peer = 1; peer < kNodes; ++peer)
      send_append(peer, {});
    const MutexLock lock(mutex_);
    return heard_[1] && heard_[2] ? "leader" : "follower";
  }

  void submit(raft::SharedBytes data, ClosedLoop::Done done) override {
    static_cast<void>(work_.push_always(Work{.data = std::move(data), .done = std::move(done)}));
  }

  std::string explain() override {
    const MutexLock lock(mutex_);
    std::ostringstream line;
    line << "syncs=" << syncs_ << " durable=" << durable_[0].value << ',' << durable_[1].value
         << ',' << durable_[2].value;
    return line.str();
  }

  void on_messages(std::vector<Message> messages) override {
    for (Message& message : messages) {
      if (auto* append = std::get_if<raft::AppendEntries>(&message.body)) {
        static_cast<void>(work_.push_always(Work{.entries = std::move(append->entries)}));
      } else if (auto* result = std::get_if<raft::AppendEntriesResult>(&message.body)) {
        on_durable(message.from.node.value - 1, result->match);
      }
    }
  }
  void on_peer_lost(raft::NodeId, raft::PeerLoss) override {}

 private:
  // At the leader one proposal, at a follower the entries of one message (may be none).
  struct Work {
    raft::SharedBytes data;
    ClosedLoop::Done done;
    std::vector<Entry> entries;
  };

  // The writer thread.
  void write() {
    std::vector<Work> works;
    while (work_.drain(works, std::chrono::hours{1})) {
      if (works.empty()) continue;
      raft::PersistBatch batch;
      batch.group = kGroup;
      for (Work& work : works)
        take(work, batch.entries);
      if (at_ == 0) {
        for (std::size_t peer = 1; peer < kNodes; ++peer)
          send_append(peer, batch.entries);
      }
      if (!batch.entries.empty()) persist(batch);
      if (at_ == 0) {
        on_durable(0, last_);
      } else {
        send_result();
      }
    }
  }

  void persist(raft::PersistBatch& batch) {
    batch.seq = ++syncs_;
    if (batch.seq == 1) batch.hard_state = raft::HardState{.term = kTerm, .voted_for = {}};
    const Status status = parts_.store->persist({&batch, 1});
    QUORATE_CHECK(status.is_ok());
  }

  void take(Work& work, std::vector<Entry>& entries) {
    if (at_ == 0) {
      last_ = last_.next();
      entries.push_back(
          raft::make_entry({kTerm, last_}, raft::EntryKind::kNormal, std::move(work.data)));
      const MutexLock lock(mutex_);
      waiting_.push_back(std::move(work.done));
      return;
    }
    for (Entry& entry : work.entries) {
      QUORATE_CHECK(entry.id.index == last_.next());
      last_ = entry.id.index;
      entries.push_back(std::move(entry));
    }
  }

  void on_durable(std::size_t node, Index index) {
    std::vector<ClosedLoop::Done> done;
    {
      const MutexLock lock(mutex_);
      heard_[node] = true;
      durable_[node] = std::max(durable_[node], index);
      std::array<Index, kNodes> sorted = durable_;
      std::sort(sorted.begin(), sorted.end());
      while (committed_ < sorted[1]) {
        committed_ = committed_.next();
        done.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
      }
    }
    for (ClosedLoop::Done& one : done)
      one(Ended::kOk);
  }

  Message to(std::size_t peer) const {
    Message message;
    message.cluster = cluster_id();
    message.group = kGroup;
    message.from = replica(at_);
    message.to = replica(peer);
    message.term = kTerm;
    return message;
  }

  void send_append(std::size_t peer, const std::vector<Entry>& entries) {
    Message message = to(peer);
    raft::AppendEntries append;
    if (!entries.empty()) append.prev_log = {kTerm, entries.front().id.index.prev()};
    append.entries = entries;
    message.body = std::move(append);
    parts_.transport->send({std::move(message)});
  }

  void send_result() {
    Message message = to(0);
    raft::AppendEntriesResult result;
    result.outcome = raft::AppendEntriesResult::Outcome::kAccepted;
    result.match = last_;
    message.body = result;
    parts_.transport->send({std::move(message)});
  }

  const std::size_t at_;
  NodeParts parts_;
  BoundedQueue<Work> work_;
  std::atomic<std::uint64_t> syncs_{0};  // counted by the writer thread
  Index last_;                           // the writer thread's
  Mutex mutex_;
  std::array<Index, kNodes> durable_ QUORATE_GUARDED_BY(mutex_);
  std::array<bool, kNodes> heard_ QUORATE_GUARDED_BY(mutex_){};
  Index committed_ QUORATE_GUARDED_BY(mutex_);
  std::deque<ClosedLoop::Done> waiting_ QUORATE_GUARDED_BY(mutex_);  // from committed_ on
  std::thread writer_;
};

}  // namespace

Result<std::unique_ptr<Node>> make_bare_node(const NodeOptions& options) {
  auto node = std::make_unique<BareNode>(options);
  QUORATE_TRY(node->start(options));
  return std::unique_ptr<Node>(std::move(node));
}

}  // namespace quorate::bench
