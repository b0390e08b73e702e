#include "controller/service/initial_membership.h"

#include <algorithm>
#include <string_view>

namespace quorate::controller {

Result<raft::Membership> parse_initial_membership(const std::vector<std::string>& items) {
  raft::Membership membership;
  for (const std::string& item : items) {
    const auto colon = item.find(':');
    const auto incarnation = raft::parse_uuid(
        colon == std::string::npos ? "" : std::string_view(item).substr(colon + 1));
    const std::string id = item.substr(0, colon);
    const bool digits =
        !id.empty() && id.size() < 10 && id.find_first_not_of("0123456789") == std::string::npos;
    if (!incarnation || incarnation->is_none() || !digits) {
      return {Code::kInvalidArgument,
              "--initial-controllers: '" + item + "' is not <id>:<22 characters of base64>"};
    }
    membership.voters.push_back({{std::stoull(id)}, *incarnation});
  }
  std::ranges::sort(membership.voters);
  QUORATE_TRY(raft::validate(membership).with_context("--initial-controllers"));
  if (membership.voters.size() % 2 == 0) {
    return {Code::kInvalidArgument, "--initial-controllers: an even number of voters"};
  }
  return membership;
}

}  // namespace quorate::controller
