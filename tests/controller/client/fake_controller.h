// A controller of a script: a gRPC server on loopback, with TLS, that answers as the test says.
//
// Owner: one test. Thread: the script runs on gRPC's threads, any number at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <grpcpp/server.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>

#include "quorate/controller/v1/acl.pb.h"
#include "quorate/controller/v1/admin.pb.h"
#include "quorate/controller/v1/broker_lifecycle.pb.h"
#include "quorate/controller/v1/metadata_stream.pb.h"
#include "quorate/controller/v1/partition_control.pb.h"
#include "quorate/controller/v1/query.pb.h"
#include "quorate/controller/v1/quota.pb.h"
#include "quorate/controller/v1/scram.pb.h"

#include "controller/client/controller_client.h"

namespace quorate::controller {

// A port of loopback on which nobody listens, kept from others; a FakeController may listen on it.
class QuietPort {
 public:
  QuietPort();
  ~QuietPort();
  QuietPort(const QuietPort&) = delete;
  QuietPort& operator=(const QuietPort&) = delete;
  [[nodiscard]] std::uint16_t number() const { return number_; }
  [[nodiscard]] std::string address() const;

 private:
  int socket_;
  std::uint16_t number_ = 0;
};

struct Script {
  std::function<grpc::Status(const v1::UpdateFeaturesRequest&, v1::UpdateFeaturesResponse&)>
      update_features;
  std::function<grpc::Status(const v1::AlterConfigsRequest&, v1::AlterConfigsResponse&)>
      alter_configs;
  std::function<grpc::Status(const v1::AlterClientQuotasRequest&, v1::AlterClientQuotasResponse&)>
      alter_client_quotas;
  std::function<grpc::Status(const v1::AlterUserScramCredentialsRequest&,
                             v1::AlterUserScramCredentialsResponse&)>
      alter_scram;
  std::function<grpc::Status(const v1::CreateAclsRequest&, v1::CreateAclsResponse&)> create_acls;
  std::function<grpc::Status(const v1::DeleteAclsRequest&, v1::DeleteAclsResponse&)> delete_acls;
  std::function<grpc::Status(
      grpc::ServerContext&, const v1::CreateTopicsRequest&, v1::CreateTopicsResponse&)>
      create_topics;
  std::function<grpc::Status(
      grpc::ServerContext&, const v1::ListTopicsRequest&, v1::ListTopicsResponse&)>
      list_topics;
  std::function<grpc::Status(
      grpc::ServerContext&, const v1::RegisterBrokerRequest&, v1::RegisterBrokerResponse&)>
      register_broker;
  // One answer to one heartbeat; an error ends the stream.
  std::function<grpc::Status(const v1::BrokerHeartbeat&, v1::BrokerHeartbeatResponse&)> beat;
  std::function<grpc::Status(const v1::AllocateProducerIdsRequest&,
                             v1::AllocateProducerIdsResponse&)>
      allocate_producer_ids;
  // Instead of `beat`: the whole stream.
  std::function<grpc::Status(
      grpc::ServerContext&,
      grpc::ServerReaderWriter<v1::BrokerHeartbeatResponse, v1::BrokerHeartbeat>&)>
      session;
  std::function<grpc::Status(const v1::SubscribeRequest&, grpc::ServerWriter<v1::MetadataUpdate>&)>
      subscribe;
};

class FakeController {
 public:
  explicit FakeController(Script script, std::uint16_t port = 0);
  ~FakeController();
  FakeController(const FakeController&) = delete;
  FakeController& operator=(const FakeController&) = delete;
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  class Services;
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

// A refusal in the form of controller/service/refusal.h; `leader` is "<id> <host:port>" or empty.
grpc::Status refuse(grpc::ServerContext& context,
                    grpc::StatusCode code,
                    const std::string& outcome,
                    const std::string& leader = {});

// Options of a client that trusts every FakeController and does not wait long.
[[nodiscard]] ClientOptions quick_options(std::vector<std::string> controllers);
[[nodiscard]] std::unique_ptr<ControllerClient> quick_client(std::vector<std::string> controllers);

// Waits until `condition` holds, for 10 s at the most; whether it does.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace quorate::controller
