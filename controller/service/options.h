// Everything about a controller's service that is decided before it starts. Every bound has its
// unit in its name and an answer when it is reached.
#pragma once

#include <cstddef>
#include <cstdint>

namespace quorate::controller {

// The command loop (command_loop.h).
struct LoopOptions {
  // Commands of one class that wait; more are refused as busy.
  std::size_t liveness_queue_max = 16384;
  std::size_t partition_queue_max = 4096;
  std::size_t admin_queue_max = 1024;
  // Commands of one class decided in one turn, so that no class waits for another's flood.
  std::size_t liveness_turn_max = 1024;
  std::size_t partition_turn_max = 256;
  std::size_t admin_turn_max = 64;
  // Batches that are proposed and not yet committed; then nothing more is decided. Both lie well
  // below the replicated log's own bounds, which therefore are not met.
  std::size_t in_flight_batches_max = 1024;
  std::size_t in_flight_bytes_max = 16U << 20U;
  // Bytes that are proposed and not yet committed, from which on the next step of what takes many
  // (fencing, a hand-over, elections) waits.
  std::size_t step_in_flight_bytes_max = 1U << 20U;
  // Answers without a batch of their own that wait for an earlier one to be committed.
  std::size_t parked_answers_max = 65536;
  std::int64_t tick_ms = 50;  // how often sessions are looked at
};

// The metadata stream (metadata_feed.h).
struct FeedOptions {
  // Recent batches kept for subscribers that resume or lag; who falls behind them is cut.
  std::size_t ring_batches_max = 16384;
  std::size_t ring_bytes_max = 32U << 20U;
  std::size_t subscribers_max = 1024;  // more are refused as busy
  std::size_t snapshots_max = 8;       // being sent at a time; more are refused as busy
  std::int64_t position_ms = 500;      // an idle stream hears where the log ends this often
};

}  // namespace quorate::controller
