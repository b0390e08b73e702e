#include "cli/quorum_explain.h"

#include <algorithm>
#include <string>

#include "cli/failure.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;

raft::ReplicaId replica_of(const v1::QuorumPeer& peer) {
  return {raft::NodeId{static_cast<std::uint64_t>(peer.node_id())},
          raft::Incarnation{peer.incarnation().high(), peer.incarnation().low()}};
}

raft::Role role_of(const std::string& role) {
  for (const raft::Role one :
       {raft::Role::kLeader, raft::Role::kCandidate, raft::Role::kPreCandidate}) {
    if (role == to_string(one)) return one;
  }
  return raft::Role::kFollower;
}

// Membership and progress; one tick is a millisecond.
void add_peer(const v1::QuorumPeer& peer, raft::CoreStatus& core) {
  const raft::ReplicaId replica = replica_of(peer);
  (peer.voter() ? core.membership.voters : core.membership.learners).push_back(replica);
  if (replica == core.self || core.role != raft::Role::kLeader) return;
  raft::PeerStatus status;
  status.replica = replica;
  status.match = raft::Index{peer.match_index()};
  status.next = status.match.next();
  status.state = peer.state();
  status.ticks_since_contact = peer.last_contact_ms();
  core.peers.push_back(status);
}

void add(Listing& listing,
         const std::string& node,
         const std::string& reason,
         const std::optional<raft::ReplicaId>& peer,
         const std::string& text) {
  const std::string peer_text = peer ? std::to_string(peer->node.value) : "-";
  listing.add(
      {node, reason, peer_text, text},
      {{"node", node},
       {"reason", reason},
       {"peer", peer ? nlohmann::ordered_json(peer->node.value) : nlohmann::ordered_json(nullptr)},
       {"text", text}});
}

}  // namespace

std::vector<raft::Explanation> explain_answer(const v1::DescribeQuorumResponse& answer) {
  raft::ServerStatus status;
  raft::CoreStatus& core = status.core;
  core.self.node = raft::NodeId{static_cast<std::uint64_t>(answer.node_id())};
  for (const v1::QuorumPeer& peer : answer.peers()) {
    if (peer.node_id() == answer.node_id()) core.self = replica_of(peer);
  }
  core.role = role_of(answer.role());
  core.term = raft::Term{answer.term()};
  if (answer.leader_id() >= 0) {
    core.leader = {raft::NodeId{static_cast<std::uint64_t>(answer.leader_id())}, {}};
  }
  core.last = {core.term, raft::Index{answer.last_index()}};
  core.persisted = raft::Index{answer.persisted_index()};
  core.commit = raft::Index{answer.commit_index()};
  core.applied = status.applied = raft::Index{answer.applied_index()};
  for (const v1::QuorumPeer& peer : answer.peers())
    add_peer(peer, core);
  raft::Options options;
  options.election_timeout_ticks = kSilentMs;
  return raft::explain(status, options);
}

int quorum_explain(const GlobalOptions& options) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  Listing listing("QuorumExplanation", {"NODE", "REASON", "PEER", "EXPLANATION"});
  bool has_leader = false;
  bool is_healthy = true;
  for (const auto& address : (*client)->controllers()) {
    const auto answer = (*client)->describe_quorum(address, options.call());
    if (!answer.is_ok()) {
      add(listing, address, "unreachable", std::nullopt, answer.status().message());
      is_healthy = false;
      continue;
    }
    has_leader = has_leader || answer->role() == "leader";
    for (const raft::Explanation& one : explain_answer(*answer)) {
      add(listing,
          std::to_string(answer->node_id()),
          std::string(to_string(one.reason)),
          one.peer,
          one.text);
      is_healthy = false;
    }
  }
  listing.set_field("hasLeader", has_leader);
  listing.set_title(is_healthy   ? "nothing to explain"
                    : has_leader ? "there is a leader"
                                 : "nobody leads");
  listing.print(options.format);
  if (!has_leader) return static_cast<int>(Exit::kUnavailable);
  return static_cast<int>(is_healthy ? Exit::kOk : Exit::kUnhealthy);
}

}  // namespace quorate::cli
