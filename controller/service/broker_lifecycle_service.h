// BrokerLifecycleService: registration, and one Session stream per broker process.
//
// Heartbeats count from when they arrive here, not from when the command thread gets to them
// (BRK-15). At most one heartbeat of a stream is being decided; the next is read after its answer.
//
// Owner: ControllerService. Thread: gRPC's (the registry locks inside).
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "quorate/controller/v1/broker_lifecycle.grpc.pb.h"

#include "controller/service/gone_probe.h"
#include "controller/service/service_parts.h"

namespace quorate::controller {

class BrokerSessionStream;

// The open Session streams. Thread: any (locks inside).
class SessionRegistry {
 public:
  void add(const std::shared_ptr<BrokerSessionStream>& stream);
  void remove(const std::shared_ptr<BrokerSessionStream>& stream);
  // Whether that process of the broker has a stream on which it was heard.
  [[nodiscard]] bool is_present(BrokerId id, std::uint64_t epoch) const;
  // The leadership is gone: every stream ends with the hint where it went.
  void end_all(const Status& why);

 private:
  mutable Mutex mutex_;
  std::set<std::shared_ptr<BrokerSessionStream>> streams_ QUORATE_GUARDED_BY(mutex_);
};

class BrokerLifecycleService final : public v1::BrokerLifecycle::CallbackService {
 public:
  // `on_stream_end`: a stream on which a broker was heard has ended.
  BrokerLifecycleService(const ServiceParts& parts,
                         std::function<void(BrokerId, std::uint64_t)> on_stream_end)
      : parts_(parts), on_stream_end_(std::move(on_stream_end)) {}

  [[nodiscard]] SessionRegistry& sessions() { return sessions_; }

  grpc::ServerUnaryReactor* Register(grpc::CallbackServerContext* context,
                                     const v1::RegisterBrokerRequest* request,
                                     v1::RegisterBrokerResponse* response) override;
  grpc::ServerBidiReactor<v1::BrokerHeartbeat, v1::BrokerHeartbeatResponse>* Session(
      grpc::CallbackServerContext* context) override;

 private:
  friend class BrokerSessionStream;

  const ServiceParts& parts_;
  const std::function<void(BrokerId, std::uint64_t)> on_stream_end_;
  SessionRegistry sessions_;
};

}  // namespace quorate::controller
