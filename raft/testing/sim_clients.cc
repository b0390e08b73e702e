#include "raft/testing/sim_clients.h"

#include <utility>

namespace quorate::raft::testing {

SimClients::SimClients(const SimOptions& options,
                       EventHeap& heap,
                       Random random,
                       const SimReplicas& replicas,
                       History& history)
    : options_(options), heap_(heap), random_(random), replicas_(replicas), history_(history) {}

void SimClients::start() {
  for (std::uint64_t client = 1; client <= options_.load.clients; ++client) {
    next_operation(client);
  }
}

void SimClients::next_operation(std::uint64_t client) {
  heap_.after(random_.between(kMillisecond, options_.load.think_max), [this, client] {
    if (is_stopped_) return;
    const bool is_burst = random_.chance(options_.load.burst_permille, 1000);
    for (int i = 1; is_burst && i < kBurst; ++i) {
      issue(client, 0, OperationKind::kAppend, draw_replica());
    }
    const bool is_read = random_.chance(options_.load.read_percent, 100);
    const std::uint32_t at_a_place = options_.load.place_read_percent;
    if (at_a_place > 0 && random_.chance(at_a_place, 100)) read_at_a_place();
    const std::uint64_t turn = ++turn_[client];
    issue(client, turn, is_read ? OperationKind::kRead : OperationKind::kAppend, draw_replica());
    heap_.after(kPatience, [this, client, turn] {
      if (turn_[client] == turn) next_operation(client);
    });
  });
}

// Mostly asks a replica that believes itself leader, as a client with a good hint does.
SimReplica& SimClients::draw_replica() {
  std::vector<SimReplica*> leaders;
  for (const auto& replica : replicas_) {
    if (replica->leads()) leaders.push_back(replica.get());
  }
  if (!leaders.empty() && random_.chance(7, 10)) return *leaders[random_.below(leaders.size())];
  return *replicas_[random_.below(replicas_.size())];
}

History::Id SimClients::append(SimReplica& replica) {
  return issue(0, 0, OperationKind::kAppend, replica);
}

History::Id SimClients::issue(std::uint64_t client,
                              std::uint64_t turn,
                              OperationKind kind,
                              SimReplica& replica) {
  const std::uint64_t token = ++tokens_;
  const History::Id id = history_.invoke({.kind = kind,
                                          .client = client,
                                          .node = replica.node().value,
                                          .value = kind == OperationKind::kAppend ? token : 0,
                                          .invoked = heap_.now()});
  waiting_[token] = {id, turn};
  const std::size_t bytes = random_.between(sizeof(Value), options_.load.payload_max);
  const std::uint32_t by_lease = options_.load.lease_read_percent;
  const ReadMode mode =
      by_lease > 0 && random_.chance(by_lease, 100) ? ReadMode::kLease : ReadMode::kReadIndex;
  heap_.after(random_.between(50, kMillisecond), [kind, token, bytes, mode, &replica] {
    if (kind == OperationKind::kRead) {
      replica.read(token, mode);
    } else {
      replica.propose(token, token, bytes);
    }
  });
  return id;
}

// Where somebody wrote, or near it: such an entry may never have been. Nobody waits for its end,
// and it is no part of the history: it is not linearizable. The checker sees how it ends (R49).
void SimClients::read_at_a_place() {
  ReadPoint at{seen_.index, seen_.term};
  if (random_.chance(1, 3)) at.index = Index{at.index.value + random_.below(4)};
  if (random_.chance(1, 6)) at.index = Index{random_.below(at.index.value + 1)};
  if (random_.chance(1, 4)) at.term.reset();
  constexpr std::uint64_t kTicksMax = 100;
  const std::uint64_t ticks = random_.chance(1, 8) ? 0 : random_.below(kTicksMax);
  replicas_[random_.below(replicas_.size())]->read_at_least(++tokens_, at, ticks);
}

void SimClients::on_proposal_ended(ProposalToken token, const Status& status, LogId id) {
  if (status.is_ok()) seen_ = id;
  end(token, status, id.index);
}

void SimClients::on_read_ended(ReadToken token, const Status& status, Index seen) {
  end(token, status, seen);
}

void SimClients::end(std::uint64_t token, const Status& status, Index position) {
  const auto found = waiting_.find(token);
  if (found == waiting_.end()) return;
  const auto [id, turn] = found->second;
  waiting_.erase(found);
  OperationOutcome outcome = OperationOutcome::kUnknown;
  if (status.is_ok()) outcome = OperationOutcome::kOk;
  if (status.is_rejected()) outcome = OperationOutcome::kRejected;
  history_.complete(id, outcome, position, heap_.now());
  const std::uint64_t client = history_.operations()[id].client;
  if (turn == 0 || turn_[client] != turn) return;
  ++turn_[client];  // its patience no longer matters
  next_operation(client);
}

}  // namespace quorate::raft::testing
