// Everything about a Server that is decided before it starts. Every bound has its unit in its name
// and an answer when it is reached.
#pragma once

#include <cstddef>
#include <cstdint>

#include "raft/base/status.h"
#include "raft/core/options.h"

namespace quorate::raft {

struct ServerOptions {
  Options core;
  std::int64_t tick_ns = 10'000'000;  // how long a core tick is
  // After a late wake-up (a stopped process, a stalled machine) at most so many ticks are made up
  // for; the rest of the gap is forgotten, so that it is never taken for missed heartbeats.
  std::uint32_t late_ticks_max = 3;
  std::uint64_t seed = 0;  // for election jitter; 0 draws one from the system

  // Proposals and reads that have no answer yet; then propose() and read() answer kBusy.
  std::size_t requests_pending_max = 65536;
  std::size_t inbox_items_max = 131072;  // the same answer; peers' messages are dropped and counted
  std::size_t inbox_message_bytes_max = 64U << 20U;  // then peers' messages are dropped and counted
  // A sync that takes longer makes the disk "slow"; one that has not returned after the second
  // bound makes it "hung": a leader then steps down (P105). Counted in ticks.
  std::int64_t storage_slow_ns = 500'000'000;
  std::int64_t storage_hung_ns = 2'000'000'000;
  // A snapshot is taken once so many entries, or so many bytes of them, were applied since the last
  // one; then the log is compacted but for the newest entries before it, which peers that lag a
  // little can still get.
  std::uint64_t snapshot_every_entries = 100'000;
  std::uint64_t snapshot_every_bytes = 64U << 20U;
  std::uint64_t snapshot_trailing_entries = 10'000;
  // One is also taken once an entry that the last one does not cover was applied so long ago; 0:
  // time alone is no reason.
  std::int64_t snapshot_interval_ns = 0;
  // To all peers together; 0: no bound.
  std::uint64_t snapshot_send_bytes_per_second = 64U << 20U;
  // The flight recorder's ring of core inputs (docs/operations.md); 0: nothing is recorded.
  std::size_t flight_recorder_bytes = 16U << 20U;
  // How long a loop that was busy a moment ago looks for work before it sleeps; 0: not at all.
  std::int64_t poll_ns = 20'000;
};

// Ok, or kInvalidArgument naming the option and the rule it breaks.
Status validate(const ServerOptions& options);

}  // namespace quorate::raft
