// What every service of a controller works with, and how one mutation runs through it.
//
//   authorised --> decoded --> submitted --> (decided, committed) --> written out
//
// Thread: any; replies come from the loop's, the apply or the raft thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "quorate/controller/v1/common.pb.h"

#include "controller/service/caller.h"
#include "controller/service/command_loop.h"
#include "controller/service/metadata_feed.h"
#include "controller/service/metadata_state_machine.h"
#include "controller/service/plan_codec.h"
#include "controller/service/quorum_port.h"
#include "controller/service/refusal.h"
#include "controller/service/request_codec.h"
#include "raft/base/clock.h"

namespace quorate::controller {

// Who has been heard of lately, for people (DescribeCluster). Thread: any (locks inside).
class ContactBoard {
 public:
  void heard(BrokerId broker, std::int64_t now_ns);
  // -1: never, since this controller leads.
  [[nodiscard]] std::int64_t age_ms(BrokerId broker, std::int64_t now_ns) const;
  void clear();

 private:
  mutable Mutex mutex_;
  std::map<BrokerId, std::int64_t> heard_ns_ QUORATE_GUARDED_BY(mutex_);
};

// All must outlive the services.
struct ServiceParts {
  CommandLoop* loop = nullptr;
  MetadataFeed* feed = nullptr;
  const MetadataStateMachine* metadata = nullptr;
  QuorumPort* port = nullptr;
  const Refusals* refusals = nullptr;
  const Clock* clock = nullptr;
  ContactBoard* contacts = nullptr;

  Uuid cluster_id;
  std::int32_t node_id = -1;
  std::uint32_t heartbeat_interval_ms = 500;
  std::uint32_t session_timeout_ms = 3000;
  std::uint32_t timeout_default_ms = 10'000;  // of a request that names none
  std::uint32_t timeout_max_ms = 300'000;     // a longer one is cut to this
  RequestLimits limits;
  FeatureTable features = known_features();
  ConfigMap statics;  // what this controller's file says of what can be set in the cluster too
};

// Random and never used before.
[[nodiscard]] Uuid draw_topic_id();

[[nodiscard]] CommandMeta command_meta(const ServiceParts& parts,
                                       const Caller& caller,
                                       const v1::RequestMeta& meta);
void write_meta(const ServiceParts& parts, AnswerPlace place, v1::ResponseMeta& meta);

// What `decode` gives, unless the caller may not ask at all.
template <typename Decode>
auto if_allowed(const Status& allowed, Decode decode) -> decltype(decode()) {
  if (!allowed.is_ok()) return allowed;
  return decode();
}

// Submits `question` unless it is a refusal already, and finishes the call with whatever comes.
template <typename Answer, typename Question, typename Request, typename Response>
grpc::ServerUnaryReactor* run_change(const ServiceParts& parts,
                                     grpc::CallbackServerContext& context,
                                     CommandClass command_class,
                                     const Request& request,
                                     Result<Question> question,
                                     Response& response) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  if (!question.is_ok()) {
    reactor->Finish(parts.refusals->refuse(context, question.status()));
    return reactor;
  }
  // The reply may come when the service's stack frame is gone; context and response stay until
  // Finish.
  auto done = [&parts, &context, &response, reactor](Reply<Answer> reply) {
    if (!reply.status.is_ok()) {
      reactor->Finish(parts.refusals->refuse(context, reply.status));
      return;
    }
    if (reply.first_answer) {
      QUORATE_CHECK(response.MergeFromString(*reply.first_answer));
    } else {
      write_answer(reply.answer, response);
    }
    write_meta(parts, reply.place, *response.mutable_meta());
    response.mutable_meta()->set_throttle_time_ms(reply.throttle_ms);
    if (reply.plan) write_plan(*reply.plan, *response.mutable_meta()->mutable_plan());
    reactor->Finish(grpc::Status::OK);
  };
  parts.loop->submit(std::make_unique<TypedCommand<Question, Answer>>(
      command_class,
      *std::move(question),
      command_meta(parts, caller_of(context), request.meta()),
      std::move(done)));
  return reactor;
}

}  // namespace quorate::controller
