// A partition with a replica on each of three brokers, driven by hand: no sockets, no clock.
//
// Metadata reaches a broker when the test says so, a fetch happens when the test says so. What the
// brokers promise is checked by whoever drives it.
//
// Owner: a test case. Thread: the test's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker-stub/replica/partition.h"
#include "tests/broker-stub/log/log_scratch.h"

namespace quorate::broker {

inline const controller::TopicPartition kTestedPartition{{7, 7}, 0};

class ReplicaGroup {
 public:
  ReplicaGroup() {
    state_.replicas = {1, 2, 3};
    state_.isr = {1, 2, 3};
    for (const BrokerId id : {1, 2, 3}) {
      scratch_[id] = std::make_unique<ScratchDirectory>();
      open(id);
    }
  }

  Partition& at(BrokerId id) { return *partitions_.at(id); }
  [[nodiscard]] const controller::Partition& state() const { return state_; }
  std::vector<PartitionEvent>& events() { return events_; }
  std::int64_t now_ms = 0;
  std::int64_t min_insync = 2;

  // As the controller would write it.
  void elect(BrokerId leader) {
    state_.leader = leader;
    ++state_.leader_epoch;
    ++state_.partition_epoch;
  }
  void set_isr(controller::BrokerList isr) {
    state_.isr = std::move(isr);
    ++state_.partition_epoch;
  }
  // The broker learns what the controller has written so far.
  void tell(BrokerId id) {
    if (state_.leader == id) {
      at(id).lead(state_, min_insync, now_ms);
    } else {
      at(id).follow(state_);
    }
  }
  void tell_all() {
    for (const BrokerId id : {1, 2, 3})
      tell(id);
  }

  // One fetch of `follower` from the broker that it believes to lead.
  FollowerStep fetch(BrokerId follower) {
    const BrokerId leader = at(follower).leader();
    if (leader < 0 || leader == follower) return FollowerStep::kWait;
    const FetchPosition asked = at(follower).position();
    const FetchOutcome outcome =
        at(leader).fetch_as_follower(follower, {}, asked, /*bytes_max=*/1 << 20, now_ms);
    return at(follower).on_answer(asked,
                                  {.error = outcome.error,
                                   .high_watermark = outcome.high_watermark,
                                   .diverging = outcome.diverging},
                                  outcome.records);
  }
  // Fetches until nothing moves any more.
  void catch_up(BrokerId follower) {
    for (int i = 0; i < 20; ++i)
      static_cast<void>(fetch(follower));
  }

  ProduceOutcome produce(BrokerId leader, const BatchMaker& batch, Acks acks = Acks::kAll) {
    const std::string bytes = batch.make();
    const auto view = kafka::RecordBatchView::parse(bytes);
    REQUIRE(view.is_ok());
    return at(leader).append(*view, acks);
  }

  // The process dies and comes back; it knows what its disk and a checkpoint say.
  void restart(BrokerId id) {
    const std::int64_t checkpoint = at(id).high_watermark();
    partitions_.erase(id);
    open(id, checkpoint);
  }

  std::string bytes(BrokerId id) {
    return bytes_of(scratch_.at(id)->path() / "00000000000000000000.log");
  }

 private:
  void open(BrokerId id, std::int64_t high_watermark = 0) {
    partitions_[id] = std::make_unique<Partition>(
        PartitionName{kTestedPartition, "tested"},
        id,
        LeaderOptions{.lag_max_ms = 1000},
        open_log(*scratch_.at(id)),
        high_watermark,
        [this](const PartitionEvent& event) { events_.push_back(event); },
        [] {});
  }

  controller::Partition state_;
  std::map<BrokerId, std::unique_ptr<ScratchDirectory>> scratch_;
  std::map<BrokerId, std::unique_ptr<Partition>> partitions_;
  std::vector<PartitionEvent> events_;
};

}  // namespace quorate::broker
