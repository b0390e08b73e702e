// ControllerClient: calls to the controller quorum from outside it (brokers, command line).
//
// It finds the active controller (leader hint, else asks around), retries what is safe to retry and
// tells apart what was rejected from what may have happened:
//   - ok: the answer. Errors of single items (a topic that exists, ...) stand inside the answer.
//   - kUnknownOutcome: sent at least once, no answer in time; it may or may not have happened. The
//     same request id may be sent again at any time and gets the first answer.
//   - any other code: rejected; it certainly did not happen. kTimedOut and kUnavailable: no
//     controller took it up in time.
// Every mutation carries a request id (drawn here unless the request has one) that stays the same
// over all retries, so a retry after a failover cannot do it twice.
//
// Owner: the process. Thread: any; a call blocks its caller until its deadline at the latest.
// Source: docs/controller.md, "Outcomes".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "raft/base/status.h"

namespace quorate::controller {

namespace v1 {
class AllocateProducerIdsRequest;
class AlterBrokerRequest;
class AlterBrokerResponse;
class AllocateProducerIdsResponse;
class AlterClientQuotasRequest;
class AlterClientQuotasResponse;
class AlterConfigsRequest;
class AlterConfigsResponse;
class AlterUserScramCredentialsRequest;
class AlterUserScramCredentialsResponse;
class AlterPartitionReassignmentsRequest;
class AlterPartitionReassignmentsResponse;
class AlterPartitionRequest;
class AlterPartitionResponse;
class AppendNoOpRequest;
class AppendNoOpResponse;
class CreateAclsRequest;
class CreateAclsResponse;
class CreatePartitionsRequest;
class CreatePartitionsResponse;
class CreateTopicsRequest;
class CreateTopicsResponse;
class DeleteAclsRequest;
class DeleteAclsResponse;
class DeleteTopicsRequest;
class DeleteTopicsResponse;
class DescribeBrokerRequest;
class DescribeBrokerResponse;
class DescribeAclsRequest;
class DescribeAclsResponse;
class DescribeClientQuotasRequest;
class DescribeClientQuotasResponse;
class DescribeClusterRequest;
class DescribeClusterResponse;
class DescribeConfigsRequest;
class DescribeConfigsResponse;
class DescribeFeaturesRequest;
class DescribeFeaturesResponse;
class DescribeQuorumResponse;
class DescribeTopicsRequest;
class DescribeTopicsResponse;
class DescribeUserScramCredentialsRequest;
class DescribeUserScramCredentialsResponse;
class ListConfigKeysRequest;
class ListConfigKeysResponse;
class ListPartitionReassignmentsRequest;
class ListPartitionReassignmentsResponse;
class ListTopicsRequest;
class ListTopicsResponse;
class RegisterBrokerRequest;
class RegisterBrokerResponse;
class ElectLeadersRequest;
class ElectLeadersResponse;
class UnregisterBrokerRequest;
class UnregisterBrokerResponse;
class WhatIfLostRequest;
class WhatIfLostResponse;
class UpdateFeaturesRequest;
class UpdateFeaturesResponse;
}  // namespace v1

class ControllerChannels;

// PEM texts, as quorate::load_tls_files() gives them.
struct ClientTls {
  std::string ca_pem;
  std::string certificate_pem;
  std::string key_pem;
  // DNS name that a controller's certificate must carry.
  std::string server_name = "controller.quorate";
};

struct ClientOptions {
  std::vector<std::string> controllers;  // "host:port" of the controllers' services; at least one
  ClientTls tls;

  std::int64_t attempt_timeout_ms = 3000;  // of one attempt on one controller
  std::int64_t backoff_min_ms = 20;        // pause after a failed attempt; doubles, with jitter
  std::int64_t backoff_max_ms = 500;
  std::size_t message_bytes_max = 16U << 20U;
};

struct CallOptions {
  std::int64_t timeout_ms = 10'000;  // over all attempts
};

class ControllerClient {
 public:
  // Connects lazily. kInvalidArgument for options.
  static Result<std::unique_ptr<ControllerClient>> create(ClientOptions options);
  // shutdown()s; no call may be running.
  ~ControllerClient();
  ControllerClient(const ControllerClient&) = delete;
  ControllerClient& operator=(const ControllerClient&) = delete;

  // --- answered by the active controller ---
  Result<v1::CreateTopicsResponse> create_topics(v1::CreateTopicsRequest request,
                                                 CallOptions options);
  Result<v1::DeleteTopicsResponse> delete_topics(v1::DeleteTopicsRequest request,
                                                 CallOptions options);
  Result<v1::UnregisterBrokerResponse> unregister_broker(v1::UnregisterBrokerRequest request,
                                                         CallOptions options);
  Result<v1::AlterBrokerResponse> alter_broker(v1::AlterBrokerRequest request, CallOptions options);
  Result<v1::ElectLeadersResponse> elect_leaders(v1::ElectLeadersRequest request,
                                                 CallOptions options);
  Result<v1::AlterConfigsResponse> alter_configs(v1::AlterConfigsRequest request,
                                                 CallOptions options);
  Result<v1::CreatePartitionsResponse> create_partitions(v1::CreatePartitionsRequest request,
                                                         CallOptions options);
  Result<v1::AlterPartitionReassignmentsResponse> alter_partition_reassignments(
      v1::AlterPartitionReassignmentsRequest request, CallOptions options);
  Result<v1::UpdateFeaturesResponse> update_features(v1::UpdateFeaturesRequest request,
                                                     CallOptions options);
  Result<v1::AlterClientQuotasResponse> alter_client_quotas(v1::AlterClientQuotasRequest request,
                                                            CallOptions options);
  Result<v1::AlterUserScramCredentialsResponse> alter_user_scram_credentials(
      v1::AlterUserScramCredentialsRequest request, CallOptions options);
  Result<v1::CreateAclsResponse> create_acls(v1::CreateAclsRequest request, CallOptions options);
  Result<v1::DeleteAclsResponse> delete_acls(v1::DeleteAclsRequest request, CallOptions options);
  // For probes. A retry may append another record, which changes nothing either.
  Result<v1::AppendNoOpResponse> append_no_op(v1::AppendNoOpRequest request, CallOptions options);
  Result<v1::RegisterBrokerResponse> register_broker(v1::RegisterBrokerRequest request,
                                                     CallOptions options);
  Result<v1::AlterPartitionResponse> alter_partition(v1::AlterPartitionRequest request,
                                                     CallOptions options);
  Result<v1::AllocateProducerIdsResponse> allocate_producer_ids(
      v1::AllocateProducerIdsRequest request, CallOptions options);

  // --- answered by any controller; linearizable reads need a quorum, local ones do not ---
  Result<v1::DescribeClusterResponse> describe_cluster(v1::DescribeClusterRequest request,
                                                       CallOptions options);
  Result<v1::DescribeBrokerResponse> describe_broker(v1::DescribeBrokerRequest request,
                                                     CallOptions options);
  Result<v1::ListTopicsResponse> list_topics(v1::ListTopicsRequest request, CallOptions options);
  Result<v1::DescribeTopicsResponse> describe_topics(v1::DescribeTopicsRequest request,
                                                     CallOptions options);
  Result<v1::DescribeConfigsResponse> describe_configs(v1::DescribeConfigsRequest request,
                                                       CallOptions options);
  Result<v1::ListConfigKeysResponse> list_config_keys(v1::ListConfigKeysRequest request,
                                                      CallOptions options);
  Result<v1::ListPartitionReassignmentsResponse> list_partition_reassignments(
      v1::ListPartitionReassignmentsRequest request, CallOptions options);
  Result<v1::WhatIfLostResponse> what_if_lost(v1::WhatIfLostRequest request, CallOptions options);
  Result<v1::DescribeFeaturesResponse> describe_features(v1::DescribeFeaturesRequest request,
                                                         CallOptions options);
  Result<v1::DescribeClientQuotasResponse> describe_client_quotas(
      v1::DescribeClientQuotasRequest request, CallOptions options);
  Result<v1::DescribeUserScramCredentialsResponse> describe_user_scram_credentials(
      v1::DescribeUserScramCredentialsRequest request, CallOptions options);
  Result<v1::DescribeAclsResponse> describe_acls(v1::DescribeAclsRequest request,
                                                 CallOptions options);
  // What the controller at `address` (one of controllers()) says about itself. One attempt.
  Result<v1::DescribeQuorumResponse> describe_quorum(const std::string& address,
                                                     CallOptions options);

  [[nodiscard]] const std::vector<std::string>& controllers() const;

  // Running calls end soon with kShutdown or kUnknownOutcome; later ones are refused. Idempotent.
  void shutdown();

  // For MetadataFollower and BrokerSession.
  [[nodiscard]] ControllerChannels& channels();

 private:
  explicit ControllerClient(std::unique_ptr<ControllerChannels> channels);
  std::unique_ptr<ControllerChannels> channels_;
};

}  // namespace quorate::controller
