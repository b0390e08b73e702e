#include "raft/testing/nemesis.h"

#include <utility>

namespace quorate::raft::testing {
namespace {

// Who claims to lead, or asks for a vote, may be a replica that the receiver does not know yet;
// that nobody pretends to be one is the transport's business. Everything else needs a member.
bool needs_member(const Message& message) {
  return !std::holds_alternative<RequestVote>(message.body) &&
         !std::holds_alternative<AppendEntries>(message.body) &&
         !std::holds_alternative<Heartbeat>(message.body) &&
         !std::holds_alternative<InstallSnapshot>(message.body);
}

}  // namespace

Nemesis::Nemesis(SimWorld& world, Random random, SimReplicas& replicas)
    : world_(world), random_(random), replicas_(replicas), restarting_(replicas.size(), false) {}

void Nemesis::start() {
  const SimOptions& options = world_.options;
  every(options.network.cut_every, [this] { cut(); });
  every(options.network.replay_every, [this] { replay(); });
  every(options.network.foreign_every, [this] { send_foreign(); });
  every(options.disk.stall_every, [this] {
    leader_or_any().stall_disk(random_.between(1, world_.options.disk.stall_lasts));
  });
  every(options.disk.failed_sync_every, [this] { leader_or_any().fail_next_sync(); });
  every(options.process.crash_every, [this] { crash(any()); });
  every(options.process.crash_leader_every, [this] { crash(leader_or_any()); });
  every(options.process.crash_all_every, [this] { crash_all(); });
  every(options.process.pause_every, [this] { pause(leader_or_any()); });
  every(options.clock.drift_every, [this] { drift(); });
  every(options.operators.transfer_every,
        [this] { leader_or_any().transfer(replicas_[random_.below(replicas_.size())]->node()); });
  every(options.operators.step_down_every, [this] { leader_or_any().step_down(); });
  every(options.operators.campaign_every, [this] { any().campaign(); });
  every(options.operators.false_hint_every, [this] { false_hint(); });
  supervise();
}

void Nemesis::every(SimTime mean, std::function<void()> fault) {
  if (mean == 0) return;
  world_.heap.after(random_.between(mean / 2, mean + mean / 2), [this, mean, fault] {
    if (is_over_) return;
    fault();
    every(mean, fault);
  });
}

void Nemesis::note(std::string_view what, NodeId node) {
  world_.trace.line(world_.heap.now(),
                    [&](std::ostream& out) { out << "nemesis: " << what << " n" << node; });
}

SimReplica& Nemesis::any() {
  return *replicas_[random_.below(replicas_.size())];
}

SimReplica* Nemesis::leader() {
  SimReplica* newest = nullptr;
  for (const auto& replica : replicas_) {
    if (!replica->leads()) continue;
    if (!newest || replica->status().term > newest->status().term) newest = replica.get();
  }
  return newest;
}

SimReplica& Nemesis::leader_or_any() {
  SimReplica* found = random_.chance(2, 3) ? leader() : nullptr;
  return found ? *found : any();
}

// --- processes ---

void Nemesis::supervise() {
  world_.heap.after(50 * kMillisecond, [this] {
    if (is_over_) return;
    for (const auto& replica : replicas_) {
      if (!replica->is_up() && !restarting_[replica->node().value - 1]) {
        restart(*replica, random_.between(kMillisecond, world_.options.process.down_max));
      }
    }
    supervise();
  });
}

void Nemesis::restart(SimReplica& replica, SimTime down) {
  restarting_[replica.node().value - 1] = true;
  world_.heap.after(down, [this, &replica] {
    restarting_[replica.node().value - 1] = false;
    if (!replica.is_up()) replica.start();
  });
}

void Nemesis::crash(SimReplica& replica) {
  if (!replica.is_up()) return;
  note("crash", replica.node());
  replica.crash();
  if (random_.chance(2, 3)) tell_peers(replica, PeerLoss::kProcessGone);
}

void Nemesis::crash_all() {
  for (const auto& replica : replicas_) {
    if (replica->is_up()) note("crash", replica->node());
    replica->crash();
  }
  if (replicas_.size() > 1) world_.states.saw(RareState::kAllCrashedAtOnce);
}

void Nemesis::pause(SimReplica& replica) {
  if (!replica.is_up() || replica.is_paused()) return;
  note("pause", replica.node());
  replica.pause();
  world_.heap.after(random_.between(kMillisecond, world_.options.process.pause_lasts),
                    [&replica] { replica.resume(); });
}

void Nemesis::drift() {
  SimReplica& replica = any();
  replica.set_clock_rate(static_cast<std::uint32_t>(random_.between(50, 200)));
  replica.draw_clock_drift();
}

void Nemesis::tell_peers(const SimReplica& lost, PeerLoss loss) {
  for (const auto& replica : replicas_) {
    if (replica->id() == lost.id()) continue;
    // A refused connection is an answer, so it needs a path.
    if (world_.network.is_cut(lost.node().value, replica->node().value)) continue;
    world_.heap.after(random_.between(100, 5 * kMillisecond),
                      [this, peer = replica.get(), id = lost.id(), loss] {
                        if (!is_over_) peer->peer_lost(id, loss);
                      });
  }
}

void Nemesis::false_hint() {
  SimReplica& told = any();
  const SimReplica& lost = leader_or_any();
  if (told.id() == lost.id()) return;
  told.peer_lost(lost.id(),
                 random_.chance(1, 2) ? PeerLoss::kProcessGone : PeerLoss::kDisconnected);
}

// --- messages ---

void Nemesis::replay() {
  const auto old = world_.network.draw_old_message();
  if (old != nullptr) world_.network.inject(old, random_.between(1, 3 * kSecond));
}

void Nemesis::send_foreign() {
  const auto old = world_.network.draw_old_message();
  if (old == nullptr) return;
  Message foreign = *old;
  foreign.term = Term{foreign.term.value + random_.below(3)};
  switch (random_.below(4)) {
    case 0: foreign.cluster.low ^= 1U; break;
    case 1: foreign.group.value += 1; break;
    case 2: (needs_member(foreign) ? foreign.from : foreign.to).incarnation.high ^= 1U; break;
    default: foreign.to.incarnation.high ^= 1U; break;
  }
  world_.network.inject(std::make_shared<const Message>(std::move(foreign)),
                        random_.between(1, 10 * kMillisecond));
}

// --- cuts ---

void Nemesis::cut() {
  if (replicas_.size() == 1) return;
  world_.network.mend();
  std::vector<CutShape> shapes;
  for (std::uint32_t i = 0; i < kCutShapes; ++i) {
    if ((world_.options.network.cut_shapes >> i & 1U) != 0) {
      shapes.push_back(static_cast<CutShape>(i));
    }
  }
  make_cut(shapes[random_.below(shapes.size())]);
  world_.heap.after(random_.between(kMillisecond, world_.options.network.cut_lasts),
                    [this] { world_.network.mend(); });
}

void Nemesis::make_cut(CutShape shape) {
  note("cut around", leader_or_any().node());
  switch (shape) {
    case CutShape::kIsolateOne: isolate(leader_or_any().node().value); break;
    case CutShape::kSplit: split(); break;
    case CutShape::kBridge: cut_bridge(); break;
    case CutShape::kChain: cut_chain(); break;
    case CutShape::kOneWay: cut_one_way(); break;
    case CutShape::kFlapping: flap(leader_or_any().node().value, any().node().value, 8); break;
  }
}

void Nemesis::isolate(std::uint64_t node) {
  for (std::uint64_t other = 1; other <= replicas_.size(); ++other) {
    world_.network.cut_both(node, other);
  }
}

void Nemesis::split() {
  std::vector<bool> side(replicas_.size() + 1);
  for (std::uint64_t node = 1; node <= replicas_.size(); ++node) {
    side[node] = random_.chance(1, 2);
  }
  for (std::uint64_t a = 1; a <= replicas_.size(); ++a) {
    for (std::uint64_t b = 1; b < a; ++b) {
      if (side[a] != side[b]) world_.network.cut_both(a, b);
    }
  }
}

// Two halves that only one replica connects.
void Nemesis::cut_bridge() {
  const std::uint64_t bridge = any().node().value;
  for (std::uint64_t a = 1; a <= replicas_.size(); ++a) {
    for (std::uint64_t b = 1; b < a; ++b) {
      if (a != bridge && b != bridge && (a + b) % 2 == 1) world_.network.cut_both(a, b);
    }
  }
}

// A line in which each talks to its neighbours alone.
void Nemesis::cut_chain() {
  for (std::uint64_t a = 1; a <= replicas_.size(); ++a) {
    for (std::uint64_t b = 1; b + 1 < a; ++b) {
      world_.network.cut_both(a, b);
    }
  }
}

void Nemesis::cut_one_way() {
  const std::uint64_t mute = leader_or_any().node().value;
  const bool is_deaf = random_.chance(1, 2);
  for (std::uint64_t other = 1; other <= replicas_.size(); ++other) {
    if (is_deaf) {
      world_.network.cut(other, mute);
    } else {
      world_.network.cut(mute, other);
    }
  }
}

void Nemesis::flap(std::uint64_t a, std::uint64_t b, int times) {
  if (times == 0 || is_over_ || a == b) return;
  if (times % 2 == 0) {
    world_.network.cut_both(a, b);
    if (random_.chance(1, 2)) {
      replicas_[a - 1]->peer_lost(replicas_[b - 1]->id(), PeerLoss::kDisconnected);
    }
  } else {
    world_.network.mend();
  }
  world_.heap.after(random_.between(20 * kMillisecond, 300 * kMillisecond),
                    [this, a, b, times] { flap(a, b, times - 1); });
}

void Nemesis::heal() {
  is_over_ = true;
  world_.network.heal();
  for (const auto& replica : replicas_) {
    replica->heal();
    replica->resume();
    if (!replica->is_up()) restart(*replica, random_.between(1, 10 * kMillisecond));
  }
}

}  // namespace quorate::raft::testing
