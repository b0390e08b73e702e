// The registered brokers.
//
// Invariants: at most one registration per id; broker epochs are distinct and only grow.
// Owner: MetadataImage. Thread: any, unchanged; copies share their contents.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "controller/image/persistent_map.h"
#include "controller/image/types.h"
#include "raft/base/status.h"

namespace quorate::controller {

struct Endpoint {
  std::string listener;
  std::string host;
  std::uint16_t port = 0;
  std::string security_protocol;

  bool operator==(const Endpoint&) const = default;
};

// The levels of one feature that a process can work with, both included.
struct FeatureRange {
  std::string name;
  std::int32_t min_level = 0;
  std::int32_t max_level = 0;

  bool operator==(const FeatureRange&) const = default;
};

// What becomes of a broker once its partitions have left it, in as many batches as that takes.
enum class Departure : std::uint8_t { kNone, kFence, kUnregister, kUncleanFence };

// What operators want of a broker until they say otherwise (OPS-2).
struct BrokerIntent {
  bool cordoned = false;      // it gets no new replicas (OPS-1)
  bool maintenance = false;   // it leads nothing that another in sync can lead (OPS-3)
  bool decommission = false;  // what it has moves to others, then it is unregistered (OPS-6)

  bool operator==(const BrokerIntent&) const = default;
};

struct BrokerRegistration {
  BrokerId id = kNoBroker;
  Uuid incarnation;
  std::uint64_t epoch = 0;  // offset of its registration record
  std::vector<Endpoint> endpoints;
  std::string rack;  // empty: none
  bool fenced = true;
  bool in_controlled_shutdown = false;  // until another process of it registers
  Departure departure = Departure::kNone;
  BrokerIntent intent;
  std::vector<Uuid> log_dirs;
  std::vector<FeatureRange> features;

  // Whether it may lead and may enter an ISR.
  [[nodiscard]] bool is_active() const {
    return !fenced && !in_controlled_shutdown && departure == Departure::kNone;
  }
  // Whether it is unfenced and is not being fenced or unregistered either: its session counts.
  [[nodiscard]] bool is_present() const { return !fenced && departure == Departure::kNone; }
  // Whether replicas that it does not have may be placed on it.
  [[nodiscard]] bool takes_replicas() const { return !intent.cordoned && !intent.decommission; }
  bool operator==(const BrokerRegistration&) const = default;
};

class ClusterImage {
 public:
  using Brokers = PersistentMap<BrokerId, std::shared_ptr<const BrokerRegistration>>;

  [[nodiscard]] const Brokers& brokers() const { return brokers_; }
  // Null when not registered.
  [[nodiscard]] const BrokerRegistration* find(BrokerId id) const;
  [[nodiscard]] bool is_active(BrokerId id) const;
  // Whether others shall lead where they can (OPS-3).
  [[nodiscard]] bool is_in_maintenance(BrokerId id) const;
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  // Adds a registration or puts it in the place of the one with the same id.
  void put(BrokerRegistration registration);
  // Errors: kNotFound, kFailedPrecondition (another epoch).
  Status remove(BrokerId id, std::uint64_t epoch);

 private:
  Brokers brokers_;
  std::uint64_t hash_ = 0;
};

}  // namespace quorate::controller
