// Random walks over three replicas: writes, fetches, late metadata, elections from the ISR, ISR
// changes, restarts. After each step the promises of replication are checked.
#include <algorithm>

#include "raft/base/random.h"
#include "tests/broker-stub/replica/replica_group.h"

namespace quorate::broker {
namespace {

using kafka::ErrorCode;

class Walk {
 public:
  explicit Walk(std::uint64_t seed) : random_(seed) {
    group_.elect(1);
    group_.tell_all();
  }

  void step() {
    group_.now_ms += 10;
    const BrokerId broker = any_broker();
    switch (random_.below(24)) {
      case 0:
        if (random_.chance(1, 2)) elect_from_isr();
        break;
      case 1: shrink_or_grow(); break;
      case 2:
        if (random_.chance(1, 4)) restart(broker);
        break;
      case 3:
      case 4:
      case 5:
      case 6:
      case 7: group_.tell(broker); break;
      case 8:
      case 9: write(broker); break;
      case 10:
      case 11: write(group_.state().leader); break;
      default: static_cast<void>(group_.fetch(broker)); break;
    }
    note_acknowledged();
    check();
  }

  void settle() {
    group_.tell_all();
    for (const BrokerId id : {1, 2, 3}) {
      if (id != group_.state().leader) group_.catch_up(id);
    }
    note_acknowledged();
    check();
    for (const BrokerId id : {1, 2, 3})
      CHECK(group_.bytes(id) == group_.bytes(1));
  }

  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_.size(); }

 private:
  struct Written {
    std::int64_t end_offset = 0;
    std::int32_t epoch = 0;
    BrokerId by = -1;
    std::string bytes;  // of the leader's log before end_offset
  };

  BrokerId any_broker() { return static_cast<BrokerId>(1 + random_.below(3)); }

  void write(BrokerId broker) {
    const ProduceOutcome outcome =
        group_.produce(broker, {.records = 1, .value = std::to_string(++values_)}, Acks::kAll);
    if (outcome.error != ErrorCode::kNone) return;
    waiting_.push_back({outcome.end_offset, outcome.leader_epoch, broker, group_.bytes(broker)});
  }

  // What the client was told stays true for ever: remember it.
  void note_acknowledged() {
    std::erase_if(waiting_, [&](const Written& written) {
      const auto known = group_.at(written.by).replicated(written.end_offset, written.epoch);
      if (known == ErrorCode::kNone) acknowledged_.push_back(written);
      return known.has_value();
    });
  }

  // The controller elects members of its committed ISR only.
  void elect_from_isr() {
    const auto& isr = group_.state().isr;
    group_.elect(isr[random_.below(isr.size())]);
  }

  // The leader proposes; the controller accepts if its epochs are current.
  void shrink_or_grow() {
    const BrokerId leader = group_.state().leader;
    if (random_.chance(1, 3)) group_.now_ms += 2000;
    const auto proposal = group_.at(leader).propose(group_.now_ms, [](BrokerId) { return true; });
    if (!proposal) return;
    if (proposal->leader_epoch != group_.state().leader_epoch ||
        proposal->partition_epoch != group_.state().partition_epoch) {
      group_.at(leader).on_proposal_outcome(*proposal, ProposalOutcome::kStale, {}, group_.now_ms);
      return;
    }
    if (random_.chance(1, 4)) {
      group_.at(leader).on_proposal_outcome(
          *proposal, ProposalOutcome::kUnknown, {}, group_.now_ms);
      if (random_.chance(1, 2)) return;  // it never arrived
    }
    std::vector<BrokerId> isr;
    for (const IsrMemberEpoch& member : proposal->isr)
      isr.push_back(member.broker);
    group_.set_isr(controller::BrokerList(std::span<const BrokerId>(isr)));
    if (random_.chance(1, 2)) {
      group_.at(leader).on_proposal_outcome(
          *proposal, ProposalOutcome::kAccepted, group_.state(), group_.now_ms);
    }
  }

  // The process died: it leaves the ISR unless it is the last one (BRK-5).
  void restart(BrokerId broker) {
    const auto& isr = group_.state().isr;
    if (isr.contains(broker) && isr.size() == 1) return;
    if (isr.contains(broker)) group_.set_isr(isr.without(broker));
    if (group_.state().leader == broker) elect_from_isr();
    group_.restart(broker);
  }

  void check() {
    for (const Written& written : acknowledged_) {
      // B1: every member of the committed ISR has it, at its place, with its bytes.
      for (const BrokerId member : group_.state().isr) {
        REQUIRE(group_.at(member).log().end_offset() >= written.end_offset);
        REQUIRE(group_.bytes(member).substr(0, written.bytes.size()) == written.bytes);
      }
    }
    for (const BrokerId id : {1, 2, 3}) {
      const Partition& replica = group_.at(id);
      REQUIRE(replica.high_watermark() <= replica.log().end_offset());
      if (!replica.is_leader()) continue;
      auto& [epoch, high] = highest_[id];
      if (epoch == replica.leader_epoch()) REQUIRE(replica.high_watermark() >= high);  // B2
      epoch = replica.leader_epoch();
      high = replica.high_watermark();
    }
  }

  Random random_;
  ReplicaGroup group_;
  int values_ = 0;
  std::vector<Written> waiting_;
  std::vector<Written> acknowledged_;
  std::map<BrokerId, std::pair<std::int32_t, std::int64_t>> highest_;
};

TEST_CASE("no acknowledged record is lost on any random walk of three replicas",
          "[replica][walk][B1][B2][B3][B5][B6][B7][B10]") {
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    Walk walk(seed);
    for (int i = 0; i < 250; ++i)
      walk.step();
    walk.settle();
    acknowledged += walk.acknowledged();
  }
  CHECK(acknowledged > 200);
}

}  // namespace
}  // namespace quorate::broker
