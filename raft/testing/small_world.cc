#include "raft/testing/small_world.h"

#include <algorithm>

#include "raft/base/check.h"
#include "raft/testing/evidence.h"

namespace quorate::raft::testing {
namespace {

using Kind = SmallStep::Kind;

ReplicaId id_of(std::size_t at) {
  return {NodeId{at + 1}, Incarnation{at + 1, at + 1}};
}

Membership all_voters() {
  Membership membership;
  for (std::size_t at = 0; at < SmallWorld::kReplicas; ++at)
    membership.voters.push_back(id_of(at));
  return membership;
}

// A heartbeat per tick, so that time passes in few of them.
Options options_of(std::size_t at) {
  Options options;
  options.first_election_heartbeats = 0;  // a timeout is one step, whenever it comes
  options.cluster = ClusterId{7, 7};
  options.self = id_of(at);
  options.heartbeat_ticks = 1;
  options.election_timeout_ticks = 5;
  options.election_jitter_ticks = 1;
  return options;
}

// An election timeout, whatever was heard before.
constexpr int kTimeoutTicks = 6;

std::unique_ptr<Consensus> start(std::size_t at, const SmallReplica& replica) {
  Recovered recovered;
  recovered.hard_state = replica.hard_state;
  recovered.snapshot.membership = all_voters();
  recovered.last = Index{replica.durable.size()};
  for (const Entry& entry : replica.durable) {
    auto& runs = recovered.term_runs;
    if (runs.empty() || runs.back().term != entry.id.term) {
      runs.push_back({entry.id.index, entry.id.term});
    }
  }
  auto core = Consensus::create(options_of(at), recovered, Random(at));
  QUORATE_CHECK(core.is_ok());
  return std::move(core).value();
}

SmallEntry small(const Entry& entry) {
  return {entry.id.term, entry.checksum};
}

Fingerprint::Value print_of(const SmallReplica& replica) {
  Fingerprint print;
  print(replica.core->fingerprint(), replica.is_held, replica.hard_state, replica.durable);
  for (const PersistBatch& batch : replica.pending) {
    print(batch.seq, batch.hard_state, batch.truncate_from, batch.entries);
  }
  return print.value();
}

}  // namespace

SmallWorld::SmallWorld(const SmallScope& scope)
    : loses_heartbeats_(scope.heartbeats == 0), left_(scope) {
  for (std::size_t at = 0; at < kReplicas; ++at) {
    SmallReplica replica;
    replica.core = start(at, replica);
    replica.print = print_of(replica);
    replicas_[at] = std::make_shared<const SmallReplica>(std::move(replica));
  }
}

std::vector<SmallStep> SmallWorld::steps() const {
  std::vector<SmallStep> steps;
  for (std::size_t at = 0; at < wire_.size(); ++at) {
    const std::size_t to = static_cast<std::size_t>(wire_[at].message->to.node.value) - 1;
    steps.push_back({Kind::kDeliver, to, at});
    if (left_.repeats > 0) steps.push_back({Kind::kRepeat, to, at});
  }
  for (std::size_t at = 0; at < kReplicas; ++at) {
    const bool leads = replicas_[at]->core->role() == Role::kLeader;
    if (!replicas_[at]->pending.empty()) steps.push_back({Kind::kPersist, at});
    if (left_.holds > 0 && !replicas_[at]->is_held) steps.push_back({Kind::kHold, at});
    if (leads && left_.proposals > 0) steps.push_back({Kind::kPropose, at});
    if (leads && left_.heartbeats > 0) steps.push_back({Kind::kHeartbeat, at});
    if (left_.timeouts > 0) steps.push_back({Kind::kTimeout, at});
    if (left_.crashes > 0) steps.push_back({Kind::kCrash, at});
  }
  return steps;
}

std::string SmallWorld::describe(const SmallStep& step) const {
  const std::uint64_t node = step.replica + 1;
  switch (step.kind) {
    case Kind::kDeliver: return evidence("deliver ", *wire_[step.message].message);
    case Kind::kRepeat: return evidence("deliver a copy of ", *wire_[step.message].message);
    case Kind::kHold: return evidence("hold the next write of ", node);
    case Kind::kPersist: return evidence("the oldest write of ", node, " becomes durable");
    case Kind::kPropose: return evidence("propose at ", node);
    case Kind::kHeartbeat: return evidence("heartbeat of ", node);
    case Kind::kTimeout: return evidence("an election timeout passes at ", node);
    case Kind::kCrash: return evidence("crash and restart ", node);
  }
  return "?";
}

bool SmallWorld::take(const SmallStep& step) {
  const SmallReplica& before = *replicas_[step.replica];
  if (step.kind == Kind::kCrash) {
    --left_.crashes;
    restart(step.replica);
    return true;
  }
  SmallReplica replica = before;
  const std::shared_ptr<Consensus> core = before.core->clone();
  replica.core = core;
  strike(step, replica, *core);
  const std::size_t sent_from = wire_.size();
  drain(step.replica, replica, *core);
  const bool is_silent = wire_.size() == sent_from;
  replica.print = print_of(replica);
  const bool is_same = replica.print == before.print && is_silent;
  replicas_[step.replica] = std::make_shared<const SmallReplica>(std::move(replica));
  check(step.replica);
  return !is_same;
}

void SmallWorld::strike(const SmallStep& step, SmallReplica& replica, Consensus& core) {
  switch (step.kind) {
    case Kind::kDeliver:
      core.step(*wire_[step.message].message);
      wire_.erase(wire_.begin() + static_cast<std::ptrdiff_t>(step.message));
      return;
    case Kind::kRepeat:
      --left_.repeats;
      core.step(*wire_[step.message].message);
      return;
    case Kind::kHold:
      --left_.holds;
      replica.is_held = true;
      return;
    case Kind::kPersist:
      persist_oldest(replica, core);
      replica.is_held = !replica.pending.empty();
      return;
    case Kind::kPropose:
      core.propose(
          {.token = left_.proposals, .data = SharedBytes(std::to_string(left_.proposals))});
      --left_.proposals;
      return;
    case Kind::kHeartbeat:
      --left_.heartbeats;
      core.tick();
      return;
    case Kind::kTimeout:
      --left_.timeouts;
      for (int tick = 0; tick < kTimeoutTicks; ++tick)
        core.tick();
      return;
    case Kind::kCrash: return;
  }
}

void SmallWorld::restart(std::size_t at) {
  SmallReplica replica = *replicas_[at];
  replica.pending.clear();
  replica.is_held = false;
  replica.log.clear();
  for (const Entry& entry : replica.durable)
    replica.log.push_back(small(entry));
  replica.core = start(at, replica);
  replica.print = print_of(replica);
  replicas_[at] = std::make_shared<const SmallReplica>(std::move(replica));
  check(at);
}

void SmallWorld::drain(std::size_t at, SmallReplica& replica, Consensus& core) {
  while (core.has_ready()) {
    Ready ready = core.take_ready();
    for (Message& message : ready.messages)
      send(at, std::move(message));
    if (ready.persist) submit(replica, *std::move(ready.persist));
    if (!replica.is_held && !replica.pending.empty()) persist_oldest(replica, core);
    if (!ready.apply.empty()) core.applied(ready.apply.last);
    for (const Event& event : ready.events) {
      if (event.kind == EventKind::kSafetyViolation) fail("R1", event.detail);
    }
  }
}

void SmallWorld::send(std::size_t from, Message message) {
  if (const auto* result = std::get_if<RequestVoteResult>(&message.body)) {
    const bool is_vote = result->kind == VoteKind::kVote && result->answer == VoteAnswer::kGranted;
    const auto key = std::pair(result->campaign_term, from);
    if (is_vote && votes_.try_emplace(key, message.to).first->second != message.to) {
      fail("R2", evidence("replica ", from + 1, " voted twice in term ", result->campaign_term));
    }
  }
  if (loses_heartbeats_ && std::holds_alternative<Heartbeat>(message.body)) return;
  Fingerprint print;
  print(message);
  const auto behind = std::upper_bound(
      wire_.begin(), wire_.end(), print.value(), [](const auto& value, const InFlight& each) {
        return value < each.print;
      });
  wire_.insert(behind, {print.value(), std::make_shared<const Message>(std::move(message))});
}

void SmallWorld::submit(SmallReplica& replica, PersistBatch batch) {
  if (batch.truncate_from) {
    was_cut_ = true;
    replica.log.resize(static_cast<std::size_t>(batch.truncate_from->value) - 1);
  }
  for (const Entry& entry : batch.entries)
    replica.log.push_back(small(entry));
  replica.pending.push_back(std::move(batch));
}

void SmallWorld::persist_oldest(SmallReplica& replica, Consensus& core) {
  const PersistBatch batch = std::move(replica.pending.front());
  replica.pending.pop_front();
  if (batch.truncate_from) {
    replica.durable.resize(static_cast<std::size_t>(batch.truncate_from->value) - 1);
  }
  replica.durable.insert(replica.durable.end(), batch.entries.begin(), batch.entries.end());
  if (batch.hard_state) replica.hard_state = *batch.hard_state;
  core.persisted(batch.seq);
}

// --- what must hold ---

void SmallWorld::check(std::size_t at) {
  if (violation_) return;
  check_commit(at);
  check_leader(at);
  check_matching(at);
}

void SmallWorld::check_leader(std::size_t at) {
  const SmallReplica& replica = *replicas_[at];
  if (replica.core->role() != Role::kLeader) return;
  const Term term = replica.core->term();
  const auto [known, is_new] = leader_of_.try_emplace(term, at);
  if (known->second != at) {
    return fail("R1", evidence(known->second + 1, " and ", at + 1, " lead term ", term));
  }
  for (std::size_t i = 0; i < committed_.size() && committed_in_[i] < term; ++i) {
    if (i < replica.log.size() && replica.log[i] == committed_[i]) continue;
    return fail("R9", evidence("leader ", at + 1, " lacks the committed entry ", i + 1));
  }
}

// Two logs that agree at an index agree below it, so looking at the newest such index is enough.
void SmallWorld::check_matching(std::size_t at) {
  const std::vector<SmallEntry>& log = replicas_[at]->log;
  for (std::size_t other = 0; other < kReplicas; ++other) {
    const std::vector<SmallEntry>& theirs = replicas_[other]->log;
    std::size_t common = std::min(log.size(), theirs.size());
    while (common > 0 && log[common - 1].term != theirs[common - 1].term)
      --common;
    if (std::equal(
            log.begin(), log.begin() + static_cast<std::ptrdiff_t>(common), theirs.begin())) {
      continue;
    }
    return fail("R8", evidence("the logs of ", at + 1, " and ", other + 1, " up to ", common));
  }
}

void SmallWorld::check_commit(std::size_t at) {
  const SmallReplica& replica = *replicas_[at];
  const auto commit = static_cast<std::size_t>(replica.core->commit_index().value);
  if (commit > replica.log.size()) {
    return fail("R5", evidence(at + 1, " committed ", commit, " beyond its log"));
  }
  for (std::size_t i = 0; i < commit; ++i) {
    if (i < committed_.size()) {
      if (committed_[i] == replica.log[i]) continue;
      return fail("R10", evidence(at + 1, " committed another entry at ", i + 1));
    }
    if (!is_durable_at_majority(i, replica.log[i])) {
      return fail("R11", evidence(at + 1, " committed ", i + 1, ", durable at no majority"));
    }
    committed_.push_back(replica.log[i]);
    committed_in_.push_back(replica.core->term());
  }
}

bool SmallWorld::is_durable_at_majority(std::size_t index, const SmallEntry& entry) const {
  const auto holds = [&](const std::shared_ptr<const SmallReplica>& replica) {
    return index < replica->durable.size() && small(replica->durable[index]) == entry;
  };
  return std::count_if(replicas_.begin(), replicas_.end(), holds) * 2 > std::ssize(replicas_);
}

void SmallWorld::fail(std::string invariant, std::string evidence) {
  if (!violation_) violation_ = Violation{std::move(invariant), std::move(evidence)};
}

// --- what it is ---

std::size_t SmallWorld::leaders() const {
  return static_cast<std::size_t>(
      std::count_if(replicas_.begin(), replicas_.end(), [](const auto& replica) {
        return replica->core->role() == Role::kLeader;
      }));
}

Fingerprint::Value SmallWorld::fingerprint() const {
  Fingerprint print;
  print(
      left_.timeouts, left_.holds, left_.heartbeats, left_.proposals, left_.crashes, left_.repeats);
  for (const auto& replica : replicas_)
    print(replica->print);
  for (const InFlight& each : wire_)
    print(each.print);
  for (const auto& [term, leader] : leader_of_)
    print(term, leader);
  for (const auto& [key, candidate] : votes_)
    print(key, candidate);
  print(committed_, committed_in_);
  return print.value();
}

}  // namespace quorate::raft::testing
