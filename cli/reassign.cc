#include "cli/reassign.h"

#include <algorithm>
#include <span>
#include <utility>

#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/query.pb.h"

#include "cli/identifiers.h"
#include "cli/item_errors.h"
#include "cli/plan.h"
#include "cli/reassignment_file.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;
using controller::ControllerClient;

// So many are asked for at a time: no request is too large, and others have their turn between.
constexpr std::size_t kPartitionsPerRequest = 1000;

Failure item_failure(const v1::AlterPartitionReassignmentsResult& result) {
  Failure failure = failure_of(result.error(),
                               result.error_message(),
                               result.topic() + "-" + std::to_string(result.partition()));
  failure.attempt = "quorate topic describe " + result.topic();
  if (result.error() == v1::UNKNOWN_TOPIC_OR_PARTITION) failure.attempt = "quorate topic list";
  if (result.error() == v1::INVALID_REPLICA_ASSIGNMENT) failure.attempt = "quorate broker list";
  if (result.error() == v1::NO_REASSIGNMENT_IN_PROGRESS)
    failure.attempt = "quorate partition moves";
  return failure;
}

// What is asked for, wherever it is said.
Result<std::vector<WantedReplicas>> wanted_by(ControllerClient& client,
                                              const GlobalOptions& options,
                                              const ReassignOptions& reassign) {
  if (!reassign.file.empty()) return read_reassignment(reassign.file);
  if (!reassign.all) {
    return std::vector{WantedReplicas{reassign.topic, reassign.partition, reassign.replicas}};
  }
  const auto moves = client.list_partition_reassignments({}, options.call());
  QUORATE_TRY(moves.status());
  std::vector<WantedReplicas> all;
  for (const v1::OngoingReassignment& move : moves->partitions())
    all.push_back({move.topic(), move.partition(), {}});
  return all;
}

v1::AlterPartitionReassignmentsRequest request_for(const GlobalOptions& options,
                                                   std::span<const WantedReplicas> wanted,
                                                   const ReassignOptions& reassign) {
  v1::AlterPartitionReassignmentsRequest request;
  set_meta(options, *request.mutable_meta());
  request.set_keep_replication_factor(reassign.keep_replication_factor);
  request.set_allow_cordoned(reassign.allow_cordoned);
  const bool is_cancel = reassign.action == ReassignAction::kCancel;
  for (const WantedReplicas& one : wanted) {
    v1::Reassignment& item = *request.add_partitions();
    item.set_topic(one.topic);
    item.set_partition(one.partition);
    item.set_cancel(is_cancel);
    if (!is_cancel) item.mutable_target()->Assign(one.replicas.begin(), one.replicas.end());
  }
  return request;
}

// One request, and what its answer says of itself.
Result<v1::ResponseMeta> ask(ControllerClient& client,
                             const GlobalOptions& options,
                             v1::AlterPartitionReassignmentsRequest request,
                             Listing& listing,
                             std::vector<Failure>& failures) {
  const bool is_cancel = request.partitions(0).cancel();
  const auto response = client.alter_partition_reassignments(std::move(request), options.call());
  QUORATE_TRY(response.status());
  if (response->error() != v1::NONE) {
    failures.push_back(failure_of(response->error(), response->error_message()));
    return response->meta();
  }
  for (const auto& result : response->results()) {
    const bool done = result.error() == v1::NONE;
    const std::string word = is_cancel ? "cancelled" : "accepted";
    listing.add({result.topic(),
                 std::to_string(result.partition()),
                 done ? word : v1::ErrorCode_Name(result.error())},
                {{"topic", result.topic()},
                 {"partition", result.partition()},
                 {"error", v1::ErrorCode_Name(result.error())}});
    if (!done) failures.push_back(item_failure(result));
  }
  return response->meta();
}

}  // namespace

int partition_reassign(const GlobalOptions& options, const ReassignOptions& reassign) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const auto wanted = wanted_by(**client, options, reassign);
  if (!wanted.is_ok()) return report(to_failure(wanted.status()));
  Listing listing("PartitionsReassigned", {"TOPIC", "PARTITION", "RESULT"});
  std::vector<Failure> failures;
  const std::span<const WantedReplicas> all(*wanted);
  for (std::size_t at = 0; at < all.size(); at += kPartitionsPerRequest) {
    const auto part = all.subspan(at, std::min(kPartitionsPerRequest, all.size() - at));
    const auto asked =
        ask(**client, options, request_for(options, part, reassign), listing, failures);
    if (!asked.is_ok()) failures.push_back(to_failure(asked.status()));
    // Of more than one request the first is planned: the next would be decided on what it made.
    if (asked.is_ok() && options.dry_run) print_plan(*asked, options.format);
    if (!asked.is_ok() || options.dry_run) break;
  }
  if (!options.dry_run || all.empty()) listing.print(options.format);
  return failures.empty() ? static_cast<int>(Exit::kOk) : report(failures.front());
}

int partition_moves(const GlobalOptions& options) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const auto moves = (*client)->list_partition_reassignments({}, options.call());
  if (!moves.is_ok()) return report(to_failure(moves.status()));
  Listing listing(
      "PartitionMoves",
      {"TOPIC", "PARTITION", "LEADER", "REPLICAS", "ISR", "ADDING", "REMOVING", "ORIGINAL"});
  for (const v1::OngoingReassignment& move : moves->partitions()) {
    listing.add({move.topic(),
                 std::to_string(move.partition()),
                 move.leader() < 0 ? "none" : std::to_string(move.leader()),
                 ids_text(move.replicas()),
                 ids_text(move.isr()),
                 ids_text(move.adding()),
                 ids_text(move.removing()),
                 ids_text(move.original())},
                {{"topic", move.topic()},
                 {"partition", move.partition()},
                 {"leader", move.leader()},
                 {"replicas", ids_list(move.replicas())},
                 {"isr", ids_list(move.isr())},
                 {"adding", ids_list(move.adding())},
                 {"removing", ids_list(move.removing())},
                 {"original", ids_list(move.original())}});
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
