// Inbox: the only way to the raft thread.
//
// What others ask for (requests, peers' messages) is bounded and turned away when full; what our
// own loops report (completions) always enters, because the core waits for it and each was bounded
// when it was asked for.
//
// Thread: post functions by any thread; drain() by the raft thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "raft/base/bounded_queue.h"
#include "raft/core/consensus.h"
#include "raft/server/callbacks.h"
#include "raft/server/options.h"
#include "raft/server/write_listener.h"
#include "raft/transport/transport.h"

namespace quorate::raft {

namespace inbox {

struct Propose {
  SharedBytes data;
  std::optional<Term> expected_term;
  ProposeCallback done;
};
struct Read {
  ReadMode mode = ReadMode::kReadIndex;
  ReadCallback done;
};
struct ReadAtLeast {
  ReadPoint at;
  std::int64_t timeout_ns = 0;
  ReadCallback done;
};
struct Received {
  std::vector<Message> messages;
  std::size_t bytes = 0;
};
struct PeerLost {
  NodeId peer;
  PeerLoss loss = PeerLoss::kDisconnected;
};
struct ChangeMembership {
  MembershipChange change;
  ChangeCallback done;
};
struct Transfer {
  std::optional<NodeId> target;  // nothing: whoever knows most
};
struct StepDown {};
// Of a host of many groups (rest_gate.h): a leader asks to rest, or is answered.
struct Rest {
  RestOrder order;
  ReplicaId from;
  BeatEpoch epoch;  // of the beat that brought it
};
struct Rested {
  RestResult result;
  ReplicaId from;
  BeatEpoch epoch;
};
struct Recording {
  RecordingCallback done;
};
// Completions.
struct Persisted {
  std::uint64_t seq = 0;
};
struct Fetched {
  ReplicaId peer;
  Index first;
  std::vector<Entry> entries;
};
struct SnapshotTaken {
  Index last;
};
struct SnapshotFailed {  // for people: taking, reading or writing one
  Status reason;
};
struct SnapshotRead {
  SnapshotPiece piece;
};
enum class SnapshotStep : std::uint8_t { kUnread, kReceived, kVerified, kRefused };
struct SnapshotReport {
  SnapshotTransfer transfer;
  SnapshotStep step = SnapshotStep::kUnread;
  std::uint64_t held = 0;  // kReceived: bytes of the content
};
struct Wake {};  // look at what the other loops left: the applied index, a fatal error

using Item = std::variant<Propose,
                          Read,
                          ReadAtLeast,
                          ChangeMembership,
                          Received,
                          PeerLost,
                          Transfer,
                          StepDown,
                          Rest,
                          Rested,
                          Recording,
                          Persisted,
                          Fetched,
                          SnapshotTaken,
                          SnapshotFailed,
                          SnapshotRead,
                          SnapshotReport,
                          Wake>;

}  // namespace inbox

class Inbox final : public WriteListener {
 public:
  // `wake` is called behind everything that enters, by whoever put it there; may be empty.
  explicit Inbox(const ServerOptions& options, std::function<void()> wake = {});

  // kBusy when full, kShutdown when closed; `request` is then still the caller's.
  Status post_request(inbox::Item&& request);

  enum class Posted : std::uint8_t { kDone, kDropped };
  // From the transport.
  Posted post_messages(std::vector<Message> messages);
  Posted post_peer_lost(NodeId peer, PeerLoss loss);

  // From our own loops. Dropped only when closed.
  void post_completion(inbox::Item&& completion);
  // From the log writer, of a server with one group.
  void on_written(std::span<const PersistBatch> batches) override;
  void on_write_failed() override;

  // As BoundedQueue::drain().
  bool drain(std::vector<inbox::Item>& out, std::chrono::nanoseconds timeout);
  [[nodiscard]] bool has_waiting() const { return queue_.has_waiting(); }
  void close() { queue_.close(); }

 private:
  Push push(inbox::Item&& item);

  const std::function<void()> wake_;
  const std::size_t message_bytes_max_;
  std::atomic<std::size_t> message_bytes_{0};  // of messages that wait
  BoundedQueue<inbox::Item> queue_;
};

// What the messages hold in memory, roughly.
[[nodiscard]] std::size_t bytes_of(const std::vector<Message>& messages);

}  // namespace quorate::raft
