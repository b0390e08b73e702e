#include "raft/testing/sim_replica.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "raft/testing/evidence.h"
#include "raft/testing/sim_state.h"

namespace quorate::raft::testing {
namespace {

constexpr std::uint64_t kBurstTicksMax = 60;  // a process that slept makes up for at most these

SharedBytes payload(Value value, std::size_t bytes) {
  std::string data(std::max(bytes, sizeof value), 'q');
  std::memcpy(data.data(), &value, sizeof value);
  return SharedBytes(std::move(data));
}

}  // namespace

SimReplica::SimReplica(ReplicaId id, const Membership& membership, SimWorld& world, Random random)
    : id_(id),
      world_(world),
      random_(random),
      disk_(new_disk(membership)),
      state_(world.machines ? world.machines(id.node)
                            : std::make_unique<SimState>(world.options.snapshot.padding_max)),
      snapshots_(empty_snapshots()) {
  if (membership.voters.empty()) world_.checker.on_formatted(id_);
}

std::unique_ptr<SimDisk> SimReplica::new_disk(const Membership& first) const {
  // Who waits to be filled has no term yet.
  const Term term{first.voters.empty() ? 0 : world_.options.initial_term};
  return std::make_unique<SimDisk>(world_.options.core.group,
                                   first,
                                   HardState{term, std::nullopt},
                                   world_.stores ? world_.stores(id_, first) : nullptr);
}

std::unique_ptr<SimSnapshots> SimReplica::empty_snapshots() const {
  const Options& core = world_.options.core;
  return std::make_unique<SimSnapshots>(core.group, core.snapshot_chunk_bytes);
}

CoreStatus SimReplica::status() const {
  QUORATE_CHECK(is_up());
  return core_->status();
}

void SimReplica::start() {
  QUORATE_CHECK(!is_up());
  auto recovered = disk_->recover();
  if (!recovered.is_ok()) {
    world_.checker.fail("D1", to_string(recovered.status()));
    return;
  }
  if (!start_state(*recovered)) return;
  recovered->applied = applied();
  Options options = world_.options.core;
  options.self = id_;
  options.priority = world_.options.priority_of(id_.node);
  auto core = Consensus::create(options, *recovered, random_.split());
  if (!core.is_ok()) {
    world_.checker.fail("D1", "a restart was refused: " + to_string(core.status()));
    return;
  }
  core_ = std::move(*core);
  ++life_;
  started_at_ = world_.heap.now();
  if (options.lease_ns > 0) {
    clock_base_ = random_.below(1'000'000'000'000);  // a machine that was started anew
    clock_based_at_ = started_at_;
    draw_clock_drift();
    core_->advance_clock(clock());
  }
  health_ = StorageHealth::kHealthy;
  world_.trace.line(started_at_, [this](std::ostream& out) {
    out << 'n' << id_.node << " starts: " << core_->describe();
  });
  world_.trace.hash().mix(life_ * 256 + id_.node.value);
  world_.checker.on_started(id_.node, *recovered, core_->status());
  drain();
  schedule_tick();
}

void SimReplica::crash() {
  if (!is_up()) return;
  const std::size_t outstanding = disk_->outstanding();
  const bool had_entries = disk_->has_outstanding_entries();
  const std::size_t kept = random_.between(0, outstanding);
  world_.trace.line(world_.heap.now(), [&](std::ostream& out) {
    out << 'n' << id_.node << " crashes; " << kept << " of " << outstanding
        << " outstanding batches survive";
  });
  world_.trace.hash().mix(kept * 256 + id_.node.value);
  // What survives became durable before the end of the process, without anybody knowing.
  auto survived = disk_->crash(kept);
  world_.checker.on_crashed(id_.node);
  core_.reset();
  ++life_;
  is_paused_ = false;
  inbox_.clear();
  missed_ticks_ = 0;
  if (!survived.is_ok()) {
    world_.checker.fail("D5", to_string(survived.status()));
    return;
  }
  on_durable(*survived);
  const auto has_entries = [](const PersistBatch& batch) { return !batch.entries.empty(); };
  if (std::any_of(survived->begin(), survived->end(), has_entries)) {
    world_.states.saw(RareState::kUnsyncedEntriesSurvived);
  } else if (had_entries) {
    world_.states.saw(RareState::kUnsyncedEntriesLost);
  }
  draw_surviving_state();
  snapshots_->crash(random_);
  is_taking_ = false;
  jobs_done_at_ = 0;
  to_apply_.clear();
  is_applying_ = false;
  granted_.clear();
  leading_.reset();
  told_.reset();
  const Status unknown(Code::kUnknownOutcome, "the replica crashed");
  for (const ProposalToken token : std::exchange(proposals_, {})) {
    world_.checker.on_proposal_lost(token);
    world_.answers.on_proposal_ended(token, unknown, {});
  }
  for (const ChangeToken token : std::exchange(changes_, {})) {
    world_.checker.on_change_lost(token);
  }
  for (const ReadToken token : std::exchange(reads_, {})) {
    world_.answers.on_read_ended(token, unknown, {});
  }
}

void SimReplica::wipe(const ReplicaId& anew) {
  crash();
  world_.trace.line(world_.heap.now(), [&](std::ostream& out) {
    out << 'n' << id_.node << " loses its disk and is " << anew << " from now on";
  });
  id_ = anew;
  disk_ = new_disk(Membership{});
  state_->lose();
  snapshots_ = empty_snapshots();
  world_.checker.on_formatted(id_);
}

// A state machine that is durable itself never claims more than the log beside it holds.
void SimReplica::draw_surviving_state() {
  if (random_.chance(world_.options.process.volatile_state_percent, 100)) return state_->lose();
  const LogMirror& durable = world_.checker.view(id_.node).durable;
  const LogMirror& committed = world_.checker.committed();
  Index most = std::min(applied(), durable.last());
  while (durable.prefix(most) != committed.prefix(most)) {
    most = most.prev();
  }
  QUORATE_CHECK(most >= state_->oldest());
  state_->take_back_to({random_.between(state_->oldest().value, most.value)});
}

void SimReplica::pause() {
  if (is_up()) is_paused_ = true;
}

void SimReplica::resume() {
  if (!is_up() || !is_paused_) return;
  is_paused_ = false;
  // Either the clock's gap is made up for, or it is one late tick.
  const bool is_burst = random_.chance(1, 2);
  const std::uint64_t ticks = is_burst ? std::min(missed_ticks_, kBurstTicksMax) : 1;
  missed_ticks_ = 0;
  const bool was_leader = leads();
  const Term term = core_->term();
  const std::uint64_t life = life_;
  const bool ticks_first = random_.chance(1, 2);
  const auto catch_up = [&] {
    for (std::uint64_t i = 0; i < ticks && life == life_ && !is_paused_; ++i) {
      on_tick();
    }
  };
  if (ticks_first) catch_up();
  std::deque<Arrival> waiting = std::exchange(inbox_, {});
  for (; !waiting.empty() && life == life_; waiting.pop_front()) {
    run(waiting.front().note, waiting.front().input);
  }
  if (!ticks_first) catch_up();
  if (life == life_ && was_leader && core_->term() > term) {
    world_.states.saw(RareState::kPausedLeaderDeposed);
  }
}

void SimReplica::heal() {
  is_healed_ = true;
  stalled_until_ = 0;
  fails_next_sync_ = false;
  clock_percent_ = 100;
}

// --- inputs ---

void SimReplica::receive(const SentMessage& message, SimTime sent_at) {
  if (is_up() && sent_at < started_at_) world_.states.saw(RareState::kMessageFromBeforeRestart);
  const auto* places = std::get_if<ForwardProposalsResult>(&message->body);
  if (places != nullptr && places->taken > 0) world_.states.saw(RareState::kProposalForwarded);
  input(
      [this, message] {
        world_.trace.hash().mix(*message);
        world_.trace.line(world_.heap.now(),
                          [&](std::ostream& out) { out << "gets " << *message; });
        world_.checker.on_delivered(*message, id_.node);
      },
      [this, message] { core_->step(*message); });
}

void SimReplica::peer_lost(const ReplicaId& peer, PeerLoss loss) {
  const bool is_gone = loss == PeerLoss::kProcessGone;
  input(
      [this, peer, is_gone] {
        world_.trace.line(world_.heap.now(), [&](std::ostream& out) {
          out << 'n' << id_.node << " is told that n" << peer.node
              << (is_gone ? " is gone" : " is disconnected");
        });
        world_.checker.on_nudged(id_.node, is_gone ? Nudge::kProcessGone : Nudge::kDisconnected);
      },
      [this, peer, loss] { core_->peer_lost(peer, loss); });
}

void SimReplica::propose(ProposalToken token, Value value, std::size_t payload_bytes) {
  propose_data(token, value, {.token = token, .data = payload(value, payload_bytes)});
}

void SimReplica::propose_data(ProposalToken token, Value value, Proposal proposal) {
  if (!is_up()) {
    world_.answers.on_proposal_ended(token, {Code::kUnavailable, "the replica is down"}, {});
    return;
  }
  proposals_.insert(token);
  input(
      [this, token, value] {
        world_.trace.hash().mix(value);
        world_.trace.line(world_.heap.now(), [&](std::ostream& out) {
          out << 'n' << id_.node << " is proposed value " << value;
        });
        world_.checker.on_proposed(id_.node, token, value);
      },
      [this, proposal = std::move(proposal)] { core_->propose(proposal); });
}

void SimReplica::read(ReadToken token, ReadMode mode) {
  if (!is_up()) {
    world_.answers.on_read_ended(token, {Code::kUnavailable, "the replica is down"}, {});
    return;
  }
  reads_.insert(token);
  input([this, token] { world_.checker.on_read(id_.node, token); },
        [this, token, mode] { core_->read(token, mode); });
}

void SimReplica::read_at_least(ReadToken token, const ReadPoint& at, std::uint64_t ticks) {
  if (!is_up()) return;
  reads_.insert(token);
  input([this, token, at] { world_.checker.on_read_at_least(id_.node, token, at); },
        [this, token, at, ticks] { core_->read_at_least(token, at, ticks); });
}

void SimReplica::change_membership(MembershipChange change) {
  changes_.insert(change.token);
  input(
      [this, change] {
        world_.trace.hash().mix(change.token);
        world_.trace.line(world_.heap.now(), [&](std::ostream& out) {
          out << 'n' << id_.node << " is asked to change the membership: ";
          describe(out, change);
        });
        world_.checker.on_change_asked(id_.node, change.token);
      },
      [this, change] { core_->change_membership(change); });
}

void SimReplica::transfer(NodeId target) {
  input([this] { world_.checker.on_input(id_.node); }, [this, target] { core_->transfer(target); });
}

void SimReplica::step_down() {
  input([this] { world_.checker.on_input(id_.node); }, [this] { core_->step_down(); });
}

void SimReplica::campaign() {
  input([this] { world_.checker.on_nudged(id_.node, Nudge::kCampaignAsked); },
        [this] { core_->campaign(); });
}

void SimReplica::schedule_tick() {
  const SimTime period = kTick * 100 / clock_percent_;
  after(random_.between(period * 9 / 10, period * 11 / 10), [this] {
    if (is_paused_) {
      ++missed_ticks_;
    } else {
      on_tick();
    }
    if (is_up()) schedule_tick();
  });
}

ClockTime SimReplica::clock() const {
  const SimTime passed = world_.heap.now() - clock_based_at_;
  return clock_base_ + passed * clock_rate_ / (1'000'000 / kNanosecondsPerMicrosecond);
}

void SimReplica::draw_clock_drift() {
  const std::uint64_t drift = world_.options.clock.drift_ppm;
  if (drift == 0) return;
  clock_base_ = clock();
  clock_based_at_ = world_.heap.now();
  // Mostly at an end of what is allowed.
  clock_rate_ = 1'000'000 - drift;
  if (random_.chance(1, 2)) clock_rate_ += 2 * drift;
  if (random_.chance(1, 4)) clock_rate_ = random_.between(1'000'000 - drift, 1'000'000 + drift);
}

void SimReplica::on_tick() {
  run([this] { world_.checker.on_ticked(id_.node); }, [this] { core_->tick(); });
}

}  // namespace quorate::raft::testing
