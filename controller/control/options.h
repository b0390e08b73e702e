// What can be set about decisions.
//
// Thread: a value.
#pragma once

#include <cstddef>
#include <cstdint>

#include "controller/control/feature_table.h"
#include "controller/control/mutation_quota.h"
#include "controller/control/sessions.h"
#include "controller/image/configs_image.h"
#include "controller/image/types.h"

namespace quorate::controller {

// Bounds of one step of what touches many partitions (fencing, hand-over, elections): a step is one
// batch, and other commands are decided between steps.
struct StepOptions {
  std::size_t records_max = 1'000;      // partition changes; beside them a batch has a few records
  std::size_t bytes_max = 256U << 10U;  // of partition changes as encoded
  std::size_t examined_max = 10'000;    // partitions looked at, changed or not
};

// How fast the leaderships of brokers in maintenance go to others (OPS-3).
struct DrainOptions {
  std::size_t leaders_max = 100;   // of one batch
  std::uint32_t pause_ms = 100;    // from one batch to the next
  std::uint32_t retry_ms = 1'000;  // until what nobody else could lead is looked at again
};

// How fast brokers that are decommissioned are emptied (OPS-6).
struct DecommissionOptions {
  std::size_t moves_max = 50;    // partitions that are moved at a time, by whomever
  std::uint32_t pause_ms = 100;  // from one batch of moves to the next
  std::uint32_t retry_ms = 500;  // until one is looked at again of which nothing could begin
};

struct ControlOptions {
  Uuid cluster_id;
  SessionOptions session;
  std::int32_t default_partitions = 1;
  std::int32_t default_replication_factor = 3;
  bool delete_topic_enable = true;
  // Records that one user request may write; what goes beyond is POLICY_VIOLATION (TOP-7).
  std::size_t request_records_max = 10'000;
  std::size_t request_id_bytes_max = 128;  // longer ids: INVALID_REQUEST
  std::int32_t producer_id_block = 1'000;
  // What this controller can work with.
  FeatureTable features = known_features();
  // What this controller's file says of broker keys, for which nothing is set in the log (ELE-8).
  ConfigMap statics;
  StepOptions step;
  DrainOptions drain;
  DecommissionOptions decommission;
  MutationQuotaOptions mutation_quota;
  std::size_t maintenance_brokers_max = 1;  // at a time (OPS-4)
  // Whether eligible leader replicas are finalized (for good) once every registered broker supports
  // them.
  bool eligible_leaders = false;
  // How often partitions go back to their preferred leaders (ELE-9), and how often all that are
  // without a leader are looked at (ELE-8). 0: never.
  std::uint32_t balance_interval_ms = 300'000;
  std::uint32_t leaderless_interval_ms = 300'000;
};

}  // namespace quorate::controller
