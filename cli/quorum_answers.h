// What every controller says of the Raft group, and who of them leads it. Thread: main.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "quorate/controller/v1/query.pb.h"

#include "cli/connection.h"

namespace quorate::cli {

struct QuorumAnswer {
  std::string address;
  std::optional<controller::v1::DescribeQuorumResponse> quorum;
  std::string error;  // why there is none
};

// One for each controller that the client knows of.
[[nodiscard]] std::vector<QuorumAnswer> ask_all(controller::ControllerClient& client,
                                                const GlobalOptions& options);

// The leader of the highest term, null when none answers; an old one may not know yet that it is
// deposed.
[[nodiscard]] const QuorumAnswer* leader_of(const std::vector<QuorumAnswer>& answers);

}  // namespace quorate::cli
