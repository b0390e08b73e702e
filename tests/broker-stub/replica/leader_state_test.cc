#include "broker-stub/replica/leader_state.h"

#include <catch2/catch.hpp>

namespace quorate::broker {
namespace {

using controller::BrokerList;

constexpr auto kEveryoneActive = [](BrokerId) { return true; };

controller::Partition state(BrokerList isr, std::int32_t partition_epoch = 0) {
  controller::Partition partition;
  partition.replicas = {1, 2, 3};
  partition.isr = std::move(isr);
  partition.leader = 1;
  partition.leader_epoch = 5;
  partition.partition_epoch = partition_epoch;
  return partition;
}

// Broker 1 leads with everything in [0, 10) and asks for two in-sync replicas.
LeaderState leading(BrokerList isr, std::int64_t now_ms = 0) {
  LeaderState leader(1,
                     {.lag_max_ms = 1000, .proposal_backoff_ms = 100},
                     state(std::move(isr)),
                     /*min_insync_replicas=*/2,
                     /*epoch_start=*/10,
                     /*high_watermark=*/0,
                     now_ms);
  return leader;
}

std::vector<BrokerId> ids(const IsrProposal& proposal) {
  std::vector<BrokerId> out;
  for (const IsrMemberEpoch& member : proposal.isr)
    out.push_back(member.broker);
  return out;
}

TEST_CASE("the high watermark is the smallest log end of the in-sync replicas",
          "[replica][leader_state][B3]") {
  LeaderState leader = leading({1, 2, 3});
  leader.on_log_end(20);
  leader.on_fetch(2, {}, 20, 0);
  CHECK(leader.high_watermark() == 0);
  leader.on_fetch(3, {}, 15, 0);
  CHECK(leader.high_watermark() == 15);
  leader.on_fetch(3, {}, 20, 0);
  CHECK(leader.high_watermark() == 20);
}

TEST_CASE("the high watermark never goes back", "[replica][leader_state][B2]") {
  LeaderState leader = leading({1, 2, 3});
  leader.on_log_end(20);
  leader.on_fetch(2, {}, 20, 0);
  leader.on_fetch(3, {}, 20, 0);
  leader.on_fetch(3, {}, 12, 0);
  CHECK(leader.high_watermark() == 20);
}

TEST_CASE("the high watermark stands still below min in-sync replicas",
          "[replica][leader_state][PAR-14]") {
  LeaderState leader = leading({1});
  leader.on_log_end(20);
  leader.on_fetch(2, {}, 20, 0);
  CHECK_FALSE(leader.has_min_isr());
  CHECK(leader.high_watermark() == 0);
  leader.on_metadata(state({1, 2}, 1), 2, 0);
  CHECK(leader.high_watermark() == 20);
}

TEST_CASE("a smaller ISR and a larger min in-sync replicas that come together hold together",
          "[replica][leader_state][PAR-14][CFG-6]") {
  LeaderState leader = leading({1, 2}, 0);
  leader.set_min_insync_replicas(1);
  leader.on_log_end(20);
  leader.on_metadata(state({1}, 1), 2, 0);
  CHECK(leader.high_watermark() == 0);
  // And a larger ISR with a smaller number.
  leader.on_metadata(state({1, 2}, 2), 1, 0);
  CHECK(leader.high_watermark() == 0);
  leader.on_fetch(2, {}, 20, 0);
  CHECK(leader.high_watermark() == 20);
}

TEST_CASE("min in-sync replicas asks for no more than there are replicas",
          "[replica][leader_state][PAR-6]") {
  LeaderState leader = leading({1, 2, 3});
  leader.set_min_insync_replicas(7);
  CHECK(leader.min_isr() == 3);
}

TEST_CASE("a laggard is proposed for removal and the high watermark waits until it is out",
          "[replica][leader_state][B22]") {
  LeaderState leader = leading({1, 2, 3});
  leader.on_log_end(20);
  leader.on_fetch(2, {}, 20, 900);
  leader.on_fetch(3, {}, 12, 900);
  CHECK_FALSE(leader.propose(1000, kEveryoneActive));
  const auto proposal = leader.propose(1001, kEveryoneActive);
  REQUIRE(proposal);
  CHECK(ids(*proposal) == std::vector<BrokerId>{1, 2});
  CHECK(leader.high_watermark() == 12);
  leader.on_outcome(*proposal, ProposalOutcome::kAccepted, state({1, 2}, 1), 1002);
  CHECK(leader.high_watermark() == 20);
}

TEST_CASE("a follower that keeps up with a busy leader is never a laggard",
          "[replica][leader_state][B22]") {
  LeaderState leader = leading({1, 2, 3});
  for (std::int64_t now = 0; now < 20'000; now += 100) {
    // At each fetch it has what the leader had at the fetch before: always behind, never lagging.
    const std::int64_t end = 20 + now;
    leader.on_fetch(2, {}, end - 100, now);
    leader.on_fetch(3, {}, end - 100, now);
    leader.on_log_end(end);
    REQUIRE_FALSE(leader.propose(now, kEveryoneActive));
  }
}

TEST_CASE("a follower joins once it has this epoch's start and the high watermark",
          "[replica][leader_state][ISR-11]") {
  LeaderState leader = leading({1, 2});
  leader.on_log_end(20);
  leader.on_fetch(2, {}, 20, 0);
  leader.on_fetch(3, 77, 19, 0);
  CHECK_FALSE(leader.propose(0, kEveryoneActive));
  leader.on_fetch(3, 77, 20, 0);
  CHECK_FALSE(leader.propose(0, [](BrokerId id) { return id != 3; }));
  const auto proposal = leader.propose(0, kEveryoneActive);
  REQUIRE(proposal);
  CHECK(ids(*proposal) == std::vector<BrokerId>{1, 2, 3});
  CHECK(proposal->isr[2].broker_epoch == 77U);
}

TEST_CASE("whoever may already be in the ISR holds the high watermark back",
          "[replica][leader_state][B3]") {
  LeaderState leader = leading({1, 2});
  leader.on_log_end(20);
  leader.on_fetch(2, {}, 20, 0);
  leader.on_fetch(3, {}, 20, 0);
  const auto proposal = leader.propose(0, kEveryoneActive);
  REQUIRE(proposal);
  leader.on_log_end(30);
  leader.on_fetch(2, {}, 30, 1);
  CHECK(leader.high_watermark() == 20);
  leader.on_outcome(*proposal, ProposalOutcome::kUnknown, {}, 2);
  CHECK(leader.high_watermark() == 20);
  SECTION("a certain refusal lets it go on") {
    const auto again = leader.propose(200, kEveryoneActive);
    REQUIRE(again);
    leader.on_outcome(*again, ProposalOutcome::kRejected, {}, 201);
    CHECK(leader.high_watermark() == 30);
  }
  SECTION("a refusal of who has decided nothing does not: an earlier attempt may be made still") {
    const auto again = leader.propose(200, kEveryoneActive);
    REQUIRE(again);
    leader.on_outcome(*again, ProposalOutcome::kNotTaken, {}, 201);
    CHECK(leader.high_watermark() == 20);
    CHECK(leader.propose(500, kEveryoneActive) == again);
  }
  SECTION("the metadata settles it") {
    leader.on_metadata(state({1, 2, 3}, 1), 2, 3);
    CHECK(leader.high_watermark() == 20);
    leader.on_fetch(3, {}, 30, 4);
    CHECK(leader.high_watermark() == 30);
  }
}

TEST_CASE("a replica that is being added is proposed once it has caught up",
          "[replica][leader_state][RAS-1][RAS-2]") {
  LeaderState leader = leading({1, 2, 3});
  leader.on_log_end(20);
  for (const BrokerId id : {2, 3})
    leader.on_fetch(id, {}, 20, 0);
  REQUIRE(leader.high_watermark() == 20);
  controller::Partition moving = state({1, 2, 3}, 1);
  moving.replicas = {4, 2, 1, 3};
  moving.set_movement({{4}, {1, 3}, {1, 2, 3}});
  leader.on_metadata(moving, 2, 0);
  leader.on_fetch(4, 44, 0, 0);
  CHECK_FALSE(leader.propose(0, kEveryoneActive).has_value());
  CHECK(leader.high_watermark() == 20);
  leader.on_fetch(4, 44, 20, 0);
  const auto proposal = leader.propose(0, kEveryoneActive);
  REQUIRE(proposal.has_value());
  CHECK(ids(*proposal) == std::vector<BrokerId>{1, 2, 3, 4});
  // The answer tells that others lead in another epoch: whatever comes next, comes as metadata.
  controller::Partition after = state({2, 4}, 2);
  after.replicas = {4, 2};
  after.leader = 4;
  after.leader_epoch = 6;
  leader.on_outcome(*proposal, ProposalOutcome::kAccepted, after, 0);
  CHECK(leader.isr() == BrokerList{1, 2, 3});
  CHECK_FALSE(leader.propose(1000, kEveryoneActive).has_value());
}

TEST_CASE("a proposal of unknown outcome is repeated unchanged",
          "[replica][leader_state][ISR-12]") {
  LeaderState leader = leading({1, 2, 3});
  leader.on_log_end(20);
  leader.on_fetch(2, {}, 20, 1500);
  const auto first = leader.propose(1500, kEveryoneActive);
  REQUIRE(first);
  CHECK_FALSE(leader.propose(5000, kEveryoneActive));
  leader.on_outcome(*first, ProposalOutcome::kUnknown, {}, 5000);
  leader.on_fetch(3, {}, 20, 5001);
  CHECK_FALSE(leader.propose(5050, kEveryoneActive));
  CHECK(leader.propose(5100, kEveryoneActive) == first);
}

TEST_CASE("a leader that is behind the metadata waits for it before it proposes again",
          "[replica][leader_state][ISR-7]") {
  LeaderState leader = leading({1, 2});
  leader.on_log_end(20);
  leader.on_fetch(3, {}, 20, 0);
  const auto proposal = leader.propose(0, kEveryoneActive);
  REQUIRE(proposal);
  leader.on_outcome(*proposal, ProposalOutcome::kStale, {}, 1);
  CHECK_FALSE(leader.propose(10'000, kEveryoneActive));
  leader.on_metadata(state({1}, 1), 2, 10'000);
  leader.on_fetch(3, {}, 20, 10'000);
  CHECK(leader.propose(10'500, kEveryoneActive));
}

TEST_CASE("metadata of an older partition epoch or another leader epoch changes nothing",
          "[replica][leader_state][PAR-7]") {
  LeaderState leader = leading({1, 2, 3});
  leader.on_metadata(state({1, 2}, 4), 2, 0);
  leader.on_metadata(state({1}, 3), 2, 0);
  controller::Partition other = state({1}, 9);
  other.leader_epoch = 6;
  leader.on_metadata(other, 2, 0);
  CHECK(leader.isr() == BrokerList{1, 2});
}

}  // namespace
}  // namespace quorate::broker
