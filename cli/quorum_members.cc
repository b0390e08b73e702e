#include "cli/quorum_members.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "cli/identifiers.h"
#include "cli/output.h"
#include "cli/quorum_answers.h"
#include "controller/client/maintenance_client.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;
using controller::ControllerClient;
using controller::MaintenanceClient;

constexpr auto kGlance = std::chrono::milliseconds(20);

Result<QuorumAnswer> find_leader(ControllerClient& client, const GlobalOptions& global) {
  const std::vector<QuorumAnswer> answers = ask_all(client, global);
  if (const QuorumAnswer* leader = leader_of(answers)) return *leader;
  std::string error;
  for (const QuorumAnswer& answer : answers) {
    if (!answer.quorum) error = " (" + answer.address + ": " + answer.error + ")";
  }
  return Status(Code::kUnavailable, "no controller leads" + error);
}

void add_rows(Listing& listing,
              const google::protobuf::RepeatedPtrField<v1::ControllerReplica>& replicas,
              const std::string& votes) {
  for (const v1::ControllerReplica& replica : replicas) {
    const std::string incarnation = uuid_text(replica.incarnation());
    listing.add({std::to_string(replica.node_id()), incarnation, votes},
                {{"node", replica.node_id()}, {"incarnation", incarnation}, {"role", votes}});
  }
}

Status change(const GlobalOptions& global,
              const QuorumMemberOptions& options,
              v1::ChangeControllersRequest request) {
  const auto client = connect(global);
  QUORATE_TRY(client.status());
  const auto leader = find_leader(**client, global);
  QUORATE_TRY(leader.status());
  request.set_as_learners(options.as_learner);
  request.set_catch_up_timeout_ms(options.catch_up_seconds * 1000);
  controller::CallOptions call = global.call();
  if (request.add_size() > 0) call.timeout_ms += std::int64_t{options.catch_up_seconds} * 1000;
  const auto changed =
      MaintenanceClient(**client, leader->address).change_controllers(request, call);
  QUORATE_TRY(changed.status());
  Listing listing("QuorumMembers", {"NODE", "INCARNATION", "ROLE"});
  add_rows(listing, changed->voters(), "voter");
  add_rows(listing, changed->learners(), "learner");
  listing.print(global.format);
  return Status::ok();
}

}  // namespace

Result<v1::ControllerReplica> parse_replica(const std::string& text) {
  const std::size_t colon = text.find(':');
  std::int32_t node = -1;
  const char* end = text.data() + std::min(colon, text.size());
  const auto [stop, error] = std::from_chars(text.data(), end, node);
  const auto incarnation =
      parse_uuid_text(colon == std::string::npos ? "" : std::string_view(text).substr(colon + 1));
  if (error != std::errc{} || stop != end || node < 0 || !incarnation) {
    return {Code::kInvalidArgument,
            "'" + text + "' is not <id>:<incarnation>, as quorate-controller format prints it"};
  }
  v1::ControllerReplica replica;
  replica.set_node_id(node);
  *replica.mutable_incarnation() = *incarnation;
  return replica;
}

Status quorum_add_controller(const GlobalOptions& global, const QuorumMemberOptions& options) {
  auto replica = parse_replica(options.replica);
  QUORATE_TRY(replica.status());
  v1::ChangeControllersRequest request;
  *request.add_add() = *std::move(replica);
  return change(global, options, std::move(request));
}

Status quorum_replace_controller(const GlobalOptions& global, const QuorumMemberOptions& options) {
  auto replica = parse_replica(options.replica);
  QUORATE_TRY(replica.status());
  v1::ChangeControllersRequest request;
  request.add_remove(replica->node_id());
  *request.add_add() = *std::move(replica);
  return change(global, options, std::move(request));
}

Status quorum_remove_controller(const GlobalOptions& global, const QuorumMemberOptions& options) {
  v1::ChangeControllersRequest request;
  request.add_remove(options.node);
  return change(global, options, std::move(request));
}

Status quorum_transfer_leader(const GlobalOptions& global, const QuorumMemberOptions& options) {
  const auto client = connect(global);
  QUORATE_TRY(client.status());
  const auto before = find_leader(**client, global);
  QUORATE_TRY(before.status());
  if (options.target == before->quorum->node_id()) {
    return {Code::kAlreadyExists,
            "controller " + std::to_string(*options.target) + " leads already"};
  }
  QUORATE_TRY(MaintenanceClient(**client, before->address)
                  .transfer_leadership(options.target, global.call()));
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(global.timeout_seconds);
  while (std::chrono::steady_clock::now() < deadline) {
    const auto now = find_leader(**client, global);
    if (now.is_ok() && now->quorum->term() > before->quorum->term()) {
      Listing listing("QuorumLeader", {"NODE", "TERM"});
      listing.add({std::to_string(now->quorum->node_id()), std::to_string(now->quorum->term())},
                  {{"node", now->quorum->node_id()}, {"term", now->quorum->term()}});
      listing.print(global.format);
      return Status::ok();
    }
    std::this_thread::sleep_for(kGlance);
  }
  return {Code::kTimedOut, "the leadership has not moved: rejected or not possible yet"};
}

}  // namespace quorate::cli
