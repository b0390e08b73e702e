// What can be set about decisions.
//
// Thread: a value.
#pragma once

#include <cstddef>
#include <cstdint>

#include "controller/control/sessions.h"
#include "controller/image/types.h"

namespace quorate::controller {

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
};

}  // namespace quorate::controller
