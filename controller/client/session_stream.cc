#include "controller/client/session_stream.h"

#include <string>
#include <utility>

#include "raft/base/check.h"

namespace quorate::controller {

SessionStream::SessionStream(ControllerChannels& channels, const Target& target)
    : channels_(channels), target_(target), open_(channels.begin(context_)) {
  v1::BrokerLifecycle::Stub stub(target.channel);
  call_ = stub.PrepareAsyncSession(&context_, &queue_);
  call_->StartCall(tag(kStart));
  if (!open_) context_.TryCancel();
  void* done = nullptr;
  bool ok = false;
  open_ = queue_.Next(&done, &ok) && ok && open_;
  if (open_) read();
}

SessionStream::~SessionStream() {
  if (open_) context_.TryCancel();
  while (reading_ || writing_)
    drain(reading_ ? kRead : kWrite);
  grpc::Status status;
  call_->Finish(&status, tag(kFinish));
  drain(kFinish);
  const auto& trailers = context_.GetServerTrailingMetadata();
  const auto hint = trailers.find("quorate-leader");
  if (hint != trailers.end()) {
    channels_.on_leader_hint({hint->second.data(), hint->second.size()});
  } else if (!open_) {
    channels_.on_failed(target_);
  }
  channels_.end(context_);
  queue_.Shutdown();
  void* ignored = nullptr;
  bool ok = false;
  while (queue_.Next(&ignored, &ok)) {
  }
}

void SessionStream::send(const v1::BrokerHeartbeat& heartbeat) {
  QUORATE_CHECK(open_ && !is_waiting());
  unanswered_ = true;
  writing_ = true;
  call_->Write(heartbeat, tag(kWrite));
}

std::optional<v1::BrokerHeartbeatResponse> SessionStream::poll(std::chrono::milliseconds patience) {
  void* done = nullptr;
  bool ok = false;
  const auto until = std::chrono::system_clock::now() + patience;
  if (queue_.AsyncNext(&done, &ok, until) != grpc::CompletionQueue::GOT_EVENT) return std::nullopt;
  open_ = open_ && ok;
  if (done == tag(kWrite)) {
    writing_ = false;
    return std::nullopt;
  }
  reading_ = false;
  if (!ok) return std::nullopt;
  v1::BrokerHeartbeatResponse answer;
  answer.Swap(&incoming_);
  unanswered_ = false;
  read();
  return answer;
}

void SessionStream::read() {
  reading_ = true;
  call_->Read(&incoming_, tag(kRead));
}

// Takes completions until that of `last`.
void SessionStream::drain(Step last) {
  void* done = nullptr;
  bool ok = false;
  while (queue_.Next(&done, &ok)) {
    if (done == tag(kRead)) reading_ = false;
    if (done == tag(kWrite)) writing_ = false;
    if (done == tag(last)) return;
  }
}

}  // namespace quorate::controller
