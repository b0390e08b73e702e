// Wire forms of what is asked about partitions: more of them, and where their replicas go.
#include <utility>

#include "controller/service/request_checks.h"
#include "controller/service/request_codec.h"

namespace quorate::controller {
namespace {

Result<MorePartitions> to_more(const v1::MorePartitions& wire, const RequestLimits& limits) {
  QUORATE_TRY(check_text(wire.topic(), limits, "a topic's name"));
  QUORATE_TRY(check_count(wire.assignments_size(), limits.assignments_max, "assignments"));
  MorePartitions more{wire.topic(), wire.total(), std::nullopt};
  if (wire.assignments().empty()) return more;
  more.assignments.emplace();
  for (const v1::ReplicaAssignment& assignment : wire.assignments()) {
    QUORATE_TRY(check_count(assignment.broker_ids_size(), limits.replicas_max, "replicas"));
    more.assignments->emplace_back(assignment.broker_ids().begin(), assignment.broker_ids().end());
  }
  return more;
}

Result<ReassignmentItem> to_item(const v1::Reassignment& wire, const RequestLimits& limits) {
  QUORATE_TRY(check_text(wire.topic(), limits, "a topic's name"));
  QUORATE_TRY(check_count(wire.target_size(), limits.replicas_max, "replicas"));
  if (wire.cancel() && !wire.target().empty()) {
    return refused("give either a target or `cancel` for " + wire.topic().substr(0, 64));
  }
  ReassignmentItem item{wire.topic(), wire.partition(), std::nullopt};
  if (!wire.cancel()) item.target.emplace(wire.target().begin(), wire.target().end());
  return item;
}

}  // namespace

Result<CreatePartitions> to_command(const v1::CreatePartitionsRequest& request,
                                    const RequestLimits& limits) {
  if (request.topics().empty()) return refused("no topic is named");
  QUORATE_TRY(check_count(request.topics_size(), limits.topics_max, "topics"));
  CreatePartitions command;
  if (request.allow_cordoned()) command.cordons = Cordons::kOverridden;
  for (const v1::MorePartitions& wire : request.topics()) {
    Result<MorePartitions> more = to_more(wire, limits);
    QUORATE_TRY(more.status());
    command.topics.push_back(*std::move(more));
  }
  return command;
}

Result<AlterReassignments> to_command(const v1::AlterPartitionReassignmentsRequest& request,
                                      const RequestLimits& limits) {
  if (request.partitions().empty()) return refused("no partition is named");
  QUORATE_TRY(check_count(request.partitions_size(), limits.reassignments_max, "partitions"));
  AlterReassignments command;
  if (request.allow_cordoned()) command.cordons = Cordons::kOverridden;
  if (request.keep_replication_factor()) command.factor_change = FactorChange::kRefused;
  for (const v1::Reassignment& wire : request.partitions()) {
    Result<ReassignmentItem> item = to_item(wire, limits);
    QUORATE_TRY(item.status());
    command.partitions.push_back(*std::move(item));
  }
  return command;
}

void write_answer(const CreatePartitionsAnswer& answer, v1::CreatePartitionsResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  for (const MorePartitionsAnswer& one : answer.topics) {
    v1::CreatePartitionsResult& result = *response.add_results();
    result.set_topic(one.topic);
    result.set_error(one.error);
    result.set_error_message(one.error_message);
  }
}

void write_answer(const AlterReassignmentsAnswer& answer,
                  v1::AlterPartitionReassignmentsResponse& response) {
  response.set_error(answer.error);
  response.set_error_message(answer.error_message);
  for (const ReassignmentItemAnswer& one : answer.partitions) {
    v1::AlterPartitionReassignmentsResult& result = *response.add_results();
    result.set_topic(one.topic);
    result.set_partition(one.partition);
    result.set_error(one.error);
    result.set_error_message(one.error_message);
  }
}

}  // namespace quorate::controller
