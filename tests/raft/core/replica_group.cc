#include "tests/raft/core/replica_group.h"

#include <algorithm>
#include <utility>

#include "raft/base/check.h"

namespace quorate::raft::testing {

ReplicaId replica(std::uint64_t node) {
  return {NodeId{node}, Incarnation{0, node}};
}

ReplicaId wiped(std::uint64_t node) {
  return {NodeId{node}, Incarnation{1, node}};
}

Membership voters(std::uint64_t count) {
  Membership membership;
  for (std::uint64_t node = 1; node <= count; ++node)
    membership.voters.push_back(replica(node));
  return membership;
}

Options options_for(std::uint64_t node) {
  Options options;
  options.first_election_heartbeats = 0;  // tests count election timeouts from the start
  options.cluster = {7, 7};
  options.self = replica(node);
  options.election_timeout_ticks = 10;
  options.election_jitter_ticks = 10;
  options.heartbeat_ticks = 2;
  return options;
}

Recovered recovered_with(const Membership& membership,
                         const std::vector<std::uint64_t>& entry_terms,
                         std::uint64_t term) {
  Recovered recovered;
  recovered.snapshot.membership = membership;
  for (const std::uint64_t entry_term : entry_terms) {
    recovered.last = recovered.last.next();
    auto& runs = recovered.term_runs;
    if (runs.empty() || runs.back().term != Term{entry_term}) {
      runs.push_back({recovered.last, Term{entry_term}});
    }
    term = std::max(term, entry_term);
  }
  recovered.hard_state.term = Term{term};
  return recovered;
}

Entry entry_of(std::uint64_t term, std::uint64_t index) {
  return make_entry(
      {Term{term}, Index{index}}, EntryKind::kNormal, SharedBytes("e" + std::to_string(index)));
}

Message message_from(std::uint64_t node, std::uint64_t term, MessageBody body) {
  return {{7, 7}, GroupId{1}, replica(node), replica(1), Term{term}, std::move(body)};
}

Node lone(const std::vector<std::uint64_t>& entry_terms, std::uint64_t term) {
  return {options_for(1), recovered_with(voters(3), entry_terms, term), /*seed=*/1};
}

Node leading(const std::vector<std::uint64_t>& entry_terms, std::uint64_t term) {
  Node node = lone(entry_terms, term);
  node->campaign();
  for (const VoteKind kind : {VoteKind::kPreVote, VoteKind::kVote}) {
    node.drain();
    const auto requests = node.sent<RequestVote>();
    QUORATE_CHECK(!requests.empty() && requests.back().kind == kind);
    const RequestVote& asked = requests.back();
    const std::uint64_t voter_term =
        kind == VoteKind::kVote ? asked.campaign_term.value : asked.campaign_term.value - 1;
    node->step(message_from(
        2,
        voter_term,
        RequestVoteResult{kind, VoteAnswer::kGranted, asked.campaign_term, asked.round}));
  }
  node.drain();
  QUORATE_CHECK(node->role() == Role::kLeader);
  static_cast<void>(node.take_messages());
  return node;
}

// --- Node ---

Node::Node(Options options, Recovered recovered, std::uint64_t seed)
    : options_(options), recovered_(std::move(recovered)), seed_(seed) {
  Index index = recovered_.snapshot.last.index.next();
  for (std::size_t run = 0; run < recovered_.term_runs.size(); ++run) {
    const bool is_last = run + 1 == recovered_.term_runs.size();
    const Index end = is_last ? recovered_.last.next() : recovered_.term_runs[run + 1].first;
    for (; index < end; index = index.next()) {
      entries_.push_back(entry_of(recovered_.term_runs[run].term.value, index.value));
    }
  }
  auto core = Consensus::create(options_, recovered_, Random(seed_));
  QUORATE_CHECK(core.is_ok());
  core_ = std::move(core).value();
}

void Node::drain() {
  while (core_ && core_->has_ready()) {
    Ready ready = core_->take_ready();
    std::move(ready.messages.begin(), ready.messages.end(), std::back_inserter(messages_));
    std::move(ready.events.begin(), ready.events.end(), std::back_inserter(events));
    std::move(ready.outcomes.begin(), ready.outcomes.end(), std::back_inserter(outcomes));
    std::move(ready.changes.begin(), ready.changes.end(), std::back_inserter(changes));
    std::move(ready.reads.begin(), ready.reads.end(), std::back_inserter(reads));
    carry_out_snapshots(ready);
    if (ready.persist) {
      batches.push_back(*ready.persist);
      held_.push_back(std::move(*ready.persist));
    }
    if (!ready.apply.empty()) apply(ready.apply);
    for (const FetchRequest& request : ready.fetches)
      fetch(request);
    if (!is_disk_held_) release_disk();
  }
}

void Node::release_disk() {
  is_disk_held_ = false;
  while (!held_.empty()) {
    const PersistBatch batch = std::move(held_.front());
    held_.pop_front();
    write(batch);
    core_->persisted(batch.seq);
  }
}

void Node::write(const PersistBatch& batch) {
  std::uint64_t base = recovered_.snapshot.last.index.value;
  if (batch.truncate_from) {
    QUORATE_CHECK(batch.truncate_from->value > base);
    entries_.resize(batch.truncate_from->value - base - 1);
  }
  if (batch.snapshot) rebase(*batch.snapshot);
  base = recovered_.snapshot.last.index.value;
  for (const Entry& entry : batch.entries) {
    QUORATE_CHECK(entry.id.index.value == base + entries_.size() + 1);
    entries_.push_back(entry);
  }
  if (batch.hard_state) recovered_.hard_state = *batch.hard_state;
}

void Node::apply(const ApplyRange& range) {
  const std::uint64_t base = recovered_.snapshot.last.index.value;
  for (Index index = range.first; index <= range.last; index = index.next()) {
    applied.push_back(entries_.at(index.value - base - 1));
  }
  core_->applied(range.last);
}

void Node::fetch(const FetchRequest& request) {
  fetches.push_back(request);
  const std::uint64_t base = recovered_.snapshot.last.index.value;
  std::vector<Entry> entries;
  std::size_t bytes = 0;
  for (Index index = request.first; index <= request.last; index = index.next()) {
    if (index.value > base + entries_.size()) break;
    const Entry& entry = entries_[index.value - base - 1];
    bytes += entry.bytes();
    if (!entries.empty() && bytes > request.bytes_max) break;
    entries.push_back(entry);
  }
  core_->entries_fetched(request.peer, request.first, std::move(entries));
}

void Node::restart() {
  held_.clear();
  messages_.clear();
  is_disk_held_ = false;
  applied.clear();
  recovered_.last = {recovered_.snapshot.last.index.value + entries_.size()};
  recovered_.applied = recovered_.snapshot.last.index;
  if (const auto& newest = snapshot_disk.newest()) {
    const Index covered = newest->meta.last.index;
    if (covered <= recovered_.last) recovered_.applied = std::max(recovered_.applied, covered);
  }
  recovered_.term_runs.clear();
  recovered_.memberships.clear();
  for (const Entry& entry : entries_) {
    auto& runs = recovered_.term_runs;
    if (runs.empty() || runs.back().term != entry.id.term) {
      runs.push_back({entry.id.index, entry.id.term});
    }
    if (entry.kind == EntryKind::kMembership) {
      recovered_.memberships.push_back(
          {entry.id.index, decode_membership(entry.data.view()).value()});
    }
  }
  auto core = Consensus::create(options_, recovered_, Random(++seed_));
  QUORATE_CHECK(core.is_ok());
  core_ = std::move(core).value();
}

std::size_t Node::count(EventKind kind, std::string_view detail) const {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(), [&](const Event& event) {
        return event.kind == kind && (detail.empty() || event.detail == detail);
      }));
}

// --- ReplicaGroup ---

ReplicaGroup::ReplicaGroup(std::uint64_t count) {
  for (std::uint64_t node = 1; node <= count; ++node)
    add(node, options_for(node), recovered_with(voters(count), {}, 0));
}

void ReplicaGroup::add(std::uint64_t node, Options options, Recovered recovered) {
  nodes_.emplace(node, Node(options, std::move(recovered), /*seed=*/node));
}

void ReplicaGroup::add_blank(const ReplicaId& id) {
  nodes_.erase(id.node.value);
  Options options = options_for(id.node.value);
  options.self = id;
  add(id.node.value, options, Recovered{});
}

void ReplicaGroup::isolate(std::uint64_t node) {
  lose([node](const Message& message) {
    return message.from.node.value == node || message.to.node.value == node;
  });
}

void ReplicaGroup::deliver() {
  collect();
  for (Message& message : std::exchange(wire_, {})) {
    const auto node = nodes_.find(message.to.node.value);
    if (node == nodes_.end() || !node->second.is_running()) continue;
    if (lose_ && lose_(message)) continue;
    node->second->step(std::move(message));
  }
  collect();
}

void ReplicaGroup::settle() {
  collect();
  for (int round = 0; !wire_.empty(); ++round) {
    QUORATE_CHECK(round < 10'000);
    deliver();
  }
}

void ReplicaGroup::tick(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    for (auto& [id, node] : nodes_) {
      if (node.is_running()) node->tick();
    }
    settle();
  }
}

void ReplicaGroup::elect(std::uint64_t node) {
  // Whoever was heard is forgotten first, as after an election timeout.
  for (auto& [id, other] : nodes_) {
    if (other.is_running() && other->role() == Role::kLeader && id != node) other->step_down();
  }
  for (std::uint64_t i = 0; i < 30 && leader() != node; ++i) {
    for (auto& [id, other] : nodes_) {
      if (other.is_running() && id == node) other->campaign();
    }
    settle();
    if (leader() != node) nodes_.at(node)->tick();
    for (auto& [id, other] : nodes_) {
      if (leader() != node && id != node && other.is_running()) other->tick();
    }
  }
  QUORATE_CHECK(leader() == node);
}

std::uint64_t ReplicaGroup::leader() const {
  std::uint64_t found = 0;
  Term newest{0};
  for (const auto& [id, node] : nodes_) {
    if (!node.is_running() || node->role() != Role::kLeader || node->term() < newest) continue;
    found = id;
    newest = node->term();
  }
  return found;
}

void ReplicaGroup::collect() {
  for (auto& [id, node] : nodes_) {
    if (!node.is_running()) continue;
    node.drain();
    auto messages = node.take_messages();
    std::move(messages.begin(), messages.end(), std::back_inserter(wire_));
  }
}

}  // namespace quorate::raft::testing
