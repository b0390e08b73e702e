// Which partitions are to be moved where: from a file in the form of kafka-reassign-partitions.
//
//   {"version": 1, "partitions": [{"topic": "orders", "partition": 0, "replicas": [3, 1, 2]}]}
//
// `log_dirs` may be there if it says "any" everywhere; members that mean nothing here are refused,
// so that a misspelt one is seen.
// Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "raft/base/status.h"

namespace quorate::cli {

struct WantedReplicas {
  std::string topic;
  std::int32_t partition = 0;
  std::vector<std::int32_t> replicas;  // may be empty where it is not looked at

  bool operator==(const WantedReplicas&) const = default;
};

inline constexpr std::size_t kReassignmentFileBytesMax = 64U << 20U;

// Errors: kInvalidArgument, saying what is wrong and where.
[[nodiscard]] Result<std::vector<WantedReplicas>> parse_reassignment(std::string_view json);
// Errors: kNotFound, kInvalidArgument.
[[nodiscard]] Result<std::vector<WantedReplicas>> read_reassignment(const std::string& path);

}  // namespace quorate::cli
