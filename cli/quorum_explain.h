// `quorate quorum explain`: why there is no leader, why nothing commits, who lags and why.
//
// From what every controller that answers says of itself, by the same rules as raft::explain().
// Thread: main.
#pragma once

#include <vector>

#include "quorate/controller/v1/query.pb.h"

#include "cli/connection.h"
#include "raft/server/explain.h"

namespace quorate::cli {

// A peer that a leader did not hear for so long is silent.
inline constexpr std::uint32_t kSilentMs = 1000;

[[nodiscard]] std::vector<raft::Explanation> explain_answer(
    const controller::v1::DescribeQuorumResponse& answer);

// Exit status: 0 nothing to explain, 8 nobody leads, 10 there is a leader and something to explain.
int quorum_explain(const GlobalOptions& options);

}  // namespace quorate::cli
