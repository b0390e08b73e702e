// What was acknowledged at acks=all, by partition, and whether every later leader has it (B1).
//
// An unclean election is the only thing that may lose some; so may the last member of an ISR that
// loses its disk where eligible leaders are not kept, which Kafka elects as if nothing had been.
// Whoever sees either says so, and what was written before is not counted on any more.
// Owner: ClusterChecker. Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "controller/image/types.h"

namespace quorate::controller::testing {

struct SimRecord {
  std::int32_t leader_epoch = 0;
  std::uint64_t value = 0;

  bool operator==(const SimRecord&) const = default;
};

class AckedRecords {
 public:
  using Fail = std::function<void(std::string id, std::string evidence)>;
  explicit AckedRecords(Fail fail) : fail_(std::move(fail)) {}

  // `broker` begins to lead with this log.
  void on_lead(const TopicPartition& id,
               std::int32_t leader_epoch,
               BrokerId broker,
               const std::vector<SimRecord>& log);
  // A leader has told a client so.
  void on_acked(const TopicPartition& id,
                std::int32_t leader_epoch,
                std::int64_t offset,
                const SimRecord& record);
  // What was written under an older leader epoch may be gone.
  void may_be_lost(const TopicPartition& id, std::int32_t before_epoch);
  void on_removed(const Uuid& topic);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t count_of(const TopicPartition& id) const {
    const auto found = counts_.find(id);
    return found == counts_.end() ? 0 : found->second;
  }
  [[nodiscard]] std::uint64_t given_up() const { return given_up_; }

 private:
  struct Acked {
    SimRecord record;
    std::int32_t by_epoch = 0;  // of the leader that acknowledged it
  };
  struct Known {
    std::map<std::int64_t, Acked> acked;  // by offset
    std::int32_t floor = 0;               // older leader epochs are not counted on
    std::int32_t newest = -1;             // leader epoch that somebody began to lead
    BrokerId leader = kNoBroker;          // who
    std::vector<SimRecord> log;           // and what it had
  };

  [[nodiscard]] bool has(const std::vector<SimRecord>& log,
                         std::int64_t offset,
                         const SimRecord& record) const;

  Fail fail_;
  std::map<TopicPartition, Known> partitions_;
  std::uint64_t count_ = 0;
  std::map<TopicPartition, std::uint64_t> counts_;
  std::uint64_t given_up_ = 0;
};

}  // namespace quorate::controller::testing
