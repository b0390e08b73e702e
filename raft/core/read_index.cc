// Linearizable reads without a log entry (dissertation §6.4).
#include <utility>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {

void Replica::read(ReadToken token, ReadMode mode) {
  if (is_stopped_) return refuse_reads({token}, Code::kUnavailable, "the group has stopped");
  if (log_.is_restoring()) {
    return refuse_reads({token}, Code::kUnavailable, "a snapshot is being installed");
  }
  auto* leader = std::get_if<Leader>(&role_);
  if (leader != nullptr && mode == ReadMode::kLease && lease_left_ns(*leader) > 0) {
    ready_.reads.push_back({token, Status::ok(), log_.commit(), ReadMode::kLease});
    return;
  }
  if (is_reads_full()) return refuse_reads({token}, Code::kBusy, "too many reads wait");
  is_flush_due_ = true;
  if (leader != nullptr) return leader->reads.add(token);
  auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr || !follower->leader) {
    return refuse_reads({token}, Code::kUnavailable, "no leader is known");
  }
  follower->reads.add(token, mode);
}

bool Replica::is_reads_full() const {
  const auto* leader = std::get_if<Leader>(&role_);
  const auto* follower = std::get_if<Follower>(&role_);
  const std::size_t waiting = leader != nullptr     ? leader->reads.size()
                              : follower != nullptr ? follower->reads.size()
                                                    : 0;
  return waiting >= options_.pending_reads_max;
}

// --- the leader's side ---

// Everything that waits joins one round, confirmed only by answers to heartbeats that leave after
// this. Before an entry of our own term is committed the commit index may be too low (P93).
void Replica::begin_reads(Leader& leader) {
  if (!leader.reads.has_open() || log_.commit() < leader.first_own) return;
  leader.reads.begin(leader.round + 1, log_.commit());
  broadcast_heartbeat(leader);
  confirm_reads(leader);  // alone, we are the quorum
}

void Replica::confirm_reads(Leader& leader) {
  const std::uint64_t round =
      leader.replication.quorum_round(membership(), options_.self, leader.round);
  for (const ReadGroup& group : leader.reads.confirm(round)) {
    QUORATE_CHECK(group.index <= log_.commit());
    for (const ReadToken token : group.tokens)
      ready_.reads.push_back({token, Status::ok(), group.index});
    for (const ReadAsker& asker : group.askers) {
      send(asker.replica, ReadIndexResult{.request = asker.request, .read_index = group.index});
    }
  }
}

void Replica::on(const Message& message, ReadIndexRequest& request) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader != nullptr && request.mode == ReadMode::kLease && lease_left_ns(*leader) > 0) {
    return send(message.from,
                ReadIndexResult{.request = request.request, .read_index = log_.commit()});
  }
  if (leader == nullptr || is_reads_full()) {
    return send(message.from, ReadIndexResult{.request = request.request, .refused = true});
  }
  leader->reads.add(ReadAsker{message.from, request.request});
  is_flush_due_ = true;
}

// --- everyone else's side ---

void Replica::forward_reads(Follower& follower) {
  for (const ReadMode mode : {ReadMode::kReadIndex, ReadMode::kLease}) {
    if (!follower.reads.has_unsent(mode)) continue;
    QUORATE_CHECK(follower.leader.has_value());
    follower.reads.send(mode, ++read_request_, now_ + options_.election_timeout_ticks);
    send(*follower.leader, ReadIndexRequest{read_request_, mode});
  }
}

void Replica::on(const Message& message, ReadIndexResult& result) {
  auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr || follower->leader != message.from) {
    return ignore(message, IgnoreReason::kNotFromLeader);
  }
  std::vector<ReadToken> tokens = follower->reads.answer(result.request);
  if (tokens.empty()) return ignore(message, IgnoreReason::kStaleAnswer);
  if (result.refused) {
    return refuse_reads(tokens, Code::kUnavailable, "the leader could not confirm the read");
  }
  constexpr std::uint64_t kTimeoutsHeld = 10;
  const std::uint64_t deadline = now_ + kTimeoutsHeld * options_.election_timeout_ticks;
  follower->reads.hold(result.read_index, deadline, std::move(tokens));
  release_reads();
}

// What we know to be committed here will be applied here.
void Replica::release_reads() {
  auto* follower = std::get_if<Follower>(&role_);
  if (follower == nullptr) return;
  for (const ReadGroup& group : follower->reads.release(log_.commit())) {
    for (const ReadToken token : group.tokens)
      ready_.reads.push_back({token, Status::ok(), group.index});
  }
}

// --- definite failure ---

void Replica::refuse_reads(const std::vector<ReadToken>& tokens, Code code, std::string_view why) {
  for (const ReadToken token : tokens)
    ready_.reads.push_back({token, Status(code, std::string(why)), Index{}});
}

void Replica::refuse_reads(const std::vector<ReadGroup>& groups, std::string_view why) {
  for (const ReadGroup& group : groups) {
    refuse_reads(group.tokens, Code::kNotLeader, why);
    for (const ReadAsker& asker : group.askers) {
      send(asker.replica, ReadIndexResult{.request = asker.request, .refused = true});
    }
  }
}

}  // namespace quorate::raft
