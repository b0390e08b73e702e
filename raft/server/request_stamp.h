// RequestStamp: what a client puts on a request so that it takes effect once, however often it is
// sent.
//
// Thread: values. Source: Ongaro's dissertation §6.3; Lee et al., "Implementing linearizability at
// large scale and low latency" (RIFL, SOSP 2015).
#pragma once

#include <compare>
#include <cstdint>

namespace quorate::raft {

// The index of the log entry that opened the session: unique over the life of a group.
struct SessionId {
  std::uint64_t value = 0;
  auto operator<=>(const SessionId&) const = default;
};

// A point on the axis by which sessions expire: the log's index, or a timestamp that entries carry.
// Never a replica's own clock: replicas must expire the same sessions at the same entry.
struct SessionTime {
  std::uint64_t value = 0;
  auto operator<=>(const SessionTime&) const = default;
};

struct RequestStamp {
  SessionId session;
  std::uint64_t number = 0;  // 1, 2, ... in the order in which the client drew them
  // The client has the answer of, or has given up, every number below: their results are forgotten,
  // and none of them will be executed any more.
  std::uint64_t first_unanswered = 0;  // at least 1, at most `number`
  bool operator==(const RequestStamp&) const = default;
};

}  // namespace quorate::raft
