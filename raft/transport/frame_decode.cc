#include <string>
#include <utility>

#include "raft/base/crc32c.h"
#include "raft/transport/frame_codec.h"

namespace quorate::raft {

namespace {

using Owner = std::shared_ptr<const void>;

Uuid uuid(const v1::Uuid& in) {
  return {in.high(), in.low()};
}
ReplicaId replica(const v1::Replica& in) {
  return {NodeId{in.node()}, uuid(in.incarnation())};
}
LogId log_id(const v1::LogId& in) {
  return {Term{in.term()}, Index{in.index()}};
}

SharedBytes share(const std::string& bytes, const Owner& owner) {
  return bytes.empty() ? SharedBytes() : SharedBytes(owner, bytes);
}

// The enumerator with value `value`, when it is not above `last`.
template <typename E>
Result<E> enumerator(std::uint32_t value, E last, const char* what) {
  if (value > static_cast<std::uint32_t>(last)) {
    return malformed(std::string(what) + " " + std::to_string(value) + " is not known");
  }
  return static_cast<E>(value);
}

Result<MessageBody> decode(const v1::RequestVote& in) {
  const auto kind = enumerator(in.kind(), VoteKind::kVote, "vote kind");
  if (!kind.is_ok()) return kind.status();
  const auto reason = enumerator(in.reason(), CampaignReason::kTransfer, "campaign reason");
  if (!reason.is_ok()) return reason.status();
  if (in.campaign_term() >= kNumberEnd) return malformed("the campaign's term is out of range");
  return MessageBody(RequestVote{
      *kind, *reason, Term{in.campaign_term()}, in.round(), log_id(in.last_log()), in.priority()});
}

Result<MessageBody> decode(const v1::RequestVoteResult& in) {
  const auto kind = enumerator(in.kind(), VoteKind::kVote, "vote kind");
  if (!kind.is_ok()) return kind.status();
  const auto answer = enumerator(in.answer(), VoteAnswer::kRefusedLeaderKnown, "vote answer");
  if (!answer.is_ok()) return answer.status();
  return MessageBody(RequestVoteResult{*kind, *answer, Term{in.campaign_term()}, in.round()});
}

// The entry behind `before` in a message of `term`.
Result<Entry> decode_entry(const v1::Entry& in,
                           const LogId& before,
                           Term term,
                           const Owner& owner) {
  const std::string name = "entry " + std::to_string(before.index.next().value);
  const auto kind = enumerator(in.kind(), EntryKind::kMembership, "entry kind");
  if (!kind.is_ok()) return kind.status();
  if (Term{in.term()} < before.term)
    return malformed(name + " has a lower term than its neighbour");
  if (Term{in.term()} > term) return malformed(name + " has a term above the message's");
  Entry entry{
      {Term{in.term()}, before.index.next()}, *kind, share(in.data(), owner), in.checksum()};
  if (!is_intact(entry)) return malformed(name + " has a wrong checksum");
  return entry;
}

Result<MessageBody> decode(const v1::AppendEntries& in, Term term, const Owner& owner) {
  AppendEntries body;
  body.prev_log = log_id(in.prev_log());
  body.leader_commit = Index{in.leader_commit()};
  body.request = in.request();
  if (body.prev_log.term > term) return malformed("prev_log has a term above the message's");
  const auto count = static_cast<std::uint64_t>(in.entries_size());
  if (body.prev_log.index.value >= kNumberEnd - count) {
    return malformed("the entries' indexes are out of range");
  }
  body.entries.reserve(count);
  LogId before = body.prev_log;
  for (const v1::Entry& sent : in.entries()) {
    Result<Entry> entry = decode_entry(sent, before, term, owner);
    if (!entry.is_ok()) return entry.status();
    before = entry->id;
    body.entries.push_back(*std::move(entry));
  }
  return MessageBody(std::move(body));
}

Result<MessageBody> decode(const v1::AppendEntriesResult& in) {
  using Outcome = AppendEntriesResult::Outcome;
  const auto outcome = enumerator(in.outcome(), Outcome::kRejected, "append outcome");
  if (!outcome.is_ok()) return outcome.status();
  return MessageBody(AppendEntriesResult{*outcome,
                                         in.request(),
                                         Index{in.match()},
                                         log_id(in.prev_log()),
                                         log_id(in.hint()),
                                         Index{in.last()}});
}

Result<MessageBody> decode(const v1::InstallSnapshot& in, const Owner& owner) {
  InstallSnapshot body;
  body.meta.last = log_id(in.meta().last());
  Result<Membership> membership = decode_membership(in.meta().membership());
  if (!membership.is_ok()) return membership.status().with_context("snapshot");
  body.meta.membership = *std::move(membership);
  body.meta.bytes = in.meta().bytes();
  body.meta.checksum = in.meta().checksum();
  body.transfer = in.transfer();
  body.offset = in.offset();
  body.chunk = share(in.chunk(), owner);
  body.chunk_checksum = in.chunk_checksum();
  if (body.offset > body.meta.bytes || body.chunk.size() > body.meta.bytes - body.offset) {
    return malformed("a chunk lies outside of its snapshot");
  }
  if (crc32c(body.chunk.view()) != body.chunk_checksum) {
    return malformed("a chunk has a wrong checksum");
  }
  return MessageBody(std::move(body));
}

Result<MessageBody> decode(const v1::InstallSnapshotResult& in) {
  using Outcome = InstallSnapshotResult::Outcome;
  const auto outcome = enumerator(in.outcome(), Outcome::kRefused, "install outcome");
  if (!outcome.is_ok()) return outcome.status();
  return MessageBody(
      InstallSnapshotResult{*outcome, in.transfer(), in.next_offset(), Index{in.last()}});
}

Result<MessageBody> decode(const v1::ForwardProposals& in, const Owner& owner) {
  ForwardProposals body{.stint = in.stint(), .request = in.request(), .data = {}};
  body.data.reserve(static_cast<std::size_t>(in.data_size()));
  for (const std::string& data : in.data())
    body.data.push_back(share(data, owner));
  return MessageBody(std::move(body));
}

Result<MessageBody> decode(const v1::ForwardProposalsResult& in) {
  const auto refusal = enumerator(in.refusal(), ForwardRefusal::kTooLarge, "refusal");
  if (!refusal.is_ok()) return refusal.status();
  return MessageBody(
      ForwardProposalsResult{in.stint(), in.request(), Index{in.first()}, in.taken(), *refusal});
}

Result<MessageBody> decode_body(const v1::Message& in, const Owner& owner) {
  switch (in.body_case()) {
    case v1::Message::kRequestVote: return decode(in.request_vote());
    case v1::Message::kRequestVoteResult: return decode(in.request_vote_result());
    case v1::Message::kAppendEntries: return decode(in.append_entries(), Term{in.term()}, owner);
    case v1::Message::kAppendEntriesResult: return decode(in.append_entries_result());
    case v1::Message::kHeartbeat:
      return MessageBody(Heartbeat{Index{in.heartbeat().commit()},
                                   in.heartbeat().round(),
                                   in.heartbeat().lease_ns(),
                                   in.heartbeat().heir_priority()});
    case v1::Message::kHeartbeatResult:
      return MessageBody(HeartbeatResult{in.heartbeat_result().round(),
                                         Index{in.heartbeat_result().durable_last()},
                                         in.heartbeat_result().promised_ns(),
                                         in.heartbeat_result().priority()});
    case v1::Message::kInstallSnapshot: return decode(in.install_snapshot(), owner);
    case v1::Message::kInstallSnapshotResult: return decode(in.install_snapshot_result());
    case v1::Message::kTimeoutNow:
      return MessageBody(TimeoutNow{log_id(in.timeout_now().last_log())});
    case v1::Message::kReadIndexRequest: {
      const auto mode = enumerator(in.read_index_request().mode(), ReadMode::kLease, "read mode");
      if (!mode.is_ok()) return mode.status();
      return MessageBody(ReadIndexRequest{in.read_index_request().request(), *mode});
    }
    case v1::Message::kReadIndexResult: {
      const v1::ReadIndexResult& result = in.read_index_result();
      return MessageBody(
          ReadIndexResult{result.request(), result.refused(), Index{result.read_index()}});
    }
    case v1::Message::kForwardProposals: return decode(in.forward_proposals(), owner);
    case v1::Message::kForwardProposalsResult: return decode(in.forward_proposals_result());
    case v1::Message::BODY_NOT_SET: break;
  }
  return malformed("a message without a body");
}

}  // namespace

Status malformed(std::string why) {
  return {Code::kCorruption, std::move(why)};
}

std::string refusal_name(v1::Refusal refusal) {
  switch (refusal) {
    case v1::REFUSAL_NONE: return "none";
    case v1::REFUSAL_NO_HELLO: return "no_hello";
    case v1::REFUSAL_PROTOCOL_VERSION: return "protocol_version";
    case v1::REFUSAL_FOREIGN_CLUSTER: return "foreign_cluster";
    case v1::REFUSAL_WRONG_NODE: return "wrong_node";
    case v1::REFUSAL_CERTIFICATE: return "certificate";
    case v1::Refusal_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::Refusal_INT_MAX_SENTINEL_DO_NOT_USE_: break;
  }
  return "other";
}

Result<Handshake> decode_hello(const v1::Hello& hello) {
  if (!hello.has_cluster() || !hello.has_from() || !hello.from().has_incarnation()) {
    return malformed("the hello lacks cluster or sender");
  }
  return Handshake{hello.protocol_version(),
                   uuid(hello.cluster()),
                   replica(hello.from()),
                   NodeId{hello.to_node()}};
}

Result<Message> decode_message(const v1::Message& message,
                               const Handshake& stream,
                               const std::shared_ptr<const void>& owner) {
  if (message.term() >= kNumberEnd) return malformed("the term is out of range");
  Result<MessageBody> body = decode_body(message, owner);
  if (!body.is_ok()) return body.status();
  return Message{stream.cluster,
                 GroupId{message.group()},
                 stream.from,
                 replica(message.to()),
                 Term{message.term()},
                 *std::move(body)};
}

}  // namespace quorate::raft
