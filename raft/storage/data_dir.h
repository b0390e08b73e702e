// Where things lie in a data directory.
#pragma once

#include <string>

#include "raft/core/types.h"

namespace quorate::raft {

inline constexpr const char* kLockName = "LOCK";
inline constexpr const char* kIdentityName = "identity";
inline constexpr const char* kWitnessName = "witness";
inline constexpr const char* kDatabaseName = "raft-log";
inline constexpr const char* kSnapshotsName = "snapshots";

// The snapshots of `group`.
[[nodiscard]] inline std::string snapshot_path(const std::string& dir, GroupId group) {
  return dir + "/" + kSnapshotsName + "/" + std::to_string(group.value);
}
[[nodiscard]] inline std::string lock_path(const std::string& dir) {
  return dir + "/" + kLockName;
}
[[nodiscard]] inline std::string identity_path(const std::string& dir) {
  return dir + "/" + kIdentityName;
}
[[nodiscard]] inline std::string witness_path(const std::string& dir) {
  return dir + "/" + kWitnessName;
}
[[nodiscard]] inline std::string database_path(const std::string& dir) {
  return dir + "/" + kDatabaseName;
}

}  // namespace quorate::raft
