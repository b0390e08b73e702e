// Messages that are late, foreign, malformed or absurd change nothing and are counted by name.
#include <limits>

#include <catch2/catch.hpp>

#include "tests/raft/core/replica_group.h"

namespace quorate::raft::testing {
namespace {

Message append_message() {
  return message_from(2,
                      3,
                      AppendEntries{.prev_log = {Term{1}, Index{1}},
                                    .request = 1,
                                    .entries = {entry_of(2, 2), entry_of(3, 3)}});
}

AppendEntries& body_of(Message& message) {
  return std::get<AppendEntries>(message.body);
}

// Steps `message` into a replica, which must ignore it for `reason` and be as before.
void check_ignored(const Message& message, std::string_view reason) {
  Node node = lone({1}, 1);
  const std::string before = node->describe();
  node->step(message);
  node.drain();
  CHECK(node->describe() == before);
  CHECK(node->status().messages_ignored == 1);
  CHECK(node.count(EventKind::kMessageIgnored, reason) == 1);
  CHECK(node.take_messages().empty());
  CHECK(node.batches.empty());
}

TEST_CASE("a message from or for somebody else changes nothing",
          "[raft][admission][P59][P76][P77]") {
  Message message = append_message();
  std::string reason;
  SECTION("another cluster") {
    message.cluster.low = 8;
    reason = "foreign_cluster";
  }
  SECTION("another group") {
    message.group.value = 2;
    reason = "foreign_group";
  }
  SECTION("another incarnation of ours") {
    message.to.incarnation.high = 1;
    reason = "wrong_incarnation";
  }
  SECTION("another node") {
    message.to.node = NodeId{2};
    reason = "wrong_recipient";
  }
  SECTION("an answer of another incarnation of the sender") {
    message.from.incarnation.high = 1;
    message.body = HeartbeatResult{1, Index{1}};
    reason = "unknown_sender";
  }
  SECTION("an answer of a stranger") {
    message.from = replica(9);
    message.body = AppendEntriesResult{};
    reason = "unknown_sender";
  }
  SECTION("ourselves") {
    message.from = message.to;
    reason = "unknown_sender";
  }
  check_ignored(message, reason);
}

TEST_CASE("a message that contradicts itself changes nothing", "[raft][admission][P109]") {
  Message message = append_message();
  std::string reason;
  SECTION("a term near the end") {
    message.term = Term{std::numeric_limits<std::uint64_t>::max()};
    reason = "absurd";
  }
  SECTION("an index near the end") {
    body_of(message).prev_log.index.value = std::numeric_limits<std::uint64_t>::max() - 1;
    reason = "absurd";
  }
  SECTION("a predecessor from the future") {
    body_of(message).prev_log.term.value = 4;
    reason = "absurd";
  }
  SECTION("an entry from the future") {
    body_of(message).entries[1] = entry_of(4, 3);
    reason = "absurd";
  }
  SECTION("a falling term") {
    body_of(message).entries[1] = entry_of(1, 3);
    reason = "absurd";
  }
  SECTION("a gap") {
    body_of(message).entries[1] = entry_of(3, 4);
    reason = "absurd";
  }
  SECTION("a membership that is none") {
    body_of(message).entries[1] =
        make_entry({Term{3}, Index{3}}, EntryKind::kMembership, SharedBytes("?"));
    reason = "absurd";
  }
  SECTION("a kind that is none") {
    body_of(message).entries[1] =
        make_entry({Term{3}, Index{3}}, static_cast<EntryKind>(77), SharedBytes("?"));
    reason = "absurd";
  }
  SECTION("a damaged entry") {
    body_of(message).entries[1].checksum ^= 1;
    reason = "bad_checksum";
  }
  check_ignored(message, reason);
}

TEST_CASE("a stranger cannot raise the term where a leader is near",
          "[raft][admission][P34][P77][R36]") {
  Node node = leading();
  for (const MessageBody& body : std::vector<MessageBody>{
           RequestVote{VoteKind::kVote, CampaignReason::kTransfer, Term{50}, 1, LogId{}},
           Heartbeat{Index{0}, 1},
           HeartbeatResult{1, Index{1}},
           AppendEntriesResult{}}) {
    node->step(message_from(9, 50, body));
  }
  CHECK(node->role() == Role::kLeader);
  CHECK(node->term() == Term{1});
}

TEST_CASE("a member of a newer term is followed whatever it says", "[raft][admission][P38]") {
  Node node = leading();
  node->step(message_from(2, 4, HeartbeatResult{1, Index{0}}));
  CHECK(node->role() == Role::kFollower);
  CHECK(node->term() == Term{4});
}

TEST_CASE("every request of an older term is answered with ours", "[raft][admission][P38]") {
  const MessageBody body = GENERATE(
      MessageBody(AppendEntries{}),
      MessageBody(Heartbeat{}),
      MessageBody(chunk_of(snapshot_at({Term{1}, Index{1}}, 3, "state"), 4, 0, "state")),
      MessageBody(ReadIndexRequest{4}),
      MessageBody(RequestVote{VoteKind::kVote, CampaignReason::kTimeout, Term{2}, 1, LogId{}}));
  Node node = lone({}, 7);
  node->step(message_from(2, 2, body));
  node.drain();
  const auto answers = node.take_messages();
  REQUIRE(answers.size() == 1);
  CHECK(answers.front().term == Term{7});
  CHECK(answers.front().from == replica(1));
}

// Such an answer carries a term that its request was not of, and every leadership counts anew: any
// number in it could be one that the asker, leading again, is waiting for.
TEST_CASE("an answer to an older term names no request", "[raft][admission][P49][P94]") {
  Node node = lone({1}, 7);
  node->step(message_from(2, 2, AppendEntries{.prev_log = {Term{1}, Index{1}}, .request = 4}));
  node->step(message_from(2, 2, Heartbeat{Index{0}, 4}));
  node->step(
      message_from(2, 2, chunk_of(snapshot_at({Term{1}, Index{1}}, 3, "state"), 4, 0, "state")));
  node->step(message_from(2, 2, ReadIndexRequest{4}));
  node.drain();
  CHECK(node.sent<AppendEntriesResult>() == std::vector{AppendEntriesResult{}});
  CHECK(node.sent<HeartbeatResult>() == std::vector{HeartbeatResult{}});
  CHECK(node.sent<InstallSnapshotResult>() == std::vector{InstallSnapshotResult{}});
  CHECK(node.sent<ReadIndexResult>() == std::vector{ReadIndexResult{.refused = true}});
}

TEST_CASE("an answer that names no request changes nothing at a leader",
          "[raft][admission][P49][P94]") {
  const MessageBody body =
      GENERATE(MessageBody(AppendEntriesResult{}),
               MessageBody(AppendEntriesResult{.outcome = AppendEntriesResult::Outcome::kAccepted,
                                               .match = Index{1}}),
               MessageBody(HeartbeatResult{}),
               MessageBody(InstallSnapshotResult{}),
               MessageBody(ReadIndexResult{.refused = true}));
  Node node = leading();
  node->read(5);
  node.drain();
  const std::string before = node->describe();
  node->step(message_from(2, 1, body));
  node.drain();
  CHECK(node->describe() == before);
  CHECK(node->status().peers.front().match == Index{0});
  CHECK(node.count(EventKind::kPeerState) == 0);
  CHECK(node.reads.empty());
}

// Any message in any state has a defined outcome: random bodies with small and huge numbers.
TEST_CASE("random messages never crash a replica", "[raft][admission][P109]") {
  Random random(109);
  const auto number = [&]() -> std::uint64_t {
    return random.chance(1, 6) ? random.next() : random.below(6);
  };
  const auto log_id = [&] { return LogId{Term{number()}, Index{number()}}; };
  const auto body = [&]() -> MessageBody {
    switch (random.below(11)) {
      case 0:
        return RequestVote{static_cast<VoteKind>(random.below(3)),
                           static_cast<CampaignReason>(random.below(3)),
                           Term{number()},
                           number(),
                           log_id()};
      case 1:
        return RequestVoteResult{static_cast<VoteKind>(random.below(3)),
                                 static_cast<VoteAnswer>(random.below(7)),
                                 Term{number()},
                                 number()};
      case 2: {
        AppendEntries request{log_id(), Index{number()}, number(), {}};
        for (std::uint64_t i = random.below(4); i > 0; --i) {
          request.entries.push_back(entry_of(random.below(5), request.prev_log.index.value + i));
        }
        return request;
      }
      case 3:
        return AppendEntriesResult{static_cast<AppendEntriesResult::Outcome>(random.below(3)),
                                   number(),
                                   Index{number()},
                                   log_id(),
                                   log_id(),
                                   Index{number()}};
      case 4: return Heartbeat{Index{number()}, number(), number()};
      case 5: return HeartbeatResult{number(), Index{number()}, number()};
      case 6: {
        SnapshotMeta meta = snapshot_at(log_id(), random.below(4), "a state");
        meta.bytes = random.below(9);
        InstallSnapshot install = chunk_of(meta, number(), random.below(9), "state");
        if (random.chance(1, 8)) install.chunk_checksum ^= 1;
        return install;
      }
      case 7:
        return InstallSnapshotResult{
            static_cast<InstallSnapshotResult::Outcome>(random.below(4)), 1, 0, Index{number()}};
      case 8: return TimeoutNow{log_id()};
      case 9: return ReadIndexRequest{number(), static_cast<ReadMode>(random.below(3))};
      default: return ReadIndexResult{number(), random.chance(1, 2), Index{number()}};
    }
  };
  for (int life = 0; life < 60; ++life) {
    Node node = life % 2 == 0 ? lone({1, 2}, 2) : leading({1, 2}, 2);
    for (int i = 0; i < 300; ++i) {
      node->step(message_from(random.between(2, 3), number(), body()));
      if (random.chance(1, 10)) node->tick();
      if (random.chance(1, 3)) node.drain();
    }
  }
  SUCCEED("no input crashed");
}

TEST_CASE("terms and indexes beyond 2 to the 63 are ordinary", "[raft][admission][P110]") {
  const std::uint64_t high = (1ULL << 63U) - 10;
  Recovered recovered = recovered_with(voters(3), {}, 0);
  recovered.hard_state.term = Term{high};
  recovered.snapshot.last = {Term{high}, Index{high}};
  recovered.last = recovered.applied = Index{high};
  ReplicaGroup group;
  for (std::uint64_t id = 1; id <= 3; ++id)
    group.add(id, options_for(id), recovered);
  for (std::uint64_t token = 1; token <= 30; ++token) {
    group.elect(1 + token % 3);
    group[group.leader()]->propose({.token = token, .data = SharedBytes("x")});
    group.settle();
  }
  CHECK(group[1]->term() >= Term{(1ULL << 63U) + 19});
  CHECK(group[1]->commit_index() == Index{high + 60});
  CHECK(group[2].disk() == group[1].disk());
  CHECK(group[3].disk() == group[1].disk());
}

TEST_CASE("the same inputs give the same outputs byte for byte", "[raft][admission][P107]") {
  const auto trace = [] {
    Options options = options_for(1);
    options.trace_messages = true;
    Node node(options, recovered_with(voters(3), {1}, 1), /*seed=*/42);
    std::string text;
    for (int i = 0; i < 200; ++i) {
      node->tick();
      node.drain();
    }
    for (const Event& event : node.events)
      text += std::string(to_string(event.kind)) + event.detail + "\n";
    return text;
  };
  const std::string first = trace();
  CHECK_FALSE(first.empty());
  CHECK(first == trace());
}

}  // namespace
}  // namespace quorate::raft::testing
