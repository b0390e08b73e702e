// Counters of one transport, shared by its peers and its service. Thread: any (locks inside).
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "raft/base/mutex.h"
#include "raft/transport/grpc_transport.h"

namespace quorate::raft {

struct TransportCounters {
  std::atomic<std::uint64_t> messages_sent = 0;
  std::atomic<std::uint64_t> messages_received = 0;
  std::atomic<std::uint64_t> frames_sent = 0;
  std::atomic<std::uint64_t> frames_received = 0;
  std::atomic<std::uint64_t> dropped_queue_full = 0;
  std::atomic<std::uint64_t> dropped_disconnected = 0;
  std::atomic<std::uint64_t> dropped_unknown_peer = 0;
  std::atomic<std::uint64_t> connects = 0;
  std::atomic<std::uint64_t> connections_lost = 0;

  // One more refusal by us or of us for `reason`, which comes from a closed set.
  void refuse(const std::string& reason) {
    const MutexLock lock(mutex_);
    ++refused_[reason];
  }
  void refused_by_peer(const std::string& reason) {
    const MutexLock lock(mutex_);
    ++refused_by_peers_[reason];
  }
  [[nodiscard]] TransportStats read() const {
    const MutexLock lock(mutex_);
    return {messages_sent,
            messages_received,
            frames_sent,
            frames_received,
            dropped_queue_full,
            dropped_disconnected,
            dropped_unknown_peer,
            connects,
            connections_lost,
            refused_by_peers_,
            refused_};
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::uint64_t> refused_by_peers_ QUORATE_GUARDED_BY(mutex_);
  std::map<std::string, std::uint64_t> refused_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::raft
