#include "raft/testing/simulation.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "raft/testing/evidence.h"
#include "raft/testing/nemesis.h"
#include "raft/testing/option_file.h"
#include "raft/testing/sim_administrators.h"

namespace quorate::raft::testing {
namespace {

constexpr std::uint64_t kScanEvery = 1000;  // events
constexpr SimTime kPollEvery = 20 * kMillisecond;
constexpr SimTime kLoadAfterHeal = 300 * kMillisecond;
constexpr SimTime kQuietTimeouts = 3;  // of an election

Membership draw_membership(std::uint32_t replicas, Random& random) {
  Membership membership;
  for (std::uint64_t node = 1; node <= replicas; ++node) {
    membership.voters.push_back({NodeId{node}, Incarnation{random.next(), random.next()}});
  }
  return membership;
}

// The seed draws them in any case, so that what it draws afterwards stays the same.
SimOptions draw_options(Random& random, const SimSettings& settings) {
  const SimOptions drawn = draw_sim_options(random);
  return settings.options.value_or(drawn);
}

class Simulation {
 public:
  Simulation(std::uint64_t seed, const SimSettings& settings);
  SimVerdict run();

 private:
  void deliver(const SentMessage& message, SimTime sent_at);
  void run_until(SimTime end);
  [[nodiscard]] bool is_over() const { return checker_.violation().has_value(); }
  void heal();
  void await_convergence();
  [[nodiscard]] SimReplica* only_leader() const;
  [[nodiscard]] bool has_converged() const;
  void probe();
  void check_end();
  void check_equal();
  void check_quiet();
  void check_operations();
  [[nodiscard]] std::string everyone() const;

  std::uint64_t seed_;
  Random random_;
  SimOptions options_;
  SimStoreMaker stores_;
  SimMachineMaker machines_;  // none of its own
  Membership membership_;
  Trace trace_;
  RareStates states_;
  History history_;
  SimReplicas replicas_;
  EventHeap heap_;
  SafetyChecker checker_;
  SimNetwork network_;
  SimClients clients_;
  SimWorld world_;
  std::unique_ptr<Nemesis> nemesis_;
  std::unique_ptr<SimAdministrators> administrators_;
  std::vector<History::Id> probes_;
};

// Each part gets a stream of its own, in this order, so that what one draws moves no other.
Simulation::Simulation(std::uint64_t seed, const SimSettings& settings)
    : seed_(seed),
      random_(seed),
      options_(draw_options(random_, settings)),
      stores_(settings.stores),
      membership_(draw_membership(options_.replicas, random_)),
      trace_(settings.lines_kept, settings.sink),
      heap_(random_.split()),
      checker_(membership_, options_.core, states_),
      network_(options_.nodes(),
               options_.network,
               heap_,
               random_.split(),
               [this](const SentMessage& message, SimTime sent_at) { deliver(message, sent_at); }),
      clients_(options_, heap_, random_.split(), replicas_, history_),
      world_{options_, heap_, network_, checker_, states_, trace_, clients_, stores_, machines_} {
  for (const ReplicaId& voter : membership_.voters) {
    replicas_.push_back(std::make_unique<SimReplica>(voter, membership_, world_, random_.split()));
  }
  for (std::uint64_t node = options_.replicas + 1; node <= options_.nodes(); ++node) {
    const ReplicaId spare{NodeId{node}, Incarnation{random_.next(), random_.next()}};
    replicas_.push_back(std::make_unique<SimReplica>(spare, Membership{}, world_, random_.split()));
  }
  nemesis_ = std::make_unique<Nemesis>(world_, random_.split(), replicas_);
  administrators_ = std::make_unique<SimAdministrators>(world_, random_.split(), replicas_);
}

void Simulation::deliver(const SentMessage& message, SimTime sent_at) {
  SimReplica& to = *replicas_[message->to.node.value - 1];
  const SimReplica& from = *replicas_[message->from.node.value - 1];
  const bool is_answer = std::holds_alternative<AppendEntriesResult>(message->body);
  if (to.leads() && is_answer && sent_at < from.started_at()) {
    states_.saw(RareState::kMatchAnsweredBeforeRestart);
  }
  to.receive(message, sent_at);
}

void Simulation::run_until(SimTime end) {
  while (!heap_.empty() && heap_.now() < end && !is_over()) {
    heap_.run_next();
    if (heap_.events_run() % kScanEvery == 0) checker_.scan();
  }
}

SimVerdict Simulation::run() {
  trace_.line(0, [this](std::ostream& out) {
    std::string text = to_short_text(options_);
    std::replace(text.begin(), text.end(), '\n', ' ');
    out << "seed " << seed_ << ' ' << text;
  });
  for (const auto& replica : replicas_) {
    replica->start();
  }
  clients_.start();
  nemesis_->start();
  administrators_->start();
  run_until(options_.chaos_lasts);
  if (!is_over()) heal();
  if (!is_over()) await_convergence();
  if (!is_over()) check_end();

  SimVerdict verdict;
  verdict.seed = seed_;
  verdict.violation = checker_.violation();
  verdict.last_lines.assign(trace_.last_lines().begin(), trace_.last_lines().end());
  verdict.event_hash = trace_.value();
  verdict.states = states_;
  verdict.events = heap_.events_run();
  verdict.simulated = heap_.now();
  verdict.committed = checker_.committed().last().value;
  verdict.operations = history_.operations().size();
  return verdict;
}

void Simulation::heal() {
  trace_.line(heap_.now(), [](std::ostream& out) { out << "heal"; });
  nemesis_->heal();
  administrators_->stop();
  run_until(heap_.now() + kLoadAfterHeal);
  clients_.stop();
}

SimReplica* Simulation::only_leader() const {
  SimReplica* found = nullptr;
  for (const auto& replica : replicas_) {
    if (!replica->leads()) continue;
    if (found) return nullptr;
    found = replica.get();
  }
  return found;
}

bool Simulation::has_converged() const {
  const SimReplica* leader = only_leader();
  const bool has_probe = std::any_of(probes_.begin(), probes_.end(), [this](History::Id id) {
    return history_.operations()[id].outcome == OperationOutcome::kOk;
  });
  if (!leader || !has_probe || history_.pending() > 0) return false;
  const CoreStatus wanted = leader->status();
  if (wanted.membership.is_joint() || wanted.change) return false;
  const auto shall_lead = [&](const auto& replica) {
    return wanted.membership.is_voter(replica->id()) &&
           options_.priority_of(replica->node()) > options_.priority_of(wanted.self.node);
  };
  if (std::any_of(replicas_.begin(), replicas_.end(), shall_lead)) return false;
  return std::all_of(replicas_.begin(), replicas_.end(), [&](const auto& replica) {
    if (!replica->is_up()) return false;
    if (!wanted.membership.contains(replica->id())) return replica->unanswered() == 0;
    const CoreStatus status = replica->status();
    return status.term == wanted.term && status.last == wanted.last &&
           status.commit == wanted.last.index && replica->applied() == wanted.last.index &&
           status.leader == wanted.self && status.membership == wanted.membership;
  });
}

// A new value every now and then until one is committed.
void Simulation::probe() {
  const bool is_waiting = !probes_.empty() && history_.operations()[probes_.back()].outcome ==
                                                  OperationOutcome::kPending;
  const bool is_done =
      !probes_.empty() && history_.operations()[probes_.back()].outcome == OperationOutcome::kOk;
  SimReplica* leader = only_leader();
  if (is_waiting || is_done || !leader) return;
  probes_.push_back(clients_.append(*leader));
}

void Simulation::await_convergence() {
  const SimTime deadline = heap_.now() + options_.heal_max;
  while (!has_converged()) {
    if (is_over()) return;
    if (heap_.now() >= deadline) {
      checker_.fail("R45",
                    evidence("no convergence within ",
                             options_.heal_max / kSecond,
                             " s after the heal; ",
                             history_.pending(),
                             " operations wait; ",
                             everyone()));
      return;
    }
    probe();
    run_until(heap_.now() + kPollEvery);
  }
}

std::string Simulation::everyone() const {
  std::ostringstream out;
  for (const auto& replica : replicas_) {
    out << 'n' << replica->node();
    if (!replica->is_up()) {
      out << " down; ";
      continue;
    }
    const CoreStatus status = replica->status();
    out << ' ' << status.role << " term=" << status.term << " last=" << status.last
        << " commit=" << status.commit << " applied=" << replica->applied()
        << " unanswered=" << replica->unanswered() << ' ' << status.membership;
    for (const PeerStatus& peer : status.peers) {
      out << " [n" << peer.replica.node << ' ' << peer.state << " match=" << peer.match
          << " next=" << peer.next << ']';
    }
    out << "; ";
  }
  return out.str();
}

void Simulation::check_end() {
  check_equal();
  check_quiet();
  checker_.scan();
  if (!is_over()) check_operations();
}

void Simulation::check_equal() {
  const SimReplica* leader = only_leader();
  for (const auto& replica : replicas_) {
    if (!leader->status().membership.contains(replica->id())) continue;
    if (replica->applied() != leader->applied() || replica->state_hash() != leader->state_hash()) {
      checker_.fail("R44", everyone());
    }
  }
}

// Nothing is wrong and nobody asks: the leader stays, and so does the term.
void Simulation::check_quiet() {
  const SimReplica* leader = only_leader();
  const Term term = leader->status().term;
  run_until(heap_.now() + kQuietTimeouts * options_.election_timeout());
  if (is_over()) return;
  if (only_leader() != leader || leader->status().term != term) checker_.fail("R46", everyone());
}

void Simulation::check_operations() {
  std::vector<Value> list;
  const LogMirror& committed = checker_.committed();
  for (Index at{1}; at <= committed.last(); at = at.next()) {
    list.push_back(committed.at(at)->value);
  }
  const auto violation = check_history(history_.operations(), list);
  if (!violation) return;
  const std::size_t colon = violation->find(": ");
  checker_.fail(violation->substr(0, colon), violation->substr(colon + 2));
}

}  // namespace

SimOptions options_of_seed(std::uint64_t seed) {
  Random random(seed);
  return draw_sim_options(random);
}

SimVerdict simulate(std::uint64_t seed, const SimSettings& settings) {
  return Simulation(seed, settings).run();
}

}  // namespace quorate::raft::testing
