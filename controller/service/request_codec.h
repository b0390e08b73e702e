// From wire to command and from answer to wire, with every size and range checked on the way in.
//
// A request that cannot be a command is refused with kInvalidArgument naming the field; what a
// command may not ask for is the engine's business and stands inside the answer.
// Thread: any.
#pragma once

#include <cstdint>
#include <functional>

#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/broker_lifecycle.pb.h"
#include "quorate/controller/v1/partition_control.pb.h"

#include "controller/control/active_controller.h"
#include "controller/control/commands.h"
#include "raft/base/status.h"

namespace quorate::controller {

// Bounds of one request; more is refused.
struct RequestLimits {
  int topics_max = 10'000;
  int assignments_max = 100'000;   // of one topic
  int replicas_max = 1'000;        // of one partition
  int configs_max = 1'000;         // of one topic or other resource
  int resources_max = 10'000;      // of one AlterConfigs or DescribeConfigs
  int partitions_max = 20'000;     // of one AlterPartition
  int elections_max = 10'000;      // of one ElectLeaders
  int reassignments_max = 10'000;  // of one AlterPartitionReassignments
  int endpoints_max = 32;
  int log_dirs_max = 64;
  int features_max = 256;
  int quota_entities_max = 10'000;      // of one AlterClientQuotas
  int quota_changes_max = 64;           // of one entity
  int credentials_max = 10'000;         // of one AlterUserScramCredentials
  int acls_max = 10'000;                // of one CreateAcls
  int acl_filters_max = 1'000;          // of one DeleteAcls
  std::size_t text_bytes_max = 32'768;  // of any one string
};

Result<RegisterBroker> to_command(const v1::RegisterBrokerRequest& request,
                                  const RequestLimits& limits);
Result<Heartbeat> to_command(const v1::BrokerHeartbeat& request);
// `draw_id` gives each topic an id never used before.
Result<CreateTopics> to_command(const v1::CreateTopicsRequest& request,
                                const RequestLimits& limits,
                                const std::function<Uuid()>& draw_id);
Result<DeleteTopics> to_command(const v1::DeleteTopicsRequest& request,
                                const RequestLimits& limits);
Result<ElectLeaders> to_command(const v1::ElectLeadersRequest& request,
                                const RequestLimits& limits);
Result<AlterConfigs> to_command(const v1::AlterConfigsRequest& request,
                                const RequestLimits& limits);
Result<CreatePartitions> to_command(const v1::CreatePartitionsRequest& request,
                                    const RequestLimits& limits);
Result<AlterReassignments> to_command(const v1::AlterPartitionReassignmentsRequest& request,
                                      const RequestLimits& limits);
Result<UpdateFeatures> to_command(const v1::UpdateFeaturesRequest& request,
                                  const RequestLimits& limits);
Result<AlterClientQuotas> to_command(const v1::AlterClientQuotasRequest& request,
                                     const RequestLimits& limits);
Result<AlterScram> to_command(const v1::AlterUserScramCredentialsRequest& request,
                              const RequestLimits& limits);
// `draw_id` gives each entry an id never used before.
Result<CreateAcls> to_command(const v1::CreateAclsRequest& request,
                              const RequestLimits& limits,
                              const std::function<Uuid()>& draw_id);
Result<DeleteAcls> to_command(const v1::DeleteAclsRequest& request, const RequestLimits& limits);
Result<UnregisterBroker> to_command(const v1::UnregisterBrokerRequest& request);
Result<AlterBroker> to_command(const v1::AlterBrokerRequest& request);
Result<AlterPartition> to_command(const v1::AlterPartitionRequest& request,
                                  const RequestLimits& limits);
Result<AllocateProducerIds> to_command(const v1::AllocateProducerIdsRequest& request);

// Everything but the ResponseMeta.
void write_answer(const RegisterBrokerAnswer& answer, v1::RegisterBrokerResponse& response);
void write_answer(const HeartbeatAnswer& answer, v1::BrokerHeartbeatResponse& response);
void write_answer(const CreateTopicsAnswer& answer, v1::CreateTopicsResponse& response);
void write_answer(const DeleteTopicsAnswer& answer, v1::DeleteTopicsResponse& response);
void write_answer(const AlterPartitionAnswer& answer, v1::AlterPartitionResponse& response);
void write_answer(const AllocateProducerIdsAnswer& answer,
                  v1::AllocateProducerIdsResponse& response);
void write_answer(const ElectLeadersAnswer& answer, v1::ElectLeadersResponse& response);
void write_answer(const AlterConfigsAnswer& answer, v1::AlterConfigsResponse& response);
void write_answer(const CreatePartitionsAnswer& answer, v1::CreatePartitionsResponse& response);
void write_answer(const AlterReassignmentsAnswer& answer,
                  v1::AlterPartitionReassignmentsResponse& response);
void write_answer(const UpdateFeaturesAnswer& answer, v1::UpdateFeaturesResponse& response);
void write_answer(const AlterClientQuotasAnswer& answer, v1::AlterClientQuotasResponse& response);
void write_answer(const AlterScramAnswer& answer, v1::AlterUserScramCredentialsResponse& response);
void write_answer(const CreateAclsAnswer& answer, v1::CreateAclsResponse& response);
void write_answer(const DeleteAclsAnswer& answer, v1::DeleteAclsResponse& response);
void write_answer(const UnregisterBrokerAnswer& answer, v1::UnregisterBrokerResponse& response);
void write_answer(const AlterBrokerAnswer& answer, v1::AlterBrokerResponse& response);
void write_answer(const AppendNoOpAnswer& answer, v1::AppendNoOpResponse& response);

[[nodiscard]] AclFilter filter_from(const v1::AclFilter& wire);
void write_binding(const AclBinding& binding, v1::AclBinding& wire);

// For RequestDone records.
[[nodiscard]] AnswerCodec answer_codec();

}  // namespace quorate::controller
