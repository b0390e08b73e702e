#include "controller/client/controller_client.h"

#include <algorithm>
#include <utility>

#include "quorate/controller/v1/admin.grpc.pb.h"
#include "quorate/controller/v1/broker_lifecycle.grpc.pb.h"
#include "quorate/controller/v1/partition_control.grpc.pb.h"
#include "quorate/controller/v1/query.grpc.pb.h"

#include "controller/client/attempts.h"
#include "controller/client/controller_channels.h"

namespace quorate::controller {
namespace {

// A mutation: gets a request id that all its attempts share.
template <typename Service, typename Request, typename Response>
Result<Response> change(ControllerChannels& channels,
                        Request request,
                        CallOptions options,
                        grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                              const Request&,
                                                              Response*)) {
  if (request.meta().request_id().empty()) {
    request.mutable_meta()->set_request_id(draw_request_id());
  }
  Response response;
  const Status status = run_attempts(
      channels,
      Effect::kChanges,
      options,
      [&](const Target& target, grpc::ClientContext& context, std::int64_t timeout_ms) {
        request.mutable_meta()->set_timeout_ms(static_cast<std::uint32_t>(timeout_ms));
        response.Clear();
        typename Service::Stub stub(target.channel);
        return (stub.*method)(&context, request, &response);
      });
  QUORATE_TRY(status);
  return response;
}

template <typename Service, typename Request, typename Response>
Attempt read_attempt(const Request& request,
                     Response& response,
                     grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                           const Request&,
                                                           Response*)) {
  return [&request, &response, method](
             const Target& target, grpc::ClientContext& context, std::int64_t) {
    response.Clear();
    typename Service::Stub stub(target.channel);
    return (stub.*method)(&context, request, &response);
  };
}

template <typename Service, typename Request, typename Response>
Result<Response> read(ControllerChannels& channels,
                      const Request& request,
                      CallOptions options,
                      grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                            const Request&,
                                                            Response*)) {
  Response response;
  QUORATE_TRY(run_attempts(
      channels, Effect::kReads, options, read_attempt<Service>(request, response, method)));
  return response;
}

Status check(const ClientOptions& options) {
  const auto refuse = [](std::string why) {
    return Status(Code::kInvalidArgument, std::move(why));
  };
  if (options.controllers.empty()) return refuse("no controller address is given");
  for (const std::string& address : options.controllers) {
    if (address.find(':') == std::string::npos) return refuse(address + " is not host:port");
    if (std::ranges::count(options.controllers, address) > 1) {
      return refuse("controller " + address + " is given twice");
    }
  }
  if (options.tls.ca_pem.empty() || options.tls.certificate_pem.empty() ||
      options.tls.key_pem.empty()) {
    return refuse("CA, certificate and key are needed to talk to controllers");
  }
  const bool ordered =
      options.backoff_min_ms > 0 && options.backoff_min_ms <= options.backoff_max_ms;
  if (!ordered || options.attempt_timeout_ms <= 0) return refuse("a timeout is not positive");
  return Status::ok();
}

}  // namespace

Result<std::unique_ptr<ControllerClient>> ControllerClient::create(ClientOptions options) {
  QUORATE_TRY(check(options));
  auto channels = std::make_unique<ControllerChannels>(std::move(options));
  return std::unique_ptr<ControllerClient>(new ControllerClient(std::move(channels)));
}

ControllerClient::ControllerClient(std::unique_ptr<ControllerChannels> channels)
    : channels_(std::move(channels)) {}
ControllerClient::~ControllerClient() {
  shutdown();
}

Result<v1::CreateTopicsResponse> ControllerClient::create_topics(v1::CreateTopicsRequest request,
                                                                 CallOptions options) {
  return change<v1::Admin>(*channels_, std::move(request), options, &v1::Admin::Stub::CreateTopics);
}

Result<v1::DeleteTopicsResponse> ControllerClient::delete_topics(v1::DeleteTopicsRequest request,
                                                                 CallOptions options) {
  return change<v1::Admin>(*channels_, std::move(request), options, &v1::Admin::Stub::DeleteTopics);
}

Result<v1::UnregisterBrokerResponse> ControllerClient::unregister_broker(
    v1::UnregisterBrokerRequest request, CallOptions options) {
  return change<v1::Admin>(
      *channels_, std::move(request), options, &v1::Admin::Stub::UnregisterBroker);
}

Result<v1::AlterBrokerResponse> ControllerClient::alter_broker(v1::AlterBrokerRequest request,
                                                               CallOptions options) {
  return change<v1::Admin>(*channels_, std::move(request), options, &v1::Admin::Stub::AlterBroker);
}

Result<v1::ElectLeadersResponse> ControllerClient::elect_leaders(v1::ElectLeadersRequest request,
                                                                 CallOptions options) {
  return change<v1::Admin>(*channels_, std::move(request), options, &v1::Admin::Stub::ElectLeaders);
}

Result<v1::AlterConfigsResponse> ControllerClient::alter_configs(v1::AlterConfigsRequest request,
                                                                 CallOptions options) {
  return change<v1::Admin>(*channels_, std::move(request), options, &v1::Admin::Stub::AlterConfigs);
}

Result<v1::CreatePartitionsResponse> ControllerClient::create_partitions(
    v1::CreatePartitionsRequest request, CallOptions options) {
  return change<v1::Admin>(
      *channels_, std::move(request), options, &v1::Admin::Stub::CreatePartitions);
}

Result<v1::AlterPartitionReassignmentsResponse> ControllerClient::alter_partition_reassignments(
    v1::AlterPartitionReassignmentsRequest request, CallOptions options) {
  return change<v1::Admin>(
      *channels_, std::move(request), options, &v1::Admin::Stub::AlterPartitionReassignments);
}

Result<v1::UpdateFeaturesResponse> ControllerClient::update_features(
    v1::UpdateFeaturesRequest request, CallOptions options) {
  return change<v1::Admin>(
      *channels_, std::move(request), options, &v1::Admin::Stub::UpdateFeatures);
}

Result<v1::AlterClientQuotasResponse> ControllerClient::alter_client_quotas(
    v1::AlterClientQuotasRequest request, CallOptions options) {
  return change<v1::Admin>(
      *channels_, std::move(request), options, &v1::Admin::Stub::AlterClientQuotas);
}

Result<v1::AlterUserScramCredentialsResponse> ControllerClient::alter_user_scram_credentials(
    v1::AlterUserScramCredentialsRequest request, CallOptions options) {
  return change<v1::Admin>(
      *channels_, std::move(request), options, &v1::Admin::Stub::AlterUserScramCredentials);
}

Result<v1::CreateAclsResponse> ControllerClient::create_acls(v1::CreateAclsRequest request,
                                                             CallOptions options) {
  return change<v1::Admin>(*channels_, std::move(request), options, &v1::Admin::Stub::CreateAcls);
}

Result<v1::DeleteAclsResponse> ControllerClient::delete_acls(v1::DeleteAclsRequest request,
                                                             CallOptions options) {
  return change<v1::Admin>(*channels_, std::move(request), options, &v1::Admin::Stub::DeleteAcls);
}

Result<v1::AppendNoOpResponse> ControllerClient::append_no_op(v1::AppendNoOpRequest request,
                                                              CallOptions options) {
  return change<v1::Admin>(*channels_, std::move(request), options, &v1::Admin::Stub::AppendNoOp);
}

Result<v1::RegisterBrokerResponse> ControllerClient::register_broker(
    v1::RegisterBrokerRequest request, CallOptions options) {
  return change<v1::BrokerLifecycle>(
      *channels_, std::move(request), options, &v1::BrokerLifecycle::Stub::Register);
}

Result<v1::AlterPartitionResponse> ControllerClient::alter_partition(
    v1::AlterPartitionRequest request, CallOptions options) {
  return change<v1::PartitionControl>(
      *channels_, std::move(request), options, &v1::PartitionControl::Stub::AlterPartition);
}

Result<v1::AllocateProducerIdsResponse> ControllerClient::allocate_producer_ids(
    v1::AllocateProducerIdsRequest request, CallOptions options) {
  return change<v1::IdAllocator>(
      *channels_, std::move(request), options, &v1::IdAllocator::Stub::AllocateProducerIds);
}

Result<v1::DescribeClusterResponse> ControllerClient::describe_cluster(
    v1::DescribeClusterRequest request, CallOptions options) {
  return read<v1::Query>(*channels_, request, options, &v1::Query::Stub::DescribeCluster);
}

Result<v1::DescribeBrokerResponse> ControllerClient::describe_broker(
    v1::DescribeBrokerRequest request, CallOptions options) {
  return read<v1::Query>(*channels_, request, options, &v1::Query::Stub::DescribeBroker);
}

Result<v1::ListTopicsResponse> ControllerClient::list_topics(v1::ListTopicsRequest request,
                                                             CallOptions options) {
  return read<v1::Query>(*channels_, request, options, &v1::Query::Stub::ListTopics);
}

Result<v1::DescribeTopicsResponse> ControllerClient::describe_topics(
    v1::DescribeTopicsRequest request, CallOptions options) {
  return read<v1::Query>(*channels_, request, options, &v1::Query::Stub::DescribeTopics);
}

Result<v1::DescribeConfigsResponse> ControllerClient::describe_configs(
    v1::DescribeConfigsRequest request, CallOptions options) {
  return read<v1::Query>(*channels_, request, options, &v1::Query::Stub::DescribeConfigs);
}

Result<v1::ListConfigKeysResponse> ControllerClient::list_config_keys(
    v1::ListConfigKeysRequest request, CallOptions options) {
  return read<v1::Query>(*channels_, request, options, &v1::Query::Stub::ListConfigKeys);
}

Result<v1::ListPartitionReassignmentsResponse> ControllerClient::list_partition_reassignments(
    v1::ListPartitionReassignmentsRequest request, CallOptions options) {
  return read<v1::Query>(
      *channels_, request, options, &v1::Query::Stub::ListPartitionReassignments);
}

Result<v1::WhatIfLostResponse> ControllerClient::what_if_lost(v1::WhatIfLostRequest request,
                                                              CallOptions options) {
  return read<v1::Query>(*channels_, request, options, &v1::Query::Stub::WhatIfLost);
}

Result<v1::DescribeFeaturesResponse> ControllerClient::describe_features(
    v1::DescribeFeaturesRequest request, CallOptions options) {
  return read<v1::Query>(*channels_, request, options, &v1::Query::Stub::DescribeFeatures);
}

Result<v1::DescribeClientQuotasResponse> ControllerClient::describe_client_quotas(
    v1::DescribeClientQuotasRequest request, CallOptions options) {
  return read<v1::Query>(*channels_, request, options, &v1::Query::Stub::DescribeClientQuotas);
}

Result<v1::DescribeUserScramCredentialsResponse> ControllerClient::describe_user_scram_credentials(
    v1::DescribeUserScramCredentialsRequest request, CallOptions options) {
  return read<v1::Query>(
      *channels_, request, options, &v1::Query::Stub::DescribeUserScramCredentials);
}

Result<v1::DescribeAclsResponse> ControllerClient::describe_acls(v1::DescribeAclsRequest request,
                                                                 CallOptions options) {
  return read<v1::Query>(*channels_, request, options, &v1::Query::Stub::DescribeAcls);
}

Result<v1::DescribeQuorumResponse> ControllerClient::describe_quorum(const std::string& address,
                                                                     CallOptions options) {
  const Target target = channels_->at(address);
  if (target.channel == nullptr) {
    return {Code::kInvalidArgument, address + " is not one of the controllers"};
  }
  const v1::DescribeQuorumRequest request;
  v1::DescribeQuorumResponse response;
  QUORATE_TRY(
      run_one_attempt(*channels_,
                      target,
                      options,
                      read_attempt<v1::Quorum>(request, response, &v1::Quorum::Stub::Describe)));
  return response;
}

const std::vector<std::string>& ControllerClient::controllers() const {
  return channels_->options().controllers;
}

void ControllerClient::shutdown() {
  channels_->shutdown();
}
ControllerChannels& ControllerClient::channels() {
  return *channels_;
}

}  // namespace quorate::controller
