// Proposals that are passed on to the leader: carried out once, and never called rejected when they
// may not be.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

Options forwarding(std::uint64_t node) {
  Options options = options_for(node);
  options.forward_proposals = true;
  return options;
}

// Replica 1 leads three that pass proposals on.
ReplicaGroup forwarding_group(std::function<void(Options&)> adjust = [](Options&) {}) {
  ReplicaGroup group;
  for (std::uint64_t node = 1; node <= 3; ++node) {
    Options options = forwarding(node);
    adjust(options);
    group.add(node, options, recovered_with(voters(3), {}, 0));
  }
  group.elect(1);
  group.tick(4);
  return group;
}

Proposal forwarded(ProposalToken token, std::size_t bytes = 1) {
  return {.token = token, .data = SharedBytes(std::string(bytes, 'x'))};
}

Code only_outcome(Node& node) {
  node.drain();
  REQUIRE(node.outcomes.size() == 1);
  return node.outcomes.front().status.code();
}

bool is_forwarding(const Message& message) {
  return std::holds_alternative<ForwardProposals>(message.body) ||
         std::holds_alternative<ForwardProposalsResult>(message.body);
}

// What replica 2 passes on next, not delivered.
Message forwarded_by(ReplicaGroup& group, const Proposal& proposal) {
  group[2]->propose(proposal);
  group[2].drain();
  for (Message& message : group[2].take_messages()) {
    if (is_forwarding(message)) return message;
  }
  FAIL("nothing was passed on");
  return {};
}

TEST_CASE("a follower's proposals are committed and end with their places",
          "[raft][forward][P64]") {
  ReplicaGroup group = forwarding_group();
  for (ProposalToken token = 1; token <= 5; ++token)
    group[2]->propose(forwarded(token));
  group.settle();
  group.tick(4);
  REQUIRE(group[2].outcomes.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(group[2].outcomes[i].status.is_ok());
    CHECK(group[2].outcomes[i].token == i + 1);
    CHECK(group[2].outcomes[i].id == LogId{group[1]->term(), Index{2 + i}});
  }
  CHECK(group[1].outcomes.empty());
  CHECK(group[1]->status().uncommitted_bytes == 0);
}

TEST_CASE("a repeated request is carried out once", "[raft][forward][P49]") {
  ReplicaGroup group = forwarding_group();
  const Message first = forwarded_by(group, forwarded(1));
  const Message second = forwarded_by(group, forwarded(2));
  const Index before = group[1]->status().last.index;
  for (const Message& message : {second, first, first, second, first}) {
    group[1]->step(message);
    group[1].drain();
  }
  CHECK(group[1]->status().last.index.value == before.value + 2);
  CHECK(group[1].sent<ForwardProposalsResult>().size() == 2);
}

TEST_CASE("a request that was refused is not carried out when it comes again",
          "[raft][forward][P64]") {
  ReplicaGroup group = forwarding_group([](Options& options) {
    options.entry_bytes_max = 1000;
    options.uncommitted_bytes_max = 1000;
  });
  group.lose([](const Message& message) {
    return std::holds_alternative<AppendEntriesResult>(message.body);
  });
  group[1]->propose(forwarded(9, 900));
  group.settle();
  const Message asked = forwarded_by(group, forwarded(1, 900));
  group[1]->step(asked);
  group.lose_nothing();
  group.tick(20);
  CHECK(only_outcome(group[2]) == Code::kBusy);
  const Index last = group[1]->status().last.index;
  group[1]->step(asked);
  CHECK(group[1]->status().last.index == last);
}

TEST_CASE("what was sent to a leader that is lost has an unknown outcome", "[raft][forward][P64]") {
  ReplicaGroup group = forwarding_group();
  group.lose(is_forwarding);
  group[2]->propose(forwarded(1));
  group.settle();
  SECTION("its process is gone") {
    group[2]->peer_lost(replica(1), PeerLoss::kProcessGone);
  }
  SECTION("another one leads") {
    group[2]->step([] {
      Message message = message_from(3, 9, Heartbeat{Index{0}, 1});
      message.to = replica(2);
      return message;
    }());
  }
  SECTION("it does not answer in time") {
    group.tick(20);
  }
  CHECK(only_outcome(group[2]) == Code::kUnknownOutcome);
}

TEST_CASE("what did not leave for a lost leader is rejected", "[raft][forward][P64]") {
  ReplicaGroup group = forwarding_group();
  group[2]->propose(forwarded(1));
  group[2]->peer_lost(replica(1), PeerLoss::kProcessGone);
  CHECK(only_outcome(group[2]) == Code::kNotLeader);
}

TEST_CASE("a place that is known outlives its leader", "[raft][forward][P64][P65]") {
  ReplicaGroup group = forwarding_group();
  group.lose([](const Message& message) {
    return std::holds_alternative<AppendEntriesResult>(message.body);
  });
  group[2]->propose(forwarded(1));
  group.settle();
  REQUIRE(group[2].outcomes.empty());
  REQUIRE(group[3]->status().last.index == group[1]->status().last.index);
  group[1].stop();
  group.lose_nothing();
  group.elect(3);
  group.tick(4);
  REQUIRE(group[2].outcomes.size() == 1);
  CHECK(group[2].outcomes.front().status.is_ok());
}

TEST_CASE("a place that is told after the commit is of no use any more", "[raft][forward][P64]") {
  ReplicaGroup group = forwarding_group();
  const Message asked = forwarded_by(group, forwarded(1));
  group[1]->step(asked);
  group[1].drain();
  std::vector<Message> late;
  for (Message& message : group[1].take_messages()) {
    if (is_forwarding(message)) {
      late.push_back(message);
    } else {
      group.wire().push_back(message);
    }
  }
  REQUIRE(late.size() == 1);
  group.settle();
  group.tick(4);
  REQUIRE(group[2]->commit_index() == group[1]->commit_index());
  group[2]->step(late.front());
  CHECK(only_outcome(group[2]) == Code::kUnknownOutcome);
}

TEST_CASE("who led once and may have taken it says nothing", "[raft][forward][P64]") {
  ReplicaGroup group = forwarding_group();
  const Message asked = forwarded_by(group, forwarded(1));
  group[1]->step_down();
  group[1]->step(asked);
  group[1].drain();
  CHECK(group[1].sent<ForwardProposalsResult>().empty());
}

TEST_CASE("what waits for the leader is bounded", "[raft][forward][P66]") {
  ReplicaGroup group = forwarding_group([](Options& options) {
    options.forward_entries_max = 3;
    options.forward_bytes_max = 2000;
    options.entry_bytes_max = 5000;
  });
  group.lose(is_forwarding);
  SECTION("in entries") {
    for (ProposalToken token = 1; token <= 4; ++token)
      group[2]->propose(forwarded(token));
    CHECK(only_outcome(group[2]) == Code::kBusy);
  }
  SECTION("in bytes of which one always fits") {
    group[2]->propose(forwarded(1, 4000));
    group[2].drain();
    CHECK(group[2].outcomes.empty());
    group[2]->propose(forwarded(2));
    CHECK(only_outcome(group[2]) == Code::kBusy);
  }
  SECTION("and what can never be is refused") {
    group[2]->propose(forwarded(1, 6000));
    CHECK(only_outcome(group[2]) == Code::kInvalidArgument);
  }
}

TEST_CASE("what is for this replica alone is not passed on", "[raft][forward]") {
  ReplicaGroup group = forwarding_group();
  Proposal fenced = forwarded(1);
  fenced.expected_term = group[1]->term();
  group[2]->propose(fenced);
  CHECK(only_outcome(group[2]) == Code::kNotLeader);
}

}  // namespace
}  // namespace quorate::raft::testing
