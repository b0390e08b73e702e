#include "tests/controller/client/fake_controller.h"

#include <chrono>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "quorate/controller/v1/admin.grpc.pb.h"
#include "quorate/controller/v1/broker_lifecycle.grpc.pb.h"
#include "quorate/controller/v1/metadata_stream.grpc.pb.h"
#include "quorate/controller/v1/partition_control.grpc.pb.h"
#include "quorate/controller/v1/query.grpc.pb.h"

#include "raft/base/check.h"
#include "raft/transport/dev_certificates.h"

namespace quorate::controller {
namespace {

struct Identity {
  raft::KeyPair ca = raft::make_ca("client test").value();
  raft::KeyPair pair =
      raft::issue_certificate(
          ca, {.common_name = "controller", .dns_names = {"controller.quorate", "admin.quorate"}})
          .value();
};

const Identity& identity() {
  static const Identity one;
  return one;
}

}  // namespace

QuietPort::QuietPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const int yes = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  QUORATE_CHECK(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  QUORATE_CHECK(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  number_ = ntohs(address.sin_port);
}

QuietPort::~QuietPort() {
  ::close(socket_);
}

std::string QuietPort::address() const {
  return "127.0.0.1:" + std::to_string(number_);
}

class FakeController::Services : public v1::Admin::Service,
                                 public v1::BrokerLifecycle::Service,
                                 public v1::MetadataStream::Service,
                                 public v1::IdAllocator::Service,
                                 public v1::Query::Service {
 public:
  explicit Services(Script script) : script_(std::move(script)) {}

  grpc::Status CreateTopics(grpc::ServerContext* context,
                            const v1::CreateTopicsRequest* request,
                            v1::CreateTopicsResponse* response) override {
    return script_.create_topics(*context, *request, *response);
  }
  grpc::Status ListTopics(grpc::ServerContext* context,
                          const v1::ListTopicsRequest* request,
                          v1::ListTopicsResponse* response) override {
    return script_.list_topics(*context, *request, *response);
  }
  grpc::Status AlterClientQuotas(grpc::ServerContext*,
                                 const v1::AlterClientQuotasRequest* request,
                                 v1::AlterClientQuotasResponse* response) override {
    return script_.alter_client_quotas(*request, *response);
  }
  grpc::Status AlterUserScramCredentials(grpc::ServerContext*,
                                         const v1::AlterUserScramCredentialsRequest* request,
                                         v1::AlterUserScramCredentialsResponse* response) override {
    return script_.alter_scram(*request, *response);
  }
  grpc::Status CreateAcls(grpc::ServerContext*,
                          const v1::CreateAclsRequest* request,
                          v1::CreateAclsResponse* response) override {
    return script_.create_acls(*request, *response);
  }
  grpc::Status DeleteAcls(grpc::ServerContext*,
                          const v1::DeleteAclsRequest* request,
                          v1::DeleteAclsResponse* response) override {
    return script_.delete_acls(*request, *response);
  }
  grpc::Status AlterConfigs(grpc::ServerContext*,
                            const v1::AlterConfigsRequest* request,
                            v1::AlterConfigsResponse* response) override {
    return script_.alter_configs(*request, *response);
  }
  grpc::Status UpdateFeatures(grpc::ServerContext*,
                              const v1::UpdateFeaturesRequest* request,
                              v1::UpdateFeaturesResponse* response) override {
    return script_.update_features(*request, *response);
  }
  grpc::Status Register(grpc::ServerContext* context,
                        const v1::RegisterBrokerRequest* request,
                        v1::RegisterBrokerResponse* response) override {
    return script_.register_broker(*context, *request, *response);
  }
  grpc::Status AllocateProducerIds(grpc::ServerContext*,
                                   const v1::AllocateProducerIdsRequest* request,
                                   v1::AllocateProducerIdsResponse* response) override {
    return script_.allocate_producer_ids(*request, *response);
  }
  grpc::Status Session(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::BrokerHeartbeatResponse, v1::BrokerHeartbeat>* stream) override {
    if (script_.session) return script_.session(*context, *stream);
    v1::BrokerHeartbeat heartbeat;
    while (stream->Read(&heartbeat)) {
      v1::BrokerHeartbeatResponse response;
      const grpc::Status status = script_.beat(heartbeat, response);
      if (!status.ok()) return status;
      stream->Write(response);
    }
    return grpc::Status::OK;
  }
  grpc::Status Subscribe(grpc::ServerContext*,
                         const v1::SubscribeRequest* request,
                         grpc::ServerWriter<v1::MetadataUpdate>* writer) override {
    return script_.subscribe(*request, *writer);
  }

 private:
  const Script script_;
};

FakeController::FakeController(Script script, std::uint16_t port)
    : services_(std::make_unique<Services>(std::move(script))) {
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  tls.pem_root_certs = identity().ca.certificate_pem;
  tls.pem_key_cert_pairs = {{identity().pair.key_pem, identity().pair.certificate_pem}};
  grpc::ServerBuilder builder;
  // What is sent waits for whoever reads it: no window grows with what the machine could take.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddListeningPort(
      "127.0.0.1:" + std::to_string(port), grpc::SslServerCredentials(tls), &port_);
  builder.RegisterService(static_cast<v1::Admin::Service*>(services_.get()));
  builder.RegisterService(static_cast<v1::BrokerLifecycle::Service*>(services_.get()));
  builder.RegisterService(static_cast<v1::MetadataStream::Service*>(services_.get()));
  builder.RegisterService(static_cast<v1::IdAllocator::Service*>(services_.get()));
  builder.RegisterService(static_cast<v1::Query::Service*>(services_.get()));
  server_ = builder.BuildAndStart();
  QUORATE_CHECK(server_ != nullptr && port_ != 0);
}

FakeController::~FakeController() {
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

grpc::Status refuse(grpc::ServerContext& context,
                    grpc::StatusCode code,
                    const std::string& outcome,
                    const std::string& leader) {
  context.AddTrailingMetadata("quorate-outcome", outcome);
  if (!leader.empty()) context.AddTrailingMetadata("quorate-leader", leader);
  return {code, "refused as the test wants it"};
}

ClientOptions quick_options(std::vector<std::string> controllers) {
  ClientOptions options;
  options.controllers = std::move(controllers);
  options.tls = {.ca_pem = identity().ca.certificate_pem,
                 .certificate_pem = identity().pair.certificate_pem,
                 .key_pem = identity().pair.key_pem};
  options.attempt_timeout_ms = 1000;
  options.backoff_min_ms = 1;
  options.backoff_max_ms = 20;
  return options;
}

std::unique_ptr<ControllerClient> quick_client(std::vector<std::string> controllers) {
  return ControllerClient::create(quick_options(std::move(controllers))).value();
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return condition();
}

}  // namespace quorate::controller
