#include "raft/core/message_trace.h"

namespace quorate::raft {
namespace {

// Each overload fills what its type has.
void fill(MessageTrace& trace, const RequestVote& body) {
  trace.log = body.last_log;
}
void fill(MessageTrace& trace, const RequestVoteResult& body) {
  trace.reject = body.answer != VoteAnswer::kGranted;
}
void fill(MessageTrace& trace, const AppendEntries& body) {
  trace.log = body.prev_log;
  trace.count = body.entries.size();
  trace.commit = body.leader_commit;
}
void fill(MessageTrace& trace, const AppendEntriesResult& body) {
  trace.reject = body.outcome == AppendEntriesResult::Outcome::kRejected;
  trace.log = trace.reject ? body.prev_log : LogId{{}, body.match};
  if (trace.reject) trace.hint = body.hint;
}
void fill(MessageTrace& trace, const Heartbeat& body) {
  trace.commit = body.commit;
}
void fill(MessageTrace& trace, const HeartbeatResult& body) {
  trace.log.index = body.durable_last;
}
void fill(MessageTrace& trace, const InstallSnapshot& body) {
  trace.log = body.meta.last;
  trace.count = body.chunk.size();
}
void fill(MessageTrace& trace, const InstallSnapshotResult& body) {
  trace.log.index = body.last;
  trace.reject = body.outcome == InstallSnapshotResult::Outcome::kRefused;
}
void fill(MessageTrace& trace, const TimeoutNow& body) {
  trace.log = body.last_log;
}
void fill(MessageTrace& /*trace*/, const ReadIndexRequest& /*body*/) {}
void fill(MessageTrace& trace, const ReadIndexResult& body) {
  trace.log.index = body.read_index;
  trace.reject = body.refused;
}
void fill(MessageTrace& trace, const ForwardProposals& body) {
  trace.count = body.data.size();
}
void fill(MessageTrace& trace, const ForwardProposalsResult& body) {
  trace.log.index = body.first;
  trace.count = body.taken;
  trace.reject = body.refusal != ForwardRefusal::kNone;
}

}  // namespace

MessageTrace trace_of(const Message& message) {
  MessageTrace trace{.type = type_name(message.body),
                     .from = message.from.node,
                     .to = message.to.node,
                     .term = message.term};
  std::visit([&](const auto& body) { fill(trace, body); }, message.body);
  return trace;
}

}  // namespace quorate::raft
