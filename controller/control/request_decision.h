// How a command becomes a decision: answered by its request id, or decided on a draft, remembered
// under its id, checked against the invariants and made the pending image.
//
// Owner: ActiveController, whose .cc files alone include this. Thread: the command thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "quorate/controller/v1/common.pb.h"
#include "quorate/controller/v1/record.pb.h"

#include "controller/control/decision.h"
#include "controller/control/draft.h"
#include "controller/control/invariants.h"
#include "controller/image/image.h"
#include "raft/base/check.h"

namespace quorate::controller {

// A kind of request whose answer can be remembered.
template <typename Answer>
struct Method {
  const char* name;
  const std::function<std::string(const Answer&)>& encode;
};

// Whether the request is answered by its id alone: by what was answered first, or by a refusal.
template <typename Answer>
bool answered_before(const MetadataImage& pending,
                     const RequestContext& ctx,
                     const Method<Answer>& method,
                     std::size_t id_bytes_max,
                     Decision<Answer>& decision) {
  if (ctx.request_id.empty()) return false;
  if (ctx.request_id.size() > id_bytes_max) {
    decision.answer.error = v1::INVALID_REQUEST;
    decision.trace.add("request-id", "the id is longer than " + std::to_string(id_bytes_max));
    return true;
  }
  const DoneRequest* done = pending.requests.find({ctx.principal, ctx.request_id});
  if (done == nullptr) return false;
  if (done->method != method.name) {
    decision.answer.error = v1::INVALID_REQUEST;
    decision.trace.add("request-id", "the id was used for " + done->method);
  } else {
    decision.first_answer = done->response;
    decision.trace.add("request-id", "a retry: answered as the first time");
  }
  return true;
}

// What changed something is remembered; a refusal may be decided anew.
template <typename Answer>
void remember(Draft& draft,
              const RequestContext& ctx,
              const Method<Answer>& method,
              const Answer& answer) {
  if (ctx.request_id.empty() || draft.record_count() == 0 || answer.error != v1::NONE) return;
  QUORATE_CHECK(method.encode != nullptr);
  v1::Record record;
  v1::RequestDone& done = *record.mutable_request_done();
  done.set_principal(ctx.principal);
  done.set_request_id(ctx.request_id);
  done.set_method(method.name);
  done.set_response(method.encode(answer));
  draft.append(std::move(record));
}

// Checks the draft and, when it may leave, makes it the pending image and the decision's batch.
template <typename Answer>
void conclude(Draft& draft,
              const RequestContext& ctx,
              MetadataImage& pending,
              Decision<Answer>& decision) {
  decision.trace = draft.trace();
  decision.status = draft.status();
  if (decision.status.is_ok()) {
    decision.status = check_batch(pending, draft.image(), draft.delta());
  }
  if (!decision.status.is_ok()) {
    decision.trace.add("refused", decision.status.message());
    return;
  }
  if (ctx.mode == Mode::kPlan) {
    Effects effects = effects_between(pending, draft.image(), draft.delta());
    decision.plan = Plan{draft.take_batch(), std::move(effects), draft.trace()};
    return;
  }
  if (draft.record_count() == 0 || ctx.mode != Mode::kCommit) return;
  std::shared_ptr<v1::RecordBatch> batch = draft.take_batch();
  batch->set_timestamp_ms(ctx.wall_clock_ms);
  batch->mutable_cause()->set_request_id(ctx.request_id);
  batch->mutable_cause()->set_principal(ctx.principal);
  decision.batch = std::move(batch);
  pending = draft.take_image();
  decision.wait_offset = pending.end_offset;
}

// Every request that has an id goes this way; `decide_on` takes a draft and gives the answer.
template <typename Answer, typename DecideOn>
Decision<Answer> decide_request(MetadataImage& pending,
                                const RequestContext& ctx,
                                const Method<Answer>& method,
                                std::size_t id_bytes_max,
                                DecideOn decide_on) {
  Decision<Answer> decision;
  decision.wait_offset = pending.end_offset;
  if (answered_before(pending, ctx, method, id_bytes_max, decision)) return decision;
  Draft draft(pending);
  decision.answer = decide_on(draft);
  if (ctx.mode == Mode::kCommit) remember(draft, ctx, method, decision.answer);
  conclude(draft, ctx, pending, decision);
  return decision;
}

}  // namespace quorate::controller
