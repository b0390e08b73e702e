// Each finding, from a status that is written down.
#include "raft/server/explain.h"

#include <algorithm>

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

ReplicaId explained(std::uint64_t node) {
  return {NodeId{node}, Incarnation{7, node}};
}

// A healthy leader, node 1 of three, whose log ends at 50.
ServerStatus leader() {
  ServerStatus status;
  CoreStatus& core = status.core;
  core.self = explained(1);
  core.role = Role::kLeader;
  core.leader = explained(1);
  core.term = Term{4};
  core.last = {Term{4}, Index{50}};
  core.persisted = core.commit = core.applied = status.applied = Index{50};
  core.first = Index{1};
  core.membership.voters = {explained(1), explained(2), explained(3)};
  for (const std::uint64_t node : {2U, 3U}) {
    core.peers.push_back(
        {.replica = explained(node), .match = Index{50}, .next = Index{51}, .state = "replicate"});
  }
  return status;
}

ServerStatus follower() {
  ServerStatus status = leader();
  status.core.role = Role::kFollower;
  status.core.leader = explained(2);
  status.core.peers.clear();
  return status;
}

std::vector<Explanation> explained(const ServerStatus& status) {
  return explain(status, Options{});
}

// The text of the one finding of `reason`; required to be there.
std::string text_of(const ServerStatus& status, Reason reason) {
  for (const Explanation& one : explained(status)) {
    if (one.reason == reason) return one.text;
  }
  FAIL(to_string(reason) << " is not found");
  return {};
}

}  // namespace

TEST_CASE("a healthy explained needs no explanation", "[server][explain]") {
  CHECK(explained(leader()).empty());
  CHECK(explained(follower()).empty());
}

TEST_CASE("a server that stopped says why and nothing else", "[server][explain]") {
  ServerStatus status = follower();
  status.core.leader.reset();
  status.fatal = Status(Code::kIoError, "no space left");
  CHECK(text_of(status, Reason::kStopped) == "the server stopped itself: no space left");
  CHECK(explained(status).size() == 1);
  status.fatal.reset();
  status.core.stopped = true;
  CHECK(text_of(status, Reason::kStopped).find("safety violation") != std::string::npos);
}

TEST_CASE("why there is no leader is told by role and standing", "[server][explain]") {
  ServerStatus status = follower();
  status.core.leader.reset();
  CHECK(text_of(status, Reason::kNoLeaderHeard) == "no leader of term 4 was heard");
  status.core.role = Role::kPreCandidate;
  CHECK(text_of(status, Reason::kElectionRunning) ==
        "asks who would vote behind term 4: needs 2 of 3");
  status.core.role = Role::kCandidate;
  status.core.membership.outgoing = {explained(1), explained(4)};
  CHECK(text_of(status, Reason::kElectionRunning) ==
        "asks for votes in term 4: needs 2 of 3 and 2 of 2");
  status.core.role = Role::kFollower;
  status.core.membership = Membership{};
  CHECK(text_of(status, Reason::kWaitsToBeAdded).find("has to add it") != std::string::npos);
  status.core.membership.voters = {explained(2)};
  CHECK(text_of(status, Reason::kNotMember).find("no member") != std::string::npos);
  status.core.membership.learners = {explained(1)};
  CHECK(text_of(status, Reason::kLearner).find("never campaigns") != std::string::npos);
  status.core.restoring = true;
  CHECK(text_of(status, Reason::kRestoring).find("neither applies") != std::string::npos);
}

TEST_CASE("a disk that hangs or is slow is told", "[server][explain][P105]") {
  ServerStatus status = follower();
  status.storage = StorageHealth::kHung;
  CHECK(text_of(status, Reason::kDiskHangs).find("does not return") != std::string::npos);
  status.storage = StorageHealth::kSlow;
  CHECK(text_of(status, Reason::kDiskSlow) == "a sync takes long");
}

TEST_CASE("why a proposal does not commit names who has not got it", "[server][explain]") {
  ServerStatus status = leader();
  status.core.commit = Index{40};
  status.core.peers[0].match = Index{40};
  status.core.peers[1].match = Index{12};
  CHECK(text_of(status, Reason::kCommitWaits) ==
        "entries 41 to 50 are not committed: needs 2 of 3; entry 41 is not durable at node 2, "
        "node 3");
  status.core.uncommitted_bytes = Options{}.uncommitted_bytes_max;
  CHECK(text_of(status, Reason::kQuotaFull).find("refused as busy") != std::string::npos);
  status.core.peers[0].match = status.core.peers[1].match = Index{50};
  CHECK(text_of(status, Reason::kCommitWaits).find("of earlier terms") != std::string::npos);
}

TEST_CASE("a leader that hears no quorum is told with the arithmetic", "[server][explain][P39]") {
  ServerStatus status = leader();
  for (PeerStatus& peer : status.core.peers)
    peer.ticks_since_contact = 500;
  CHECK(text_of(status, Reason::kQuorumUnreachable) ==
        "hears 1 voters, itself among them, and needs 2 of 3: nothing commits, and it will step "
        "down");
  status.core.peers[0].ticks_since_contact = 1;
  CHECK(explained(status).size() == 1);
  CHECK(text_of(status, Reason::kPeerSilent) ==
        "node 3 was not heard for 500 ticks and is 0 entries behind");
}

TEST_CASE("who lags is told with the reason", "[server][explain]") {
  ServerStatus status = leader();
  status.core.last.index = status.core.commit = status.core.persisted = status.applied =
      Index{9000};
  status.core.peers[0].match = Index{9000};
  status.core.peers[0].next = Index{9001};
  status.core.first = Index{500};
  const auto explanations = explained(status);
  REQUIRE(explanations.size() == 1);
  CHECK(explanations[0].reason == Reason::kPeerNeedsSnapshot);
  CHECK(explanations[0].peer == explained(3));
  status.core.first = Index{1};
  CHECK(text_of(status, Reason::kPeerLags) == "node 3 is 8950 entries behind");
}

TEST_CASE("a change that is not finished and a slow state machine are told", "[server][explain]") {
  ServerStatus status = leader();
  status.core.change = ChangeStatus{ChangeStatus::Stage::kJoint, {explained(3)}, std::nullopt};
  CHECK(text_of(status, Reason::kChangeWaits) ==
        "a change of the membership is at stage joint and waits for node 3");
  status.core.last.index = status.core.commit = status.core.persisted = Index{9000};
  CHECK(text_of(status, Reason::kApplyLags) == "8950 committed entries wait for the state machine");
}

}  // namespace quorate::raft
