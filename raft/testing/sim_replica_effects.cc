// The part of SimReplica that carries out what the core asks for.
#include <algorithm>
#include <string>
#include <utility>

#include "raft/testing/evidence.h"
#include "raft/testing/sim_replica.h"

namespace quorate::raft::testing {
namespace {

// When a sync is called slow and hung, as raft/server's watchdog would.
constexpr SimTime kSlowAfter = 100 * kMillisecond;
constexpr SimTime kHungAfter = 300 * kMillisecond;
constexpr int kReadysMax = 1000;  // for one input; more is a loop

}  // namespace

void SimReplica::drain() {
  for (int i = 0; core_->has_ready(); ++i) {
    if (i == kReadysMax) {
      world_.checker.fail("CORE", "has_ready() does not end");
      return;
    }
    Ready ready = core_->take_ready();
    note_leadership();
    carry_out(ready);
    if (world_.checker.violation()) return;
  }
}

// The checker sees the whole effect first: a message may speak of entries of the same Ready.
void SimReplica::carry_out(Ready& ready) {
  for (const Event& event : ready.events) {
    world_.trace.line(world_.heap.now(), [&](std::ostream& out) {
      out << 'n' << id_.node << " event " << to_string(event.kind) << ' ' << event.detail;
    });
    if (event.kind == EventKind::kTransfer && event.detail == "preferred") {
      world_.states.saw(RareState::kHandedOver);
    }
    if (event.kind == EventKind::kSafetyViolation) {
      world_.checker.fail("CORE", evidence('n', id_.node, ": ", event.detail));
    }
  }
  if (ready.persist) world_.checker.on_submitted(id_.node, *ready.persist);
  world_.checker.on_status(id_.node, core_->status());
  for (Message& message : ready.messages) {
    world_.trace.hash().mix(message);
    world_.checker.on_sent(message);
    world_.network.send(std::move(message));
  }
  if (ready.persist) submit(std::move(*ready.persist));
  carry_out_snapshots(ready);
  if (!ready.apply.empty()) {
    to_apply_.push_back(std::move(ready.apply));
    begin_apply();
  }
  answer(ready);
  end_changes(ready);
  for (const FetchRequest& request : ready.fetches) {
    fetch(request);
  }
}

void SimReplica::answer(const Ready& ready) {
  for (const ReadGrant& grant : ready.reads) {
    world_.checker.on_read_grant(id_.node, grant);
    if (grant.status.is_ok()) {
      granted_.emplace(grant.index, grant.token);
    } else if (reads_.erase(grant.token) > 0) {
      world_.answers.on_read_ended(grant.token, grant.status, {});
    }
  }
  serve_reads();
  for (const ProposalOutcome& outcome : ready.outcomes) {
    world_.trace.line(world_.heap.now(), [&](std::ostream& out) {
      out << 'n' << id_.node << " ends proposal " << outcome.token << ": " << outcome.status;
    });
    world_.checker.on_outcome(id_.node, outcome);
    if (proposals_.erase(outcome.token) > 0) {
      world_.answers.on_proposal_ended(outcome.token, outcome.status, outcome.id);
    }
  }
}

void SimReplica::end_changes(const Ready& ready) {
  for (const ChangeOutcome& outcome : ready.changes) {
    world_.trace.line(world_.heap.now(), [&](std::ostream& out) {
      out << 'n' << id_.node << " ends change " << outcome.token << ": " << outcome.status;
    });
    world_.checker.on_change_ended(id_.node, outcome);
    changes_.erase(outcome.token);
  }
}

// --- the log writer ---

void SimReplica::submit(PersistBatch batch) {
  world_.trace.hash().mix(batch);
  world_.trace.line(world_.heap.now(), [&](std::ostream& out) {
    out << 'n' << id_.node << " submits ";
    describe(out, batch);
  });
  disk_->submit(std::move(batch));
  begin_sync();
}

SimTime SimReplica::draw_sync() {
  const DiskFaults& faults = world_.options.disk;
  if (is_healed_) return random_.between(100 * kMicrosecond, kMillisecond);
  SimTime lasts = random_.between(faults.sync_min, faults.sync_max);
  if (random_.chance(faults.slow_permille, 1000)) lasts *= 10;
  if (stalled_until_ > world_.heap.now() + lasts) lasts = stalled_until_ - world_.heap.now();
  return lasts;
}

void SimReplica::begin_sync() {
  if (!disk_->begin_sync()) return;
  if (disk_->outstanding() > 1) world_.states.saw(RareState::kSeveralBatchesOneSync);
  const std::uint64_t sync = ++syncs_;
  const SimTime lasts = draw_sync();
  after(lasts, [this] { finish_sync(); });
  if (lasts > kSlowAfter) watch(sync, kSlowAfter, StorageHealth::kSlow);
  if (lasts > kHungAfter) watch(sync, kHungAfter, StorageHealth::kHung);
}

void SimReplica::watch(std::uint64_t sync, SimTime after_time, StorageHealth verdict) {
  after(after_time, [this, sync, verdict] {
    input([this] { world_.checker.on_input(id_.node); },
          [this, sync, verdict] {
            if (syncs_ != sync || !disk_->is_syncing()) return;  // it came back meanwhile
            health_ = verdict;
            const bool was_leader = leads();
            core_->storage_health(verdict);
            if (verdict == StorageHealth::kHung) {
              world_.checker.on_disk_hung(id_.node, core_->role());
            }
            if (was_leader && verdict == StorageHealth::kHung && !leads()) {
              world_.states.saw(RareState::kDiskHungLeaderDeposed);
            }
          });
  });
}

void SimReplica::finish_sync() {
  if (std::exchange(fails_next_sync_, false)) {
    world_.states.saw(RareState::kSyncFailed);
    crash();
    return;
  }
  auto durable = disk_->finish_sync();
  if (!durable.is_ok()) {
    world_.checker.fail("D5", to_string(durable.status()));
    return;
  }
  on_durable(*durable);
  // Between being durable and being known to be so lies a moment in which a crash can fall.
  std::vector<std::uint64_t> seqs;
  for (const PersistBatch& batch : *durable) {
    seqs.push_back(batch.seq);
  }
  if (random_.chance(1, 2)) seqs.erase(seqs.begin(), seqs.end() - 1);
  after(random_.between(1, 50 * kMicrosecond), [this, seqs] {
    if (health_ != StorageHealth::kHealthy) {
      input([this] { world_.checker.on_input(id_.node); },
            [this] {
              health_ = StorageHealth::kHealthy;
              core_->storage_health(StorageHealth::kHealthy);
            });
    }
    for (const std::uint64_t seq : seqs) {
      input([this] { world_.checker.on_input(id_.node); }, [this, seq] { core_->persisted(seq); });
    }
  });
  begin_sync();
}

void SimReplica::on_durable(const std::vector<PersistBatch>& batches) {
  for (const PersistBatch& batch : batches) {
    world_.trace.hash().mix(batch.seq);
    world_.trace.line(world_.heap.now(), [&](std::ostream& out) {
      out << 'n' << id_.node << " has durable seq=" << batch.seq;
    });
    world_.checker.on_durable(id_.node, batch);
  }
}

// --- the state machine and the reader of the disk ---

void SimReplica::begin_apply() {
  if (is_applying_ || to_apply_.empty()) return;
  is_applying_ = true;
  const SimTime lasts_max = is_healed_ ? 100 * kMicrosecond : world_.options.apply_max;
  after(random_.between(10, lasts_max), [this] {
    input([this] { world_.checker.on_input(id_.node); }, [this] { finish_apply(); });
  });
}

void SimReplica::finish_apply() {
  ApplyRange range = std::move(to_apply_.front());
  to_apply_.pop_front();
  is_applying_ = false;
  if (range.entries.empty()) world_.states.saw(RareState::kApplyFromDisk);
  for (Index next = range.first; next <= range.last;) {
    std::vector<Entry> entries = std::exchange(range.entries, {});
    if (entries.empty()) {
      auto read = disk_->read(next, range.last, world_.options.core.apply_bytes_max);
      if (!read.is_ok()) {
        world_.checker.fail(
            "R6", evidence('n', id_.node, " cannot read what it must apply: ", read.status()));
        return;
      }
      entries = std::move(*read);
    }
    for (const Entry& entry : entries) {
      if (!apply(entry)) return;
    }
    next = entries.back().id.index.next();
  }
  core_->applied(range.last);
  serve_reads();
  take_snapshot_when_due();
  begin_apply();
}

bool SimReplica::apply(const Entry& entry) {
  world_.checker.on_applied(id_.node, entry);
  if (world_.checker.violation()) return false;
  world_.trace.line(world_.heap.now(),
                    [&](std::ostream& out) { out << 'n' << id_.node << " applies " << entry.id; });
  const Status applied_it = state_->apply(entry);
  if (!applied_it.is_ok()) {
    world_.checker.fail("R6", evidence('n', id_.node, " cannot apply: ", applied_it));
    return false;
  }
  applied_id_ = entry.id;
  if (entry.kind == EntryKind::kMembership) {
    membership_ = decode_membership(entry.data.view()).value();
  }
  world_.checker.on_state(id_.node, applied(), state_hash());
  world_.trace.hash().mix(state_hash());
  begin_leadership(entry);
  return true;
}

// --- the state machine is told who leads, as raft/server tells it ---

void SimReplica::note_leadership() {
  const std::optional<Term> now = leads() ? std::optional(core_->term()) : std::nullopt;
  if (now == leading_) return;
  if (told_) state_->on_leader_stop(*told_);
  told_.reset();
  leading_ = now;
}

// The first entry of a term is its leader's own.
void SimReplica::begin_leadership(const Entry& applied) {
  if (!leading_ || told_ == leading_ || applied.id.term < *leading_) return;
  told_ = leading_;
  state_->on_leader_start(*leading_);
}

void SimReplica::serve_reads() {
  while (!granted_.empty() && granted_.begin()->first <= applied()) {
    const ReadToken token = granted_.begin()->second;
    granted_.erase(granted_.begin());
    if (reads_.erase(token) > 0) world_.answers.on_read_ended(token, Status::ok(), applied());
  }
}

void SimReplica::fetch(const FetchRequest& request) {
  world_.states.saw(RareState::kFetchFromDisk);
  after(random_.between(50, 5 * kMillisecond), [this, request] {
    auto read = disk_->read(request.first, request.last, request.bytes_max);
    // What was cut meanwhile is answered with nothing.
    std::vector<Entry> entries = read.is_ok() ? std::move(*read) : std::vector<Entry>{};
    input(
        [this] { world_.checker.on_input(id_.node); },
        [this, request, entries] { core_->entries_fetched(request.peer, request.first, entries); });
  });
}

}  // namespace quorate::raft::testing
