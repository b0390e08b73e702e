// `quorate quorum add-controller | replace-controller | remove-controller | transfer-leader`: who
// takes part in the controllers' Raft group, and who leads it. Thread: main.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "quorate/controller/v1/maintenance.pb.h"

#include "cli/connection.h"
#include "raft/base/status.h"

namespace quorate::cli {

struct QuorumMemberOptions {
  std::string replica;  // "<id>:<incarnation>", as quorate-controller format printed it
  std::int32_t node = 0;
  bool as_learner = false;
  std::uint32_t catch_up_seconds = 30;
  std::optional<std::int32_t> target;  // of a transfer
};

// kInvalidArgument for a text of another form.
Result<controller::v1::ControllerReplica> parse_replica(const std::string& text);

// Each prints the group as it is afterwards. kUnavailable when nobody leads.
Status quorum_add_controller(const GlobalOptions& global, const QuorumMemberOptions& options);
// A new data directory takes the place of the one that the node had.
Status quorum_replace_controller(const GlobalOptions& global, const QuorumMemberOptions& options);
Status quorum_remove_controller(const GlobalOptions& global, const QuorumMemberOptions& options);
// Waits until another one leads. kTimedOut: the leadership did not move.
Status quorum_transfer_leader(const GlobalOptions& global, const QuorumMemberOptions& options);

}  // namespace quorate::cli
