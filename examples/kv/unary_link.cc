#include "examples/kv/unary_link.h"

#include <chrono>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "quorate/kv/v1/kv.grpc.pb.h"

#include "examples/kv/channel.h"
#include "raft/base/mutex.h"

namespace quorate::kv {
namespace {

struct Connection {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::Kv::Stub> stub;
};

struct Call {
  std::unique_ptr<grpc::ClientContext> context = std::make_unique<grpc::ClientContext>();
  v1::Request request;
  v1::Response response;
  KvLink::Answer answer;
};

class UnaryLink final : public KvLink {
 public:
  explicit UnaryLink(const LinkOptions& options) : attempt_max_(options.attempt_ms_max) {
    for (const std::string& server : options.servers) {
      auto& connections = servers_.emplace_back();
      for (std::size_t i = 0; i < options.connections; ++i) {
        auto channel = make_channel(server, options.tls);
        auto stub = v1::Kv::NewStub(channel);
        connections.push_back({std::move(channel), std::move(stub)});
      }
    }
  }
  ~UnaryLink() override {
    const MutexLock lock(mutex_);
    while (open_ > 0)
      idle_.wait(mutex_);
  }
  UnaryLink(const UnaryLink&) = delete;
  UnaryLink& operator=(const UnaryLink&) = delete;

  void send(std::size_t server,
            std::size_t connection,
            const v1::Request& request,
            Answer answer) override {
    auto& connections = servers_.at(server);
    Connection& way = connections[connection % connections.size()];
    if (way.channel->GetState(/*try_to_connect=*/true) == GRPC_CHANNEL_TRANSIENT_FAILURE) {
      answer(Delivery::kNotSent, {});
      return;
    }
    {
      const MutexLock lock(mutex_);
      ++open_;
    }
    auto call = std::make_shared<Call>();
    call->context->set_deadline(std::chrono::system_clock::now() + attempt_max_);
    call->request = request;
    call->answer = std::move(answer);
    way.stub->async()->Execute(call->context.get(),
                               &call->request,
                               &call->response,
                               [this, call](const grpc::Status& status) {
                                 const auto delivery =
                                     status.ok() ? Delivery::kAnswered : Delivery::kNoAnswer;
                                 call->answer(delivery, std::move(call->response));
                                 // It holds the channel, which must not end on this thread.
                                 call->context.reset();
                                 const MutexLock lock(mutex_);
                                 --open_;
                                 idle_.notify_all();
                               });
  }

 private:
  const std::chrono::milliseconds attempt_max_;
  std::vector<std::vector<Connection>> servers_;
  Mutex mutex_;
  CondVar idle_;
  std::size_t open_ QUORATE_GUARDED_BY(mutex_) = 0;
};

}  // namespace

std::unique_ptr<KvLink> make_unary_link(const LinkOptions& options) {
  return std::make_unique<UnaryLink>(options);
}

}  // namespace quorate::kv
