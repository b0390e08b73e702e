#include "controller/testing/cluster_simulation.h"

#include <algorithm>
#include <memory>
#include <sstream>
#include <utility>

#include "controller/testing/broker_nemesis.h"
#include "controller/testing/cluster_admins.h"
#include "controller/testing/cluster_health.h"
#include "controller/testing/sim_broker.h"
#include "raft/testing/evidence.h"
#include "raft/testing/nemesis.h"
#include "raft/testing/sim_administrators.h"

namespace quorate::controller::testing {
namespace {

using raft::testing::evidence;
using raft::testing::SimReplica;

constexpr std::uint64_t kScanEvery = 500;  // events
constexpr SimTime kPollEvery = 50 * kMillisecond;
constexpr SimTime kAckPatience = 10 * kSecond;

raft::Membership draw_membership(std::uint32_t replicas, Random& random) {
  raft::Membership membership;
  for (std::uint64_t node = 1; node <= replicas; ++node) {
    membership.voters.push_back(
        {raft::NodeId{node}, raft::Incarnation{random.next(), random.next()}});
  }
  return membership;
}

class Simulation final : public raft::testing::SimAnswers {
 public:
  Simulation(std::uint64_t seed, const ClusterSettings& settings);
  ClusterVerdict run();

  void on_proposal_ended(raft::ProposalToken token, const Status& status, raft::LogId id) override;
  void on_read_ended(raft::ReadToken token, const Status& status, raft::Index seen) override;

 private:
  std::unique_ptr<raft::testing::SimMachine> make_machine(raft::NodeId node);
  void add_replicas();
  void run_until(SimTime end);
  [[nodiscard]] bool is_over() const { return raft_checker_.violation().has_value(); }
  void produce_again();
  bool produce(const TopicPartition& id, const Partition& partition);
  void scan();
  void heal();
  void await_health();
  void await_acknowledgement();
  [[nodiscard]] ClusterVerdict verdict() const;

  std::uint64_t seed_;
  Random random_;
  ClusterOptions options_;
  raft::Membership membership_;
  raft::testing::Trace trace_;
  raft::testing::RareStates states_;
  raft::testing::EventHeap heap_;
  raft::testing::SafetyChecker raft_checker_;
  ClusterChecker checker_;
  SimWire wire_;
  ClusterWorld world_;
  raft::testing::SimStoreMaker stores_;  // none of its own
  raft::testing::SimMachineMaker machines_;
  raft::testing::SimReplicas replicas_;
  std::vector<SimController*> controllers_;  // owned by their replicas
  raft::testing::SimNetwork network_;
  raft::testing::SimWorld raft_world_;
  SimQuorum quorum_;
  SimBrokers brokers_;
  std::unique_ptr<raft::testing::Nemesis> raft_nemesis_;
  std::unique_ptr<raft::testing::SimAdministrators> raft_administrators_;
  std::unique_ptr<BrokerNemesis> nemesis_;
  std::unique_ptr<ClusterAdmins> admins_;
  std::uint64_t values_ = 0;
  bool is_healing_ = false;
};

Simulation::Simulation(std::uint64_t seed, const ClusterSettings& settings)
    : seed_(seed),
      random_(seed),
      options_(draw_cluster_options(random_)),
      membership_(draw_membership(options_.quorum.replicas, random_)),
      trace_(settings.lines_kept, settings.sink),
      heap_(random_.split()),
      raft_checker_(membership_, options_.quorum.core, states_),
      checker_(raft_checker_, options_.control),
      wire_(options_.faults, heap_, random_.split()),
      world_{options_, settings.planted, heap_, trace_, wire_, checker_},
      machines_([this](raft::NodeId node) { return make_machine(node); }),
      network_(options_.quorum.nodes(),
               options_.quorum.network,
               heap_,
               random_.split(),
               [this](const raft::testing::SentMessage& message, SimTime sent_at) {
                 replicas_[message->to.node.value - 1]->receive(message, sent_at);
               }),
      raft_world_{options_.quorum,
                  heap_,
                  network_,
                  raft_checker_,
                  states_,
                  trace_,
                  *this,
                  stores_,
                  machines_},
      quorum_(world_) {
  add_replicas();
  for (std::uint32_t id = 0; id < options_.brokers; ++id) {
    brokers_.push_back(std::make_unique<SimBroker>(
        static_cast<BrokerId>(id), world_, quorum_, brokers_, random_.split()));
  }
  raft_nemesis_ = std::make_unique<raft::testing::Nemesis>(raft_world_, random_.split(), replicas_);
  raft_administrators_ =
      std::make_unique<raft::testing::SimAdministrators>(raft_world_, random_.split(), replicas_);
  nemesis_ = std::make_unique<BrokerNemesis>(world_, quorum_, brokers_, random_.split());
  admins_ = std::make_unique<ClusterAdmins>(world_, quorum_, random_.split());
}

std::unique_ptr<raft::testing::SimMachine> Simulation::make_machine(raft::NodeId node) {
  auto controller = std::make_unique<SimController>(node, world_, random_.split());
  controllers_.push_back(controller.get());
  return controller;
}

void Simulation::add_replicas() {
  const auto add = [this](const raft::ReplicaId& id, const raft::Membership& membership) {
    replicas_.push_back(std::make_unique<SimReplica>(id, membership, raft_world_, random_.split()));
    controllers_.back()->attach(*replicas_.back());
    quorum_.add(*controllers_.back());
  };
  for (const raft::ReplicaId& voter : membership_.voters)
    add(voter, membership_);
  for (std::uint64_t node = options_.quorum.replicas + 1; node <= options_.quorum.nodes(); ++node) {
    add({raft::NodeId{node}, raft::Incarnation{random_.next(), random_.next()}}, {});
  }
}

void Simulation::on_proposal_ended(raft::ProposalToken token,
                                   const Status& status,
                                   raft::LogId /*id*/) {
  for (SimController* controller : controllers_)
    controller->on_proposal_ended(token, status);
}

void Simulation::on_read_ended(raft::ReadToken /*token*/,
                               const Status& /*status*/,
                               raft::Index /*seen*/) {}

void Simulation::run_until(SimTime end) {
  while (!heap_.empty() && heap_.now() < end && !is_over()) {
    heap_.run_next();
    if (heap_.events_run() % kScanEvery == 0) scan();
  }
}

// What holds at any moment.
void Simulation::scan() {
  for (const auto& [topic_id, topic] : checker_.newest().topics.by_id()) {
    for (std::int32_t at = 0; const Partition* one = topic->find(at); ++at) {
      if (one->leader == kNoBroker) continue;
      const TopicPartition id{topic_id, at};
      if (brokers_[static_cast<std::size_t>(one->leader)]->counts_on(id, *one)) continue;
      checker_.fail("C17", evidence(topic->name, '-', at, " isr ", to_string(one->isr)));
    }
  }
  if (heap_.events_run() % (8 * kScanEvery) == 0) {
    checker_.recount();
    raft_checker_.scan();
  }
}

// --- records ---

bool Simulation::produce(const TopicPartition& id, const Partition& partition) {
  if (partition.leader == kNoBroker) return false;
  return brokers_[static_cast<std::size_t>(partition.leader)]->produce(id, ++values_);
}

void Simulation::produce_again() {
  const SimTime mean = options_.data.produce_every;
  heap_.after(random_.between(mean / 2, mean * 3 / 2), [this] {
    if (is_healing_) return;
    const auto& topics = checker_.newest().topics.by_id();
    std::vector<std::pair<TopicPartition, const Partition*>> all;
    for (const auto& [topic_id, topic] : topics) {
      for (std::int32_t at = 0; const Partition* one = topic->find(at); ++at)
        all.emplace_back(TopicPartition{topic_id, at}, one);
    }
    if (!all.empty()) {
      const auto& [id, partition] = all[random_.below(all.size())];
      // Now and then whoever is asked is not, or no longer, the leader.
      if (random_.chance(1, 8)) {
        const BrokerId other = partition->replicas[random_.below(partition->replicas.size())];
        static_cast<void>(brokers_[static_cast<std::size_t>(other)]->produce(id, ++values_));
      } else {
        static_cast<void>(produce(id, *partition));
      }
    }
    produce_again();
  });
}

// --- the run ---

ClusterVerdict Simulation::run() {
  trace_.line(0, [this](std::ostream& out) { out << "seed " << seed_; });
  for (const auto& replica : replicas_)
    replica->start();
  for (const auto& broker : brokers_)
    broker->start();
  raft_nemesis_->start();
  raft_administrators_->start();
  nemesis_->start();
  heap_.after(100 * kMillisecond, [this] { admins_->start(); });
  produce_again();
  run_until(options_.chaos_lasts);
  if (!is_over()) heal();
  if (!is_over()) await_health();
  if (!is_over()) await_acknowledgement();
  if (!is_over()) scan();
  if (!is_over()) checker_.recount();
  return verdict();
}

void Simulation::heal() {
  trace_.line(heap_.now(), [](std::ostream& out) { out << "heal"; });
  is_healing_ = true;
  raft_nemesis_->heal();
  raft_administrators_->stop();
  nemesis_->heal();
  admins_->stop();
}

void Simulation::await_health() {
  const SimTime deadline = heap_.now() + options_.heal_max;
  const bool releases = random_.chance(1, 2);
  SimTime next_release = heap_.now() + kSecond;
  while (!is_over()) {
    const auto sickness = find_sickness(checker_, replicas_, quorum_, brokers_, *admins_);
    if (!sickness) return;
    if (heap_.now() >= deadline) return checker_.fail(sickness->invariant, sickness->evidence);
    if (releases && heap_.now() >= next_release) {
      next_release = heap_.now() + kSecond;
      admins_->release_brokers();
    }
    admins_->probe();
    run_until(heap_.now() + kPollEvery);
  }
}

// Every partition that has a leader takes a record and acknowledges it.
void Simulation::await_acknowledgement() {
  std::vector<TopicPartition> waiting;
  for (const auto& [topic_id, topic] : checker_.newest().topics.by_id()) {
    for (std::int32_t at = 0; const Partition* one = topic->find(at); ++at)
      if (one->leader != kNoBroker) waiting.push_back({topic_id, at});
  }
  const SimTime deadline = heap_.now() + kAckPatience;
  std::map<TopicPartition, std::uint64_t> before;
  for (const TopicPartition& id : waiting)
    before[id] = checker_.acked().count_of(id);
  while (!is_over() && !waiting.empty()) {
    if (heap_.now() >= deadline) {
      return checker_.fail("L5", evidence(to_string(waiting[0].topic), '-', waiting[0].partition));
    }
    for (const TopicPartition& id : waiting) {
      const Partition* partition = checker_.newest().topics.find(id);
      if (partition != nullptr) static_cast<void>(produce(id, *partition));
    }
    run_until(heap_.now() + kPollEvery);
    std::erase_if(waiting, [&](const TopicPartition& id) {
      return checker_.acked().count_of(id) > before[id];
    });
  }
}

ClusterVerdict Simulation::verdict() const {
  ClusterVerdict verdict;
  verdict.seed = seed_;
  verdict.violation = raft_checker_.violation();
  verdict.last_lines.assign(trace_.last_lines().begin(), trace_.last_lines().end());
  verdict.event_hash = trace_.value();
  verdict.counts = checker_.counts();
  verdict.counts.events = heap_.events_run();
  verdict.counts.simulated = heap_.now();
  for (const auto& broker : brokers_)
    verdict.counts.stops += broker->clean_stops();
  return verdict;
}

}  // namespace

void ClusterCounts::add(const ClusterCounts& other) {
  events += other.events;
  batches += other.batches;
  claims += other.claims;
  voids += other.voids;
  snapshots += other.snapshots;
  acked += other.acked;
  given_up += other.given_up;
  elections += other.elections;
  moves += other.moves;
  stops += other.stops;
  simulated += other.simulated;
}

ClusterOptions cluster_options_of_seed(std::uint64_t seed) {
  Random random(seed);
  return draw_cluster_options(random);
}

ClusterVerdict simulate_cluster(std::uint64_t seed, const ClusterSettings& settings) {
  return Simulation(seed, settings).run();
}

}  // namespace quorate::controller::testing
