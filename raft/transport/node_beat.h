// NodeBeat: what one host of many groups says to another at the beat: that its process lives, the
// heartbeats of all its groups, and which of them may rest. One message for all of them.
//
// A beat is of one life of the sender's process and numbered within it, so that one that comes late
// or twice can be told. Its epoch is a promise: of every group that was sent to rest in this life
// and epoch, the sender is still the leader of that term (raft/host/node_watch.h).
//
// Thread: values. Source: docs/adr/0010-many-groups.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "raft/core/message.h"
#include "raft/core/types.h"

namespace quorate::raft {

// Of all lists of one beat together; more make another beat, and are refused.
inline constexpr std::size_t kBeatItemsMax = 4096;

// Which promise a beat makes.
struct BeatEpoch {
  std::uint64_t life = 0;   // drawn when the process began; never 0
  std::uint64_t epoch = 0;  // counts promises that were broken
  bool operator==(const BeatEpoch&) const = default;
};

struct GroupHeartbeat {
  GroupId group;
  Term term;
  Heartbeat heartbeat;
  bool operator==(const GroupHeartbeat&) const = default;
};

struct GroupHeartbeatResult {
  GroupId group;
  Term term;
  HeartbeatResult result;
  bool operator==(const GroupHeartbeatResult&) const = default;
};

// A leader of `term`, whose log ends with `last`, all of it committed and held by everybody, asks a
// follower to rest.
struct RestOrder {
  GroupId group;
  Term term;
  LogId last;
  std::uint64_t number = 0;  // the leader's; the answer names it
  bool operator==(const RestOrder&) const = default;
};

enum class RestAnswer : std::uint8_t { kRests = 0, kRefused = 1 };

struct RestResult {
  GroupId group;
  Term term;                 // of the order
  std::uint64_t number = 0;  // of the order
  RestAnswer answer = RestAnswer::kRefused;
  bool operator==(const RestResult&) const = default;
};

struct NodeBeat {
  ClusterId cluster;
  ReplicaId from;
  ReplicaId to;
  BeatEpoch epoch;
  std::uint64_t number = 0;  // 1, 2, ... within the life
  // In this order for each group.
  std::vector<GroupHeartbeat> heartbeats;
  std::vector<GroupHeartbeatResult> results;
  std::vector<RestOrder> orders;
  std::vector<RestResult> answers;

  [[nodiscard]] std::size_t items() const {
    return heartbeats.size() + results.size() + orders.size() + answers.size();
  }
  bool operator==(const NodeBeat&) const = default;
};

}  // namespace quorate::raft
