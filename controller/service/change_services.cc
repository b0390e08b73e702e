#include "controller/service/change_services.h"

namespace quorate::controller {

grpc::ServerUnaryReactor* AdminService::CreateTopics(grpc::CallbackServerContext* context,
                                                     const v1::CreateTopicsRequest* request,
                                                     v1::CreateTopicsResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<CreateTopicsAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits, draw_topic_id); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::DeleteTopics(grpc::CallbackServerContext* context,
                                                     const v1::DeleteTopicsRequest* request,
                                                     v1::DeleteTopicsResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<DeleteTopicsAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::UnregisterBroker(grpc::CallbackServerContext* context,
                                                         const v1::UnregisterBrokerRequest* request,
                                                         v1::UnregisterBrokerResponse* response) {
  const Status allowed = authorize_administrator(caller_of(*context));
  return run_change<UnregisterBrokerAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::AlterBroker(grpc::CallbackServerContext* context,
                                                    const v1::AlterBrokerRequest* request,
                                                    v1::AlterBrokerResponse* response) {
  const Status allowed = authorize_administrator(caller_of(*context));
  return run_change<AlterBrokerAnswer>(parts_,
                                       *context,
                                       CommandClass::kAdmin,
                                       *request,
                                       if_allowed(allowed, [&] { return to_command(*request); }),
                                       *response);
}

grpc::ServerUnaryReactor* AdminService::ElectLeaders(grpc::CallbackServerContext* context,
                                                     const v1::ElectLeadersRequest* request,
                                                     v1::ElectLeadersResponse* response) {
  const Status allowed = authorize_administrator(caller_of(*context));
  return run_change<ElectLeadersAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::AlterConfigs(grpc::CallbackServerContext* context,
                                                     const v1::AlterConfigsRequest* request,
                                                     v1::AlterConfigsResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<AlterConfigsAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::CreatePartitions(grpc::CallbackServerContext* context,
                                                         const v1::CreatePartitionsRequest* request,
                                                         v1::CreatePartitionsResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<CreatePartitionsAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::AlterPartitionReassignments(
    grpc::CallbackServerContext* context,
    const v1::AlterPartitionReassignmentsRequest* request,
    v1::AlterPartitionReassignmentsResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<AlterReassignmentsAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::UpdateFeatures(grpc::CallbackServerContext* context,
                                                       const v1::UpdateFeaturesRequest* request,
                                                       v1::UpdateFeaturesResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<UpdateFeaturesAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits); }),
      *response);
}

grpc::ServerUnaryReactor* AdminService::AppendNoOp(grpc::CallbackServerContext* context,
                                                   const v1::AppendNoOpRequest* request,
                                                   v1::AppendNoOpResponse* response) {
  const Status allowed = authorize(caller_of(*context), ServiceName::kAdmin);
  return run_change<AppendNoOpAnswer>(
      parts_,
      *context,
      CommandClass::kAdmin,
      *request,
      if_allowed(allowed, [] { return Result<struct AppendNoOp>(controller::AppendNoOp{}); }),
      *response);
}

grpc::ServerUnaryReactor* PartitionControlService::AlterPartition(
    grpc::CallbackServerContext* context,
    const v1::AlterPartitionRequest* request,
    v1::AlterPartitionResponse* response) {
  const Status allowed =
      authorize_as(caller_of(*context), ServiceName::kPartitionControl, request->broker_id());
  return run_change<AlterPartitionAnswer>(
      parts_,
      *context,
      CommandClass::kPartition,
      *request,
      if_allowed(allowed, [&] { return to_command(*request, parts_.limits); }),
      *response);
}

grpc::ServerUnaryReactor* IdAllocatorService::AllocateProducerIds(
    grpc::CallbackServerContext* context,
    const v1::AllocateProducerIdsRequest* request,
    v1::AllocateProducerIdsResponse* response) {
  const Status allowed =
      authorize_as(caller_of(*context), ServiceName::kIdAllocator, request->broker_id());
  return run_change<AllocateProducerIdsAnswer>(
      parts_,
      *context,
      CommandClass::kPartition,
      *request,
      if_allowed(allowed, [&] { return to_command(*request); }),
      *response);
}

}  // namespace quorate::controller
