// What a leader sends, and what it learns from the answers (§5.3; dissertation §10.2).
#include <algorithm>
#include <utility>

#include "raft/base/check.h"
#include "raft/core/replica.h"

namespace quorate::raft {

// --- sending ---

void Replica::replicate(Leader& leader) {
  for (Peer& peer : leader.replication.peers()) {
    while (send_next(leader, peer)) {
    }
    request_pieces(peer);
    tell_commit(peer);
  }
}

// Sends one append if there is news for the peer and room for it. Returns whether to try again.
bool Replica::send_next(Leader& leader, Peer& peer) {
  const Progress& progress = peer.progress;
  if (!progress.can_send()) return false;
  const bool is_probe = progress.state() == Progress::State::kProbe;
  const Index next = progress.next();
  const bool has_entries = next <= log_.last().index;
  if (!is_probe && !has_entries) return false;

  const std::optional<Term> prev_term = log_.term_at(next.prev());
  if (!prev_term) {
    begin_snapshot(leader, peer);
    return false;
  }
  std::vector<Entry> entries;
  if (has_entries && next < log_.window().first()) {
    if (!is_probe) {
      fetch_for(peer);
      return false;
    }
  } else if (has_entries) {
    const std::size_t allowed = progress.bytes_allowed();
    if (progress.in_flight() > 0 && log_.window().at(next).bytes() > allowed) return false;
    entries = log_.window().slice(next,
                                  log_.last().index,
                                  std::min(options_.append_bytes_max, allowed),
                                  options_.append_entries_max);
  }
  send_append(peer, {*prev_term, next.prev()}, std::move(entries));
  return true;
}

void Replica::send_append(Peer& peer, LogId prev, std::vector<Entry> entries) {
  std::size_t bytes = 0;
  for (const Entry& entry : entries)
    bytes += entry.bytes();
  const Index last_sent{prev.index.value + entries.size()};
  QUORATE_CHECK(last_sent <= log_.last().index);
  QUORATE_CHECK(entries.empty() || entries.front().id.index == prev.index.next());
  end_snapshot(peer);  // it needs none (any more)
  const std::uint64_t request = std::get<Leader>(role_).replication.next_request();
  peer.progress.on_sent(request, last_sent, bytes, now_);
  peer.commit_told = std::max(peer.commit_told, std::min(log_.commit(), last_sent));
  send(peer.id, AppendEntries{prev, log_.commit(), request, std::move(entries)});
}

// What the peer holds was committed, and no append is due to say so. This takes no room and asks
// for no answer: should it be lost, the next append or heartbeat says it again. While an append is
// under way it waits, for the answer to that brings us back here.
void Replica::tell_commit(Peer& peer) {
  const Index commit = std::min(log_.commit(), peer.progress.match());
  if (commit <= peer.commit_told || peer.progress.in_flight() > 0) return;
  peer.commit_told = commit;
  send(peer.id, Heartbeat{commit, kNoRequest});
}

// The entries that the peer needs next have left memory.
void Replica::fetch_for(Peer& peer) {
  if (std::exchange(peer.is_fetching, true)) return;
  const Index first = peer.progress.next();
  const Index by_count{first.value + options_.append_entries_max - 1};
  const Index last = std::min(log_.window().first().prev(), by_count);
  QUORATE_CHECK(first >= log_.first() && first <= last);
  ready_.fetches.push_back({peer.id, first, last, options_.append_bytes_max});
}

// What was read may be late: it counts only if it is what the peer needs now and what our log says
// (P54). Otherwise the next round asks again.
void Replica::entries_fetched(const ReplicaId& replica, Index first, std::vector<Entry> entries) {
  auto* leader = std::get_if<Leader>(&role_);
  Peer* peer = leader == nullptr ? nullptr : leader->replication.find(replica);
  if (is_stopped_ || peer == nullptr) return;
  peer->is_fetching = false;
  Progress& progress = peer->progress;
  if (entries.empty() || progress.state() != Progress::State::kReplicate ||
      progress.next() != first || !progress.can_send()) {
    return;
  }
  QUORATE_CHECK(first > progress.match());
  Index expected = first;
  for (const Entry& entry : entries) {
    if (entry.id.index != expected || !log_.holds(entry.id) || !is_intact(entry)) return;
    expected = expected.next();
  }
  const std::optional<Term> prev_term = log_.term_at(first.prev());
  if (!prev_term) return;
  send_append(*peer, {*prev_term, first.prev()}, std::move(entries));
  is_flush_due_ = true;
}

// One heartbeat to everyone, in a round of its own.
void Replica::broadcast_heartbeat(Leader& leader) {
  ++leader.round;
  leader.heartbeat_at = now_ + options_.heartbeat_ticks;
  const std::uint64_t lease_ns = lease_to_ask(leader);
  const std::uint32_t heir = heir_priority(leader);
  if (lease_ns > 0) leader.lease.on_sent(leader.round, clock_, lease_ns / Lease::kRoundsMax);
  for (Peer& peer : leader.replication.peers()) {
    peer.floor_round = leader.round;
    peer.floor = peer.progress.match();
    const Index commit = std::min(log_.commit(), peer.floor);
    peer.commit_told = std::max(peer.commit_told, commit);
    send(peer.id, Heartbeat{commit, leader.round, lease_ns, heir});
  }
}

// --- answers ---

void Replica::on(const Message& message, AppendEntriesResult& result) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return ignore(message, IgnoreReason::kNotLeading);
  Peer* peer = leader->replication.find(message.from);
  if (peer == nullptr) return ignore(message, IgnoreReason::kUnknownSender);
  if (result.match > log_.last().index) return ignore(message, IgnoreReason::kAbsurd);
  const auto before = peer->progress.state();
  const bool is_fresh = peer->progress.floor_of(result.request).has_value();
  if (result.outcome == AppendEntriesResult::Outcome::kRejected) {
    if (!is_fresh) return ignore(message, IgnoreReason::kStaleAnswer);  // P49
    if (result.hint == result.prev_log) return ignore(message, IgnoreReason::kAbsurd);
    on_rejected(*peer, result);
  } else if (!peer->progress.on_accepted(result.request, result.match)) {
    return ignore(message, IgnoreReason::kStaleAnswer);
  }
  if (is_fresh) peer->hear(now_, options_.election_timeout_ticks);
  note_peer_state(*peer, before);
  is_flush_due_ = true;
  advance_commit();
  advance_transfer(*leader);
}

// The peer names its newest entry that could be ours; we go on behind our newest entry that could
// be its own. Each round rules out one term on one of the two sides (P61).
void Replica::on_rejected(Peer& peer, const AppendEntriesResult& result) {
  const Index floor = peer.progress.floor_of(result.request).value_or(Index{0});
  if (result.hint.index < floor) return on_amnesia(peer, result.hint.index);
  const std::optional<LogId> agreed = log_.terms().last_at_most(result.hint);
  // Without one, the two logs meet below our snapshot: step below it, and sending will notice.
  const Index below = std::min(result.hint.index, Index{log_.snapshot().index.value - 1});
  peer.progress.on_rejected(agreed ? agreed->index : below);
}

void Replica::on(const Message& message, HeartbeatResult& result) {
  auto* leader = std::get_if<Leader>(&role_);
  if (leader == nullptr) return ignore(message, IgnoreReason::kNotLeading);
  Peer* peer = leader->replication.find(message.from);
  if (peer == nullptr) return ignore(message, IgnoreReason::kUnknownSender);
  if (result.round > leader->round) return ignore(message, IgnoreReason::kAbsurd);
  if (result.round <= peer->acked_round) return ignore(message, IgnoreReason::kStaleAnswer);
  peer->acked_round = result.round;
  peer->priority = result.priority;
  peer->hear(now_, options_.election_timeout_ticks);
  note_support(*leader, *peer, result);
  // Only the answer to the newest heartbeat says what the peer has *after* it acknowledged `floor`.
  if (result.round == peer->floor_round && result.durable_last < peer->floor) {
    on_amnesia(*peer, result.durable_last);
  }
  repeat_lost(*peer);
  is_flush_due_ = true;
  confirm_reads(*leader);
}

// A peer that answers heartbeats but not appends has probably lost some (P56). Appends get more
// time than probes: they may only be waiting for a slow disk.
void Replica::repeat_lost(Peer& peer) {
  const auto before = peer.progress.state();
  if (before == Progress::State::kSnapshot) return peer.sending->on_contact(now_);
  const bool is_probe = before == Progress::State::kProbe;
  const std::uint64_t patience =
      is_probe ? options_.heartbeat_ticks : options_.election_timeout_ticks / 2;
  const auto since = peer.progress.waiting_since();
  if (!since || now_ - *since < patience) return;
  peer.progress.on_lost();
  note_peer_state(peer, before);
}

// The peer acknowledged more than it has: its disk lied or was replaced. It is repaired like any
// other, but never counted again by this leadership (P51, P58).
void Replica::on_amnesia(Peer& peer, Index durable_last) {
  peer.progress.on_amnesia(durable_last);
  emit(EventKind::kPeerState, "amnesia").peer = peer.id;
}

void Replica::note_peer_state(const Peer& peer, Progress::State before) {
  const auto state = peer.progress.state();
  if (state != before) emit(EventKind::kPeerState, to_string(state)).peer = peer.id;
}

}  // namespace quorate::raft
