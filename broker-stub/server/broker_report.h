// BrokerReport: what the broker tells people (log lines), machines (events) and scrapers (metrics).
//
// Owner: main. Thread: any for the on_ functions; update() on the broker thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "broker-stub/net/listener.h"
#include "broker-stub/replica/fetcher.h"
#include "broker-stub/replica/replicas.h"
#include "broker-stub/server/serving.h"
#include "daemon/event_stream.h"
#include "daemon/log.h"
#include "daemon/metrics.h"

namespace quorate::broker {

class BrokerReport {
 public:
  // All must outlive it.
  BrokerReport(Log& log, EventStream& events, Metrics& metrics);

  [[nodiscard]] Log& log() { return log_; }
  void on_partition(const PartitionEvent& event);
  void on_link(const LeaderAddress& leader, const Status& link);
  void on_net(const NetEvent& event);
  void on_registered(std::uint64_t epoch);
  void on_registration_failed(const Status& why);
  void on_state(std::string_view state);
  void on_metadata(const controller::MetadataImage& image, std::size_t planned);

  // Gauges, counters, and an event for each partition whose positions moved.
  void update(const Replicas& replicas,
              const ServingCounters& serving,
              const NetCounters& net,
              std::uint64_t metadata_offset);

 private:
  void count(std::string_view name, std::string_view doc, std::uint64_t now);

  Log& log_;
  EventStream& events_;
  Metrics& metrics_;
  Counter& isr_changes_;
  Counter& truncations_;
  std::map<std::string, std::uint64_t, std::less<>> counted_;  // broker thread
  std::map<controller::TopicPartition, std::pair<std::int64_t, std::int64_t>> told_;
};

}  // namespace quorate::broker
