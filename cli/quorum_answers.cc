#include "cli/quorum_answers.h"

#include <utility>

namespace quorate::cli {

std::vector<QuorumAnswer> ask_all(controller::ControllerClient& client,
                                  const GlobalOptions& options) {
  std::vector<QuorumAnswer> answers;
  for (const auto& address : client.controllers()) {
    auto response = client.describe_quorum(address, options.call());
    if (response.is_ok()) {
      answers.push_back({address, *std::move(response), {}});
    } else {
      answers.push_back({address, std::nullopt, response.status().message()});
    }
  }
  return answers;
}

const QuorumAnswer* leader_of(const std::vector<QuorumAnswer>& answers) {
  const QuorumAnswer* leader = nullptr;
  for (const QuorumAnswer& answer : answers) {
    if (!answer.quorum || answer.quorum->role() != "leader") continue;
    if (leader == nullptr || answer.quorum->term() > leader->quorum->term()) leader = &answer;
  }
  return leader;
}

}  // namespace quorate::cli
