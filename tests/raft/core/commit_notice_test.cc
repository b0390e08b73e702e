// How followers hear that an entry is committed, and what that costs.
#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

void propose(Node& node, std::uint64_t token) {
  node->propose({.token = token, .data = SharedBytes("x")});
}

// Delivers until nobody says anything any more: how many messages the answers were.
std::size_t settle_and_count(ReplicaGroup& group) {
  std::size_t count = 0;
  do {
    group.deliver();
    count += group.wire().size();
  } while (!group.wire().empty());
  return count;
}

AppendEntriesResult accepted_up_to(std::uint64_t request, std::uint64_t match) {
  return {.outcome = AppendEntriesResult::Outcome::kAccepted,
          .request = request,
          .match = Index{match}};
}

// Leads; its term's entry is committed, two proposals behind it are sent and not answered.
Node with_two_appends_under_way() {
  Node node = leading();
  node->step(message_from(2, 1, accepted_up_to(1, 1)));
  node.drain();
  static_cast<void>(node.take_messages());
  propose(node, 1);
  node.drain();
  propose(node, 2);
  node.drain();
  return node;
}

TEST_CASE("a commit costs at most an append with its answer and a notice per peer",
          "[raft][commit-notice]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.settle();
  propose(group[1], 1);
  group[1].drain();
  const std::size_t appends = group[1].sent<AppendEntries>().size();
  CHECK(appends == 2);
  CHECK(appends + settle_and_count(group) <= 6);
  for (const std::uint64_t id : {1U, 2U, 3U})
    CHECK(group[id]->commit_index() == Index{2});
}

TEST_CASE("a stream of proposals tells commits in its appends", "[raft][commit-notice]") {
  Node node = with_two_appends_under_way();
  const auto first = node.sent<AppendEntries>().front().request;
  static_cast<void>(node.take_messages());
  node->step(message_from(2, 1, accepted_up_to(first, 2)));
  propose(node, 3);
  node.drain();
  CHECK(node->commit_index() == Index{2});
  CHECK(node.sent<Heartbeat>().empty());
  REQUIRE(node.sent<AppendEntries>().size() == 1);
  CHECK(node.sent<AppendEntries>().front().leader_commit == Index{2});
}

TEST_CASE("a notice is sent only when no append is under way", "[raft][commit-notice]") {
  Node node = with_two_appends_under_way();
  const std::uint64_t first = node.sent<AppendEntries>().front().request;
  static_cast<void>(node.take_messages());
  node->step(message_from(2, 1, accepted_up_to(first, 2)));
  node.drain();
  CHECK(node->commit_index() == Index{2});
  CHECK(node.take_messages().empty());
  node->step(message_from(2, 1, accepted_up_to(first + 1, 3)));
  node.drain();
  const auto messages = node.take_messages();
  REQUIRE(messages.size() == 1);
  CHECK(messages.front().to == replica(2));
  CHECK(std::get<Heartbeat>(messages.front().body) == Heartbeat{Index{3}, kNoRequest});
}

TEST_CASE("a notice is believed like a heartbeat and not answered", "[raft][commit-notice][P57]") {
  Node node = lone({1, 1}, 1);
  node->step(message_from(2, 1, Heartbeat{Index{1}, kNoRequest}));
  CHECK(node->commit_index() == Index{1});
  node->step(message_from(2, 1, Heartbeat{Index{3}, kNoRequest}));
  CHECK(node->commit_index() == Index{1});
  node.drain();
  CHECK(node.take_messages().empty());
}

TEST_CASE("a lost notice is made good by the next heartbeat", "[raft][commit-notice]") {
  ReplicaGroup group(3);
  group.elect(1);
  group.settle();
  group.lose([](const Message& message) {
    const auto* heartbeat = std::get_if<Heartbeat>(&message.body);
    return heartbeat != nullptr && heartbeat->round == kNoRequest;
  });
  propose(group[1], 1);
  group.settle();
  CHECK(group[1]->commit_index() == Index{2});
  CHECK(group[2]->commit_index() == Index{1});
  group.tick(options_for(1).heartbeat_ticks);
  CHECK(group[2]->commit_index() == Index{2});
  CHECK(group[3]->commit_index() == Index{2});
}

}  // namespace
}  // namespace quorate::raft::testing
