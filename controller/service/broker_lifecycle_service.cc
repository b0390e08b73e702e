#include "controller/service/broker_lifecycle_service.h"

#include <atomic>
#include <utility>
#include <vector>

#include "raft/base/clock.h"

namespace quorate::controller {
namespace {

using SessionReactor = grpc::ServerBidiReactor<v1::BrokerHeartbeat, v1::BrokerHeartbeatResponse>;

class RefusedSession final : public SessionReactor {
 public:
  explicit RefusedSession(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

// One stream. gRPC holds it by `self_` until OnDone; a heartbeat being decided holds it too.
class BrokerSessionStream final : public SessionReactor,
                                  public std::enable_shared_from_this<BrokerSessionStream> {
 public:
  BrokerSessionStream(BrokerLifecycleService& service,
                      grpc::CallbackServerContext& context,
                      Caller caller)
      : service_(service), context_(context), caller_(std::move(caller)) {}

  void open() {
    self_ = shared_from_this();
    service_.sessions_.add(self_);
    StartRead(&incoming_);
  }

  [[nodiscard]] bool is_of(BrokerId id, std::uint64_t epoch) const {
    return heard_.load() && caller_.id == id && epoch_.load() == epoch;
  }

  void OnReadDone(bool ok) override {
    if (!ok) return end(grpc::Status::OK);  // the broker has ended its stream, or it broke
    const Status allowed =
        authorize_as(caller_, ServiceName::kBrokerLifecycle, incoming_.broker_id());
    if (!allowed.is_ok()) return refuse(allowed);
    Result<Heartbeat> heartbeat = to_command(incoming_);
    if (!heartbeat.is_ok()) return refuse(heartbeat.status());
    const std::int64_t now_ns = service_.parts_.clock->monotonic_ns();
    heartbeat->arrived_ms = static_cast<std::uint64_t>(now_ns / kNsPerMs);
    auto done = [held = shared_from_this(), now_ns](Reply<HeartbeatAnswer> reply) {
      held->answer(std::move(reply), now_ns);
    };
    service_.parts_.loop->submit(std::make_unique<TypedCommand<Heartbeat, HeartbeatAnswer>>(
        CommandClass::kLiveness,
        *std::move(heartbeat),
        CommandMeta{.request_id = {}, .principal = caller_.name, .deadline_ns = std::nullopt},
        std::move(done)));
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return end(grpc::Status::CANCELLED);
    StartRead(&incoming_);
  }

  void OnCancel() override { end(grpc::Status::CANCELLED); }

  void OnDone() override {
    service_.sessions_.remove(self_);
    if (heard_.load()) service_.on_stream_end_(caller_.id, epoch_.load());
    const auto last = std::move(self_);
  }

  void refuse(const Status& why) {
    const MutexLock lock(mutex_);
    if (std::exchange(ended_, true)) return;
    Finish(service_.parts_.refusals->refuse(context_, why));
  }

 private:
  void answer(Reply<HeartbeatAnswer> reply, std::int64_t arrived_ns) {
    if (!reply.status.is_ok()) return refuse(reply.status);
    if (reply.answer.error == v1::NONE) {
      epoch_.store(incoming_.broker_epoch());
      heard_.store(true);
      service_.parts_.contacts->heard(caller_.id, arrived_ns);
    }
    const MutexLock lock(mutex_);
    if (ended_) return;
    outgoing_.Clear();
    write_answer(reply.answer, outgoing_);
    write_meta(service_.parts_, reply.place, *outgoing_.mutable_meta());
    StartWrite(&outgoing_);
  }

  void end(const grpc::Status& status) {
    const MutexLock lock(mutex_);
    if (!std::exchange(ended_, true)) Finish(status);
  }

  BrokerLifecycleService& service_;
  grpc::CallbackServerContext& context_;
  const Caller caller_;
  std::atomic<bool> heard_{false};
  std::atomic<std::uint64_t> epoch_{0};
  v1::BrokerHeartbeat incoming_;
  v1::BrokerHeartbeatResponse outgoing_;
  Mutex mutex_;
  bool ended_ QUORATE_GUARDED_BY(mutex_) = false;
  std::shared_ptr<BrokerSessionStream> self_;
};

void SessionRegistry::add(const std::shared_ptr<BrokerSessionStream>& stream) {
  const MutexLock lock(mutex_);
  streams_.insert(stream);
}

void SessionRegistry::remove(const std::shared_ptr<BrokerSessionStream>& stream) {
  const MutexLock lock(mutex_);
  streams_.erase(stream);
}

bool SessionRegistry::is_present(BrokerId id, std::uint64_t epoch) const {
  const MutexLock lock(mutex_);
  for (const auto& stream : streams_) {
    if (stream->is_of(id, epoch)) return true;
  }
  return false;
}

void SessionRegistry::end_all(const Status& why) {
  std::vector<std::shared_ptr<BrokerSessionStream>> streams;
  {
    const MutexLock lock(mutex_);
    streams.assign(streams_.begin(), streams_.end());
  }
  for (const auto& stream : streams)
    stream->refuse(why);
}

grpc::ServerUnaryReactor* BrokerLifecycleService::Register(grpc::CallbackServerContext* context,
                                                           const v1::RegisterBrokerRequest* request,
                                                           v1::RegisterBrokerResponse* response) {
  const Status allowed =
      authorize_as(caller_of(*context), ServiceName::kBrokerLifecycle, request->broker_id());
  Result<RegisterBroker> command =
      allowed.is_ok() ? to_command(*request, parts_.limits) : Result<RegisterBroker>(allowed);
  response->set_heartbeat_interval_ms(parts_.heartbeat_interval_ms);
  response->set_session_timeout_ms(parts_.session_timeout_ms);
  return run_change<RegisterBrokerAnswer>(
      parts_, *context, CommandClass::kLiveness, *request, std::move(command), *response);
}

SessionReactor* BrokerLifecycleService::Session(grpc::CallbackServerContext* context) {
  const Caller caller = caller_of(*context);
  const Status allowed = authorize(caller, ServiceName::kBrokerLifecycle);
  if (!allowed.is_ok()) return new RefusedSession(parts_.refusals->refuse(*context, allowed));
  const auto stream = std::make_shared<BrokerSessionStream>(*this, *context, caller);
  stream->open();
  return stream.get();
}

}  // namespace quorate::controller
