#include <string>
#include <variant>

#include "raft/transport/frame_codec.h"

namespace quorate::raft {

namespace {

constexpr std::size_t kMessageOverheadBytes = 128;

void set(const Uuid& uuid, v1::Uuid* out) {
  out->set_high(uuid.high);
  out->set_low(uuid.low);
}

void set(const ReplicaId& replica, v1::Replica* out) {
  out->set_node(replica.node.value);
  set(replica.incarnation, out->mutable_incarnation());
}

void set(const LogId& id, v1::LogId* out) {
  out->set_term(id.term.value);
  out->set_index(id.index.value);
}

// Puts the body into the message under construction.
class BodyEncoder {
 public:
  explicit BodyEncoder(v1::Message& out) : out_(out) {}

  void operator()(const RequestVote& body) const {
    v1::RequestVote* to = out_.mutable_request_vote();
    to->set_kind(static_cast<std::uint32_t>(body.kind));
    to->set_reason(static_cast<std::uint32_t>(body.reason));
    to->set_campaign_term(body.campaign_term.value);
    to->set_round(body.round);
    set(body.last_log, to->mutable_last_log());
    to->set_priority(body.priority);
  }
  void operator()(const RequestVoteResult& body) const {
    v1::RequestVoteResult* to = out_.mutable_request_vote_result();
    to->set_kind(static_cast<std::uint32_t>(body.kind));
    to->set_answer(static_cast<std::uint32_t>(body.answer));
    to->set_campaign_term(body.campaign_term.value);
    to->set_round(body.round);
  }
  void operator()(const AppendEntries& body) const {
    v1::AppendEntries* to = out_.mutable_append_entries();
    set(body.prev_log, to->mutable_prev_log());
    to->set_leader_commit(body.leader_commit.value);
    to->set_request(body.request);
    to->mutable_entries()->Reserve(static_cast<int>(body.entries.size()));
    for (const Entry& entry : body.entries) {
      v1::Entry* added = to->add_entries();
      added->set_term(entry.id.term.value);
      added->set_kind(static_cast<std::uint32_t>(entry.kind));
      added->set_checksum(entry.checksum);
      added->set_data(entry.data.view().data(), entry.data.size());
    }
  }
  void operator()(const AppendEntriesResult& body) const {
    v1::AppendEntriesResult* to = out_.mutable_append_entries_result();
    to->set_outcome(static_cast<std::uint32_t>(body.outcome));
    to->set_request(body.request);
    to->set_match(body.match.value);
    set(body.prev_log, to->mutable_prev_log());
    set(body.hint, to->mutable_hint());
    to->set_last(body.last.value);
  }
  void operator()(const Heartbeat& body) const {
    v1::Heartbeat* to = out_.mutable_heartbeat();
    to->set_commit(body.commit.value);
    to->set_round(body.round);
    to->set_lease_ns(body.lease_ns);
    to->set_heir_priority(body.heir_priority);
  }
  void operator()(const HeartbeatResult& body) const {
    v1::HeartbeatResult* to = out_.mutable_heartbeat_result();
    to->set_round(body.round);
    to->set_durable_last(body.durable_last.value);
    to->set_promised_ns(body.promised_ns);
    to->set_priority(body.priority);
  }
  void operator()(const InstallSnapshot& body) const {
    v1::InstallSnapshot* to = out_.mutable_install_snapshot();
    v1::SnapshotMeta* meta = to->mutable_meta();
    set(body.meta.last, meta->mutable_last());
    meta->set_membership(encode_membership(body.meta.membership));
    meta->set_bytes(body.meta.bytes);
    meta->set_checksum(body.meta.checksum);
    to->set_transfer(body.transfer);
    to->set_offset(body.offset);
    to->set_chunk(body.chunk.view().data(), body.chunk.size());
    to->set_chunk_checksum(body.chunk_checksum);
  }
  void operator()(const InstallSnapshotResult& body) const {
    v1::InstallSnapshotResult* to = out_.mutable_install_snapshot_result();
    to->set_outcome(static_cast<std::uint32_t>(body.outcome));
    to->set_transfer(body.transfer);
    to->set_next_offset(body.next_offset);
    to->set_last(body.last.value);
  }
  void operator()(const TimeoutNow& body) const {
    set(body.last_log, out_.mutable_timeout_now()->mutable_last_log());
  }
  void operator()(const ReadIndexRequest& body) const {
    v1::ReadIndexRequest* to = out_.mutable_read_index_request();
    to->set_request(body.request);
    to->set_mode(static_cast<std::uint32_t>(body.mode));
  }
  void operator()(const ReadIndexResult& body) const {
    v1::ReadIndexResult* to = out_.mutable_read_index_result();
    to->set_request(body.request);
    to->set_refused(body.refused);
    to->set_read_index(body.read_index.value);
  }
  void operator()(const ForwardProposals& body) const {
    v1::ForwardProposals* to = out_.mutable_forward_proposals();
    to->set_stint(body.stint);
    to->set_request(body.request);
    for (const SharedBytes& data : body.data)
      to->add_data(data.view().data(), data.size());
  }
  void operator()(const ForwardProposalsResult& body) const {
    v1::ForwardProposalsResult* to = out_.mutable_forward_proposals_result();
    to->set_stint(body.stint);
    to->set_request(body.request);
    to->set_first(body.first.value);
    to->set_taken(body.taken);
    to->set_refusal(static_cast<std::uint32_t>(body.refusal));
  }

 private:
  v1::Message& out_;
};

}  // namespace

v1::Hello encode_hello(const Handshake& handshake) {
  v1::Hello hello;
  hello.set_protocol_version(handshake.protocol_version);
  set(handshake.cluster, hello.mutable_cluster());
  set(handshake.from, hello.mutable_from());
  hello.set_to_node(handshake.to.value);
  return hello;
}

void append_message(const Message& message, v1::Frame& frame) {
  v1::Message* out = frame.add_messages();
  out->set_group(message.group.value);
  set(message.to, out->mutable_to());
  out->set_term(message.term.value);
  std::visit(BodyEncoder(*out), message.body);
}

std::size_t message_bytes(const Message& message) {
  std::size_t bytes = kMessageOverheadBytes;
  if (const auto* append = std::get_if<AppendEntries>(&message.body)) {
    for (const Entry& entry : append->entries)
      bytes += entry.bytes();
  } else if (const auto* install = std::get_if<InstallSnapshot>(&message.body)) {
    bytes += install->chunk.size();
  } else if (const auto* forward = std::get_if<ForwardProposals>(&message.body)) {
    for (const SharedBytes& data : forward->data)
      bytes += data.size() + Entry::kOverheadBytes;
  }
  return bytes;
}

}  // namespace quorate::raft
