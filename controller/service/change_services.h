// The unary services that change metadata: Admin, PartitionControl, IdAllocator.
//
// Owner: ControllerService. Thread: gRPC's.
#pragma once

#include "quorate/controller/v1/admin.grpc.pb.h"
#include "quorate/controller/v1/partition_control.grpc.pb.h"

#include "controller/service/service_parts.h"

namespace quorate::controller {

class AdminService final : public v1::Admin::CallbackService {
 public:
  explicit AdminService(const ServiceParts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* CreateTopics(grpc::CallbackServerContext* context,
                                         const v1::CreateTopicsRequest* request,
                                         v1::CreateTopicsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteTopics(grpc::CallbackServerContext* context,
                                         const v1::DeleteTopicsRequest* request,
                                         v1::DeleteTopicsResponse* response) override;
  grpc::ServerUnaryReactor* ElectLeaders(grpc::CallbackServerContext* context,
                                         const v1::ElectLeadersRequest* request,
                                         v1::ElectLeadersResponse* response) override;
  grpc::ServerUnaryReactor* AlterConfigs(grpc::CallbackServerContext* context,
                                         const v1::AlterConfigsRequest* request,
                                         v1::AlterConfigsResponse* response) override;
  grpc::ServerUnaryReactor* UpdateFeatures(grpc::CallbackServerContext* context,
                                           const v1::UpdateFeaturesRequest* request,
                                           v1::UpdateFeaturesResponse* response) override;
  grpc::ServerUnaryReactor* AlterClientQuotas(grpc::CallbackServerContext* context,
                                              const v1::AlterClientQuotasRequest* request,
                                              v1::AlterClientQuotasResponse* response) override;
  grpc::ServerUnaryReactor* AlterUserScramCredentials(
      grpc::CallbackServerContext* context,
      const v1::AlterUserScramCredentialsRequest* request,
      v1::AlterUserScramCredentialsResponse* response) override;
  grpc::ServerUnaryReactor* CreateAcls(grpc::CallbackServerContext* context,
                                       const v1::CreateAclsRequest* request,
                                       v1::CreateAclsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteAcls(grpc::CallbackServerContext* context,
                                       const v1::DeleteAclsRequest* request,
                                       v1::DeleteAclsResponse* response) override;
  grpc::ServerUnaryReactor* UnregisterBroker(grpc::CallbackServerContext* context,
                                             const v1::UnregisterBrokerRequest* request,
                                             v1::UnregisterBrokerResponse* response) override;
  grpc::ServerUnaryReactor* AlterBroker(grpc::CallbackServerContext* context,
                                        const v1::AlterBrokerRequest* request,
                                        v1::AlterBrokerResponse* response) override;
  grpc::ServerUnaryReactor* CreatePartitions(grpc::CallbackServerContext* context,
                                             const v1::CreatePartitionsRequest* request,
                                             v1::CreatePartitionsResponse* response) override;
  grpc::ServerUnaryReactor* AlterPartitionReassignments(
      grpc::CallbackServerContext* context,
      const v1::AlterPartitionReassignmentsRequest* request,
      v1::AlterPartitionReassignmentsResponse* response) override;
  grpc::ServerUnaryReactor* AppendNoOp(grpc::CallbackServerContext* context,
                                       const v1::AppendNoOpRequest* request,
                                       v1::AppendNoOpResponse* response) override;

 private:
  const ServiceParts& parts_;
};

class PartitionControlService final : public v1::PartitionControl::CallbackService {
 public:
  explicit PartitionControlService(const ServiceParts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* AlterPartition(grpc::CallbackServerContext* context,
                                           const v1::AlterPartitionRequest* request,
                                           v1::AlterPartitionResponse* response) override;

 private:
  const ServiceParts& parts_;
};

class IdAllocatorService final : public v1::IdAllocator::CallbackService {
 public:
  explicit IdAllocatorService(const ServiceParts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* AllocateProducerIds(grpc::CallbackServerContext* context,
                                                const v1::AllocateProducerIdsRequest* request,
                                                v1::AllocateProducerIdsResponse* response) override;

 private:
  const ServiceParts& parts_;
};

}  // namespace quorate::controller
