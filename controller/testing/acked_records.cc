#include "controller/testing/acked_records.h"

#include <algorithm>

#include "raft/testing/evidence.h"

namespace quorate::controller::testing {

using raft::testing::evidence;

bool AckedRecords::has(const std::vector<SimRecord>& log,
                       std::int64_t offset,
                       const SimRecord& record) const {
  const auto at = static_cast<std::size_t>(offset);
  return at < log.size() && log[at] == record;
}

void AckedRecords::on_lead(const TopicPartition& id,
                           std::int32_t leader_epoch,
                           BrokerId broker,
                           const std::vector<SimRecord>& log) {
  Known& known = partitions_[id];
  for (const auto& [offset, acked] : known.acked) {
    if (acked.by_epoch >= leader_epoch || has(log, offset, acked.record)) continue;
    return fail_("B1",
                 evidence("broker ",
                          broker,
                          " leads ",
                          to_string(id.topic),
                          '-',
                          id.partition,
                          " in epoch ",
                          leader_epoch,
                          " without the record ",
                          acked.record.value,
                          " of epoch ",
                          acked.record.leader_epoch,
                          " at offset ",
                          offset,
                          ", acknowledged in epoch ",
                          acked.by_epoch,
                          "; its log ends at ",
                          log.size()));
  }
  if (leader_epoch <= known.newest) return;
  known.newest = leader_epoch;
  known.leader = broker;
  known.log = log;
}

void AckedRecords::on_acked(const TopicPartition& id,
                            std::int32_t leader_epoch,
                            std::int64_t offset,
                            const SimRecord& record) {
  Known& known = partitions_[id];
  ++count_;
  ++counts_[id];
  if (leader_epoch < known.floor) return;
  if (leader_epoch < known.newest && !has(known.log, offset, record)) {
    return fail_("B1",
                 evidence("record ",
                          record.value,
                          " at offset ",
                          offset,
                          " of ",
                          to_string(id.topic),
                          '-',
                          id.partition,
                          " is acknowledged in epoch ",
                          leader_epoch,
                          " after broker ",
                          known.leader,
                          " began to lead epoch ",
                          known.newest,
                          " without it"));
  }
  const auto [at, is_new] = known.acked.try_emplace(offset, Acked{record, leader_epoch});
  if (!is_new && at->second.record != record) {
    fail_("B6", evidence("two records are acknowledged at offset ", offset));
  }
}

void AckedRecords::may_be_lost(const TopicPartition& id, std::int32_t before_epoch) {
  Known& known = partitions_[id];
  known.floor = std::max(known.floor, before_epoch);
  given_up_ += std::erase_if(known.acked,
                             [&](const auto& one) { return one.second.by_epoch < before_epoch; });
}

void AckedRecords::on_removed(const Uuid& topic) {
  std::erase_if(partitions_, [&](const auto& one) { return one.first.topic == topic; });
}

}  // namespace quorate::controller::testing
