// Query and Quorum: what can be asked, answered from the committed image and the raft status.
//
// A linearizable answer waits for a read barrier of the replicated log; a local one does not wait
// for anybody. DescribeCluster, linearizable, is answered by the active controller alone, because
// only it knows when brokers were last heard of.
//
// Owner: ControllerService. Thread: gRPC's and the apply thread; answers of Query are written by a
// thread of their own.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "quorate/controller/v1/query.grpc.pb.h"

#include "controller/service/query_thread.h"
#include "controller/service/service_parts.h"

namespace quorate::controller {

class QueryService final : public v1::Query::CallbackService {
 public:
  // `control`: as the active controller decides, for what would be.
  QueryService(const ServiceParts& parts, ControlOptions control)
      : parts_(parts), control_(std::move(control)) {}

  grpc::ServerUnaryReactor* DescribeCluster(grpc::CallbackServerContext* context,
                                            const v1::DescribeClusterRequest* request,
                                            v1::DescribeClusterResponse* response) override;
  grpc::ServerUnaryReactor* DescribeBroker(grpc::CallbackServerContext* context,
                                           const v1::DescribeBrokerRequest* request,
                                           v1::DescribeBrokerResponse* response) override;
  grpc::ServerUnaryReactor* ListTopics(grpc::CallbackServerContext* context,
                                       const v1::ListTopicsRequest* request,
                                       v1::ListTopicsResponse* response) override;
  grpc::ServerUnaryReactor* DescribeTopics(grpc::CallbackServerContext* context,
                                           const v1::DescribeTopicsRequest* request,
                                           v1::DescribeTopicsResponse* response) override;
  grpc::ServerUnaryReactor* DescribeConfigs(grpc::CallbackServerContext* context,
                                            const v1::DescribeConfigsRequest* request,
                                            v1::DescribeConfigsResponse* response) override;
  grpc::ServerUnaryReactor* DescribeFeatures(grpc::CallbackServerContext* context,
                                             const v1::DescribeFeaturesRequest* request,
                                             v1::DescribeFeaturesResponse* response) override;
  grpc::ServerUnaryReactor* DescribeClientQuotas(
      grpc::CallbackServerContext* context,
      const v1::DescribeClientQuotasRequest* request,
      v1::DescribeClientQuotasResponse* response) override;
  grpc::ServerUnaryReactor* DescribeUserScramCredentials(
      grpc::CallbackServerContext* context,
      const v1::DescribeUserScramCredentialsRequest* request,
      v1::DescribeUserScramCredentialsResponse* response) override;
  grpc::ServerUnaryReactor* DescribeAcls(grpc::CallbackServerContext* context,
                                         const v1::DescribeAclsRequest* request,
                                         v1::DescribeAclsResponse* response) override;
  grpc::ServerUnaryReactor* ListConfigKeys(grpc::CallbackServerContext* context,
                                           const v1::ListConfigKeysRequest* request,
                                           v1::ListConfigKeysResponse* response) override;
  grpc::ServerUnaryReactor* ListPartitionReassignments(
      grpc::CallbackServerContext* context,
      const v1::ListPartitionReassignmentsRequest* request,
      v1::ListPartitionReassignmentsResponse* response) override;
  grpc::ServerUnaryReactor* WhatIfLost(grpc::CallbackServerContext* context,
                                       const v1::WhatIfLostRequest* request,
                                       v1::WhatIfLostResponse* response) override;

 private:
  // Calls `write` with the image once it may be read, and finishes the call.
  grpc::ServerUnaryReactor* read(grpc::CallbackServerContext& context,
                                 v1::ReadMode mode,
                                 v1::ResponseMeta& meta,
                                 std::function<void(const MetadataImage&)> write);

  const ServiceParts& parts_;
  const ControlOptions control_;
  QueryThread thread_;
};

// Where each replica of the quorum listens, by node id.
struct QuorumAddresses {
  std::map<std::uint64_t, std::string> raft;
  ControllerAddresses services;
};

class QuorumService final : public v1::Quorum::CallbackService {
 public:
  // `tick_ms`: of the replicated log, to turn its times into milliseconds.
  QuorumService(const ServiceParts& parts,
                QuorumAddresses addresses,
                std::int64_t tick_ms,
                std::string version)
      : parts_(parts),
        addresses_(std::move(addresses)),
        tick_ms_(tick_ms),
        version_(std::move(version)) {}

  grpc::ServerUnaryReactor* Describe(grpc::CallbackServerContext* context,
                                     const v1::DescribeQuorumRequest* request,
                                     v1::DescribeQuorumResponse* response) override;

 private:
  void write_peers(const raft::CoreStatus& core, v1::DescribeQuorumResponse& response) const;

  const ServiceParts& parts_;
  const QuorumAddresses addresses_;
  const std::int64_t tick_ms_;
  const std::string version_;
};

}  // namespace quorate::controller
