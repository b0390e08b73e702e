#include "bench/controller_bench_bare.h"

#include <string>
#include <utility>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "quorate/controller/v1/admin.grpc.pb.h"

#include "daemon/tls_files.h"
#include "raft/base/clock.h"

namespace quorate::bench {
namespace {

namespace v1 = controller::v1;

// As long as what a controller answers.
void answer(const v1::CreateTopicsRequest& request, v1::CreateTopicsResponse& response) {
  response.mutable_meta()->set_controller_id(1);
  response.mutable_meta()->set_controller_epoch(1);
  response.mutable_meta()->set_commit_offset(1U << 14U);
  for (const v1::NewTopic& topic : request.topics()) {
    v1::CreateTopicResult& result = *response.add_topics();
    result.set_name(topic.name());
    result.mutable_topic_id()->set_high(1);
    result.mutable_topic_id()->set_low(1);
    result.set_partitions(topic.partitions());
    result.set_replication_factor(topic.replication_factor());
  }
}

class BareAdmin final : public v1::Admin::CallbackService {
 public:
  BareAdmin(Node& node, std::size_t entry_bytes) : node_(node), entry_bytes_(entry_bytes) {}

  grpc::ServerUnaryReactor* CreateTopics(grpc::CallbackServerContext* context,
                                         const v1::CreateTopicsRequest* request,
                                         v1::CreateTopicsResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    node_.submit(raft::SharedBytes(std::string(entry_bytes_, 'x')),
                 [reactor, request, response](Ended) {
                   answer(*request, *response);
                   reactor->Finish(grpc::Status::OK);
                 });
    return reactor;
  }

 private:
  Node& node_;
  const std::size_t entry_bytes_;
};

class BareTopicNode final : public Node {
 public:
  explicit BareTopicNode(std::unique_ptr<Node> node, std::size_t entry_bytes)
      : node_(std::move(node)), admin_(*node_, entry_bytes) {}

  Status start(const NodeOptions& options) {
    const auto tls = load_tls_files({.ca = options.dir + "/ca.pem",
                                     .certificate = options.dir + "/cert.pem",
                                     .key = options.dir + "/key.pem"},
                                    system_clock().wall_ms());
    QUORATE_TRY(tls.status());
    grpc::SslServerCredentialsOptions security(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    security.pem_root_certs = tls->ca_pem;
    security.pem_key_cert_pairs.push_back({tls->key_pem, tls->certificate_pem});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(security), &port_);
    builder.RegisterService(&admin_);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) return {Code::kIoError, "cannot serve topics"};
    return Status::ok();
  }

  std::string role() override { return node_->role(); }
  void submit(raft::SharedBytes data, ClosedLoop::Done done) override {
    node_->submit(std::move(data), std::move(done));
  }
  std::string explain() override { return node_->explain(); }
  [[nodiscard]] std::uint16_t port() const override { return static_cast<std::uint16_t>(port_); }

 private:
  std::unique_ptr<Node> node_;
  BareAdmin admin_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

Result<std::unique_ptr<Node>> make_bare_topic_node(const NodeOptions& options) {
  auto bare = make_bare_node(options);
  QUORATE_TRY(bare.status());
  auto node = std::make_unique<BareTopicNode>(std::move(bare).value(), options.entry_bytes);
  QUORATE_TRY(node->start(options));
  return std::unique_ptr<Node>(std::move(node));
}

}  // namespace quorate::bench
