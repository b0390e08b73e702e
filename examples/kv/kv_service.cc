#include "examples/kv/kv_service.h"

#include <chrono>
#include <utility>

#include <grpcpp/grpcpp.h>

#include "quorate/kv/v1/kv.grpc.pb.h"

#include "examples/kv/kv_stream.h"
#include "raft/server/fail_point.h"

namespace quorate::kv {
namespace {

constexpr int kReceiveBytesMax = 64 << 20;
constexpr auto kStopPatience = std::chrono::milliseconds(500);

class Calls final : public v1::Kv::CallbackService {
 public:
  explicit Calls(KvRequests& requests) : requests_(requests) {}

  grpc::ServerUnaryReactor* Execute(grpc::CallbackServerContext* context,
                                    const v1::Request* request,
                                    v1::Response* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    requests_.submit(*request, [reactor, response](v1::Response answer) {
      response->Swap(&answer);
      reactor->Finish(grpc::Status::OK);
    });
    return reactor;
  }
  grpc::ServerBidiReactor<v1::RequestFrame, v1::ResponseFrame>* Stream(
      grpc::CallbackServerContext* /*context*/) override {
    return make_kv_stream(requests_);
  }
  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context,
                                   const v1::StatusRequest* /*request*/,
                                   v1::StatusResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    *response = requests_.status();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerUnaryReactor* ArmFailPoints(grpc::CallbackServerContext* context,
                                          const v1::ArmFailPointsRequest* request,
                                          v1::ArmFailPointsResponse* /*response*/) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const quorate::Status armed = raft::arm_fail_points(request->spec());
    const auto code = armed.code() == Code::kUnsupported ? grpc::StatusCode::UNIMPLEMENTED
                                                         : grpc::StatusCode::INVALID_ARGUMENT;
    reactor->Finish(armed.is_ok() ? grpc::Status::OK : grpc::Status(code, armed.message()));
    return reactor;
  }

 private:
  KvRequests& requests_;
};

std::shared_ptr<grpc::ServerCredentials> credentials_of(const raft::TlsOptions& tls) {
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = tls.ca_pem;
  options.pem_key_cert_pairs.push_back({tls.key_pem, tls.certificate_pem});
  return grpc::SslServerCredentials(options);
}

}  // namespace

class KvService::Impl {
 public:
  explicit Impl(KvRequests& requests) : calls_(requests) {}

  quorate::Status start(const KvServiceOptions& options) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(options.listen, credentials_of(options.tls), &port_);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    // Clients ping to notice a server that hangs.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 500);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    builder.SetMaxReceiveMessageSize(kReceiveBytesMax);
    builder.RegisterService(&calls_);
    server_ = builder.BuildAndStart();
    if (server_ && port_ != 0) return quorate::Status::ok();
    return {Code::kUnavailable, "cannot listen on " + options.listen};
  }
  void stop() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now() + kStopPatience);
    server_.reset();
  }
  [[nodiscard]] int port() const { return port_; }

 private:
  Calls calls_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

KvService::KvService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KvService::~KvService() {
  stop();
}

Result<std::unique_ptr<KvService>> KvService::start(const KvServiceOptions& options,
                                                    KvRequests& requests) {
  auto impl = std::make_unique<Impl>(requests);
  QUORATE_TRY(impl->start(options));
  return std::unique_ptr<KvService>(new KvService(std::move(impl)));
}

std::uint16_t KvService::port() const {
  return static_cast<std::uint16_t>(impl_->port());
}

void KvService::stop() {
  impl_->stop();
}

}  // namespace quorate::kv
