#include "cli/quorum_explain.h"

#include <catch2/catch.hpp>

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;

// Node 1 of three leads; its log ends at 50.
v1::DescribeQuorumResponse leader() {
  v1::DescribeQuorumResponse answer;
  answer.set_node_id(1);
  answer.set_role("leader");
  answer.set_leader_id(1);
  answer.set_term(4);
  answer.set_last_index(50);
  answer.set_persisted_index(50);
  answer.set_commit_index(50);
  answer.set_applied_index(50);
  for (const int node : {1, 2, 3}) {
    v1::QuorumPeer& peer = *answer.add_peers();
    peer.set_node_id(node);
    peer.mutable_incarnation()->set_low(static_cast<std::uint64_t>(node));
    peer.set_voter(true);
    if (node == 1) continue;
    peer.set_match_index(50);
    peer.set_last_contact_ms(20);
    peer.set_state("replicate");
  }
  return answer;
}

}  // namespace

TEST_CASE("a controller that leads a healthy quorum has nothing to explain",
          "[cli][quorum-explain]") {
  CHECK(explain_answer(leader()).empty());
}

TEST_CASE("what a leader does not commit and whom it does not hear is told",
          "[cli][quorum-explain]") {
  v1::DescribeQuorumResponse answer = leader();
  answer.set_commit_index(40);
  for (const int at : {1, 2}) {
    answer.mutable_peers(at)->set_match_index(40);
    answer.mutable_peers(at)->set_last_contact_ms(5000);
  }
  const auto explanations = explain_answer(answer);
  REQUIRE(explanations.size() == 4);
  CHECK(explanations[0].reason == raft::Reason::kQuorumUnreachable);
  CHECK(explanations[1].text ==
        "entries 41 to 50 are not committed: needs 2 of 3; entry 41 is not durable at node 2, "
        "node 3");
  CHECK(explanations[2].reason == raft::Reason::kPeerSilent);
}

TEST_CASE("a controller without a leader says what it does about it", "[cli][quorum-explain]") {
  v1::DescribeQuorumResponse answer = leader();
  answer.set_role("pre_candidate");
  answer.set_leader_id(-1);
  const auto explanations = explain_answer(answer);
  REQUIRE(explanations.size() == 1);
  CHECK(explanations[0].text == "asks who would vote behind term 4: needs 2 of 3");
}

}  // namespace quorate::cli
