// MetadataFollower: the metadata log, in order, each batch once, from any controller.
//
// It resumes by offset after a lost connection, moves to another controller when one falls silent
// or has lost its leader, and hands over a snapshot when the log no longer reaches back far enough.
// The listener sees only whole snapshots: what was cut off in the middle never appears.
//
//   on_snapshot(S, end=n)  forget everything; S is the whole state before offset n
//   on_batch(b)            b.base_offset is exactly the end of what was handed over before
//   on_position(p)         nothing new; where the serving controller's log ends
//
// Owner: the embedder. Thread: the listener is called on the follower's own thread, one at a time.
// Source: docs/controller.md, "The metadata stream".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "raft/base/status.h"

namespace quorate::controller {

namespace v1 {
class Position;
class Record;
class RecordBatch;
class Uuid;
}  // namespace v1

class ControllerClient;

// What on_snapshot gets: `records` in dependency order are the whole state before `end_offset`.
struct MetadataSnapshot {
  std::span<const v1::Record* const> records;
  std::uint64_t end_offset = 0;
  std::uint64_t state_hash = 0;   // of the image after them: compare
  std::int64_t timestamp_ms = 0;  // of the newest batch in it
};

class MetadataListener {
 public:
  virtual ~MetadataListener() = default;
  // Not ok: what came cannot be applied. The follower stops and reports it (C3).
  virtual Status on_snapshot(const MetadataSnapshot& snapshot) = 0;
  virtual Status on_batch(const v1::RecordBatch& batch) = 0;
  virtual void on_position(const v1::Position& position) = 0;
};

struct FollowerOptions {
  std::uint64_t cluster_high = 0;  // cluster id; both zero: do not check
  std::uint64_t cluster_low = 0;
  std::uint64_t from_offset = 0;  // next offset wanted; 0: everything, beginning with a snapshot
  std::int64_t silence_max_ms = 3000;     // then another controller is asked
  std::int64_t leaderless_max_ms = 3000;  // a controller without a leader is left after that
  std::int64_t backoff_min_ms = 20;
  std::int64_t backoff_max_ms = 500;
  std::size_t snapshot_bytes_max = 1U << 30U;  // a longer one is refused
};

class MetadataFollower {
 public:
  // `client` and `listener` must outlive it. `on_stopped` is called once, on the follower's thread,
  // if the listener refused an update; it may be null.
  static std::unique_ptr<MetadataFollower> start(ControllerClient& client,
                                                 MetadataListener& listener,
                                                 FollowerOptions options,
                                                 std::function<void(const Status&)> on_stopped);
  // stop()s.
  ~MetadataFollower();
  MetadataFollower(const MetadataFollower&) = delete;
  MetadataFollower& operator=(const MetadataFollower&) = delete;

  // The offset behind the last update that the listener accepted.
  [[nodiscard]] std::uint64_t next_offset() const;
  // Whether a stream is open and has delivered something.
  [[nodiscard]] bool is_connected() const;
  // The listener is not called after it returns. Not from the listener. Idempotent.
  void stop();

 private:
  class Impl;
  explicit MetadataFollower(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::controller
