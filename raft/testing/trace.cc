#include "raft/testing/trace.h"

#include <cstring>
#include <iomanip>
#include <variant>

namespace quorate::raft::testing {
namespace {

std::uint64_t word(Index index) {
  return index.value;
}

// Mixes what tells one message body from another.
struct BodyMixer {
  TraceHash& hash;

  void operator()(const RequestVote& body) const {
    hash.mix(static_cast<std::uint64_t>(body.kind) * 2 + static_cast<std::uint64_t>(body.reason));
    hash.mix(body.campaign_term.value);
    hash.mix(body.round);
    hash.mix(body.last_log);
    hash.mix(body.priority);
  }
  void operator()(const RequestVoteResult& body) const {
    hash.mix(static_cast<std::uint64_t>(body.kind) * 8 + static_cast<std::uint64_t>(body.answer));
    hash.mix(body.campaign_term.value);
    hash.mix(body.round);
  }
  void operator()(const AppendEntries& body) const {
    hash.mix(body.prev_log);
    hash.mix(word(body.leader_commit));
    hash.mix(body.request);
    for (const Entry& entry : body.entries) {
      hash.mix(entry);
    }
  }
  void operator()(const AppendEntriesResult& body) const {
    hash.mix(static_cast<std::uint64_t>(body.outcome));
    hash.mix(body.request);
    hash.mix(word(body.match));
    hash.mix(body.prev_log);
    hash.mix(body.hint);
    hash.mix(word(body.last));
  }
  void operator()(const Heartbeat& body) const {
    hash.mix(word(body.commit));
    hash.mix(body.round);
    hash.mix(body.lease_ns);
    hash.mix(body.heir_priority);
  }
  void operator()(const HeartbeatResult& body) const {
    hash.mix(body.round);
    hash.mix(word(body.durable_last));
    hash.mix(body.promised_ns);
    hash.mix(body.priority);
  }
  void operator()(const InstallSnapshot& body) const {
    hash.mix(body.meta.last);
    hash.mix(body.transfer);
    hash.mix(body.offset);
    hash.mix(body.chunk.view());
  }
  void operator()(const InstallSnapshotResult& body) const {
    hash.mix(static_cast<std::uint64_t>(body.outcome));
    hash.mix(body.transfer);
    hash.mix(body.next_offset);
    hash.mix(word(body.last));
  }
  void operator()(const TimeoutNow& body) const { hash.mix(body.last_log); }
  void operator()(const ReadIndexRequest& body) const {
    hash.mix(body.request);
    hash.mix(static_cast<std::uint64_t>(body.mode));
  }
  void operator()(const ReadIndexResult& body) const {
    hash.mix(body.request);
    hash.mix(body.refused ? 1 : 0);
    hash.mix(word(body.read_index));
  }
  void operator()(const ForwardProposals& body) const {
    hash.mix(body.stint);
    hash.mix(body.request);
    for (const SharedBytes& data : body.data)
      hash.mix(data.view());
  }
  void operator()(const ForwardProposalsResult& body) const {
    hash.mix(body.stint);
    hash.mix(body.request);
    hash.mix(word(body.first));
    hash.mix(body.taken);
  }
};

}  // namespace

void TraceHash::mix(std::string_view bytes) {
  mix(bytes.size());
  while (!bytes.empty()) {
    std::uint64_t next = 0;
    const std::size_t taken = std::min(bytes.size(), sizeof next);
    std::memcpy(&next, bytes.data(), taken);
    mix(next);
    bytes.remove_prefix(taken);
  }
}

void TraceHash::mix(const Entry& entry) {
  mix(entry.id);
  mix(static_cast<std::uint64_t>(entry.kind));
  mix(entry.data.view());
}

void TraceHash::mix(const Message& message) {
  mix(message.from.node.value * 256 + message.to.node.value);
  mix(message.term.value);
  mix(message.body.index());
  std::visit(BodyMixer{*this}, message.body);
}

void TraceHash::mix(const PersistBatch& batch) {
  mix(batch.seq);
  if (batch.hard_state) {
    mix(batch.hard_state->term.value);
    mix(batch.hard_state->voted_for ? batch.hard_state->voted_for->node.value : 0);
  }
  if (batch.truncate_from) mix(batch.truncate_from->value);
  if (batch.snapshot) mix(batch.snapshot->last);
  for (const Entry& entry : batch.entries) {
    mix(entry);
  }
}

void Trace::keep(SimTime now, const std::string& text) {
  std::ostringstream line;
  line << std::setw(10) << now / kMillisecond << '.' << std::setw(3) << std::setfill('0')
       << now % kMillisecond << "ms " << text;
  if (sink_) sink_(line.str());
  if (kept_max_ == 0) return;
  lines_.push_back(line.str());
  if (lines_.size() > kept_max_) lines_.pop_front();
}

void describe(std::ostream& out, const PersistBatch& batch) {
  out << "seq=" << batch.seq;
  if (batch.hard_state) {
    out << " term=" << batch.hard_state->term.value << " vote=";
    if (batch.hard_state->voted_for) {
      out << batch.hard_state->voted_for->node.value;
    } else {
      out << "none";
    }
  }
  if (batch.truncate_from) out << " cut=" << batch.truncate_from->value;
  if (batch.snapshot) out << " base=" << batch.snapshot->last;
  if (!batch.entries.empty()) {
    out << " entries=" << batch.entries.front().id << ".." << batch.entries.back().id;
  }
}

void describe(std::ostream& out, const MembershipChange& change) {
  const auto list = [&](std::string_view verb, const std::vector<ReplicaId>& replicas) {
    for (const ReplicaId& replica : replicas)
      out << ' ' << verb << ' ' << replica;
  };
  out << "token=" << change.token;
  list("add", change.add_voters);
  list("listen", change.add_learners);
  list("remove", change.remove);
  list("demote", change.demote);
}

}  // namespace quorate::raft::testing
