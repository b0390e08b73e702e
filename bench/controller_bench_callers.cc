#include "bench/controller_bench_callers.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>
#include <utility>

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "quorate/controller/v1/admin.grpc.pb.h"

namespace quorate::bench {
namespace {

namespace v1 = controller::v1;

constexpr auto kPatience = std::chrono::seconds(10);

std::shared_ptr<grpc::Channel> connect(const TopicServer& server) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = server.tls.ca_pem;
  tls.pem_cert_chain = server.tls.certificate_pem;
  tls.pem_private_key = server.tls.key_pem;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(server.address, grpc::SslCredentials(tls), arguments);
}

struct Call {
  grpc::ClientContext context;
  v1::CreateTopicsResponse response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::CreateTopicsResponse>> reader;
  ClosedLoop::Done done;
};

bool is_created(const grpc::Status& status, const v1::CreateTopicsResponse& response) {
  const bool created = status.ok() && response.error() == v1::NONE && response.topics_size() == 1 &&
                       response.topics(0).error() == v1::NONE;
  if (!created) {
    std::cerr << "not created: " << status.error_message() << ' ' << response.ShortDebugString()
              << '\n';
  }
  return created;
}

}  // namespace

class TopicCallers::Connection {
 public:
  Connection(const TopicServer& server, std::int32_t partitions)
      : partitions_(partitions), stub_(connect(server)), thread_([this] { run(); }) {}
  ~Connection() {
    queue_.Shutdown();
    thread_.join();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void call(ClosedLoop::Done done) {
    auto call = std::make_unique<Call>();
    call->done = std::move(done);
    call->context.set_deadline(std::chrono::system_clock::now() + kPatience);
    call->context.set_wait_for_ready(true);
    const v1::CreateTopicsRequest request = creation(next_.fetch_add(1), partitions_);
    call->reader = stub_.AsyncCreateTopics(&call->context, request, &queue_);
    Call* const waiting = call.release();
    waiting->reader->Finish(&waiting->response, &waiting->status, waiting);
  }

 private:
  void run() {
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
      const std::unique_ptr<Call> call(static_cast<Call*>(tag));
      call->done(is_created(call->status, call->response) ? Ended::kOk : Ended::kError);
    }
  }

  const std::int32_t partitions_;
  std::atomic<std::uint32_t> next_{1};
  v1::Admin::Stub stub_;
  grpc::CompletionQueue queue_;
  std::thread thread_;
};

v1::CreateTopicsRequest creation(std::uint32_t number, std::int32_t partitions) {
  std::array<char, 64> text{};
  v1::CreateTopicsRequest request;
  std::snprintf(text.data(), text.size(), "%032x", number);
  request.mutable_meta()->set_request_id(text.data());
  request.mutable_meta()->set_timeout_ms(std::chrono::milliseconds(kPatience).count());
  v1::NewTopic& topic = *request.add_topics();
  std::snprintf(text.data(), text.size(), "topic-%010u", number);
  topic.set_name(text.data());
  topic.set_partitions(partitions);
  topic.set_replication_factor(3);
  return request;
}

TopicCallers::TopicCallers(const TopicServer& server, std::int32_t partitions)
    : connection_(std::make_unique<Connection>(server, partitions)),
      loop_([this](const raft::SharedBytes&, ClosedLoop::Done done) {
        connection_->call(std::move(done));
      }) {}

TopicCallers::~TopicCallers() {
  loop_.stop();
  connection_.reset();  // its thread may still be leaving the loop
}

}  // namespace quorate::bench
