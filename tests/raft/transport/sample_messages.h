// One message of every kind, for tests of the codec and of the wire.
#pragma once

#include <utility>
#include <vector>

#include "raft/base/crc32c.h"
#include "raft/core/message.h"

namespace quorate::raft {

inline constexpr ClusterId kCluster{11, 12};

inline ReplicaId replica(std::uint64_t node) {
  return {NodeId{node}, Incarnation{node, 1000 + node}};
}

inline Message message_of(std::uint64_t from, std::uint64_t to, MessageBody body) {
  return {kCluster, GroupId{5}, replica(from), replica(to), Term{9}, std::move(body)};
}

inline Message heartbeat(std::uint64_t from, std::uint64_t to, std::uint64_t round) {
  return message_of(from, to, Heartbeat{Index{3}, round});
}

// Two entries behind index 7, the second with `bytes` of payload.
inline AppendEntries sample_append(std::size_t bytes) {
  AppendEntries append{LogId{Term{8}, Index{7}}, Index{6}, 42, {}};
  append.entries.push_back(make_entry({Term{8}, Index{8}}, EntryKind::kNoop, {}));
  append.entries.push_back(
      make_entry({Term{9}, Index{9}}, EntryKind::kNormal, SharedBytes(std::string(bytes, 'x'))));
  return append;
}

inline InstallSnapshot sample_install() {
  InstallSnapshot install;
  install.meta = {LogId{Term{4}, Index{50}}, {{replica(1), replica(2)}, {}, {}, {}}, 10, 77};
  install.transfer = 3;
  install.offset = 4;
  install.chunk = SharedBytes("chunk");
  install.chunk_checksum = crc32c("chunk");
  return install;
}

inline std::vector<MessageBody> sample_bodies() {
  const LogId last{Term{8}, Index{7}};
  return {RequestVote{VoteKind::kPreVote, CampaignReason::kTransfer, Term{10}, 6, last, 3},
          RequestVoteResult{VoteKind::kVote, VoteAnswer::kRefusedVoted, Term{10}, 6},
          sample_append(100),
          AppendEntries{},
          AppendEntriesResult{
              AppendEntriesResult::Outcome::kAccepted, 42, Index{9}, last, last, Index{9}},
          Heartbeat{Index{6}, 8, 700, 2},
          HeartbeatResult{8, Index{9}, 600, 1},
          sample_install(),
          InstallSnapshotResult{InstallSnapshotResult::Outcome::kContinue, 3, 9, Index{0}},
          TimeoutNow{last},
          ReadIndexRequest{15, ReadMode::kLease},
          ReadIndexResult{15, true, Index{0}},
          ForwardProposals{9, 2, {SharedBytes("one"), SharedBytes("two")}},
          ForwardProposalsResult{9, 2, Index{8}, 1, ForwardRefusal::kBusy}};
}

}  // namespace quorate::raft
