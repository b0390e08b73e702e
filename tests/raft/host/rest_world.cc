#include "tests/raft/host/rest_world.h"

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

constexpr std::uint32_t kWorldSilentMax = 5;
constexpr ClusterId kWorldCluster{.high = 7, .low = 7};

}  // namespace

RestWorld::RestWorld(std::uint64_t seed, std::uint64_t groups) : groups_(groups), random_(seed) {
  for (std::size_t at = 0; at < kNodes; ++at) {
    disks_.push_back(std::make_unique<MemoryLogStore>());
    nodes_.push_back(nullptr);
    for (std::uint64_t id = 1; id <= groups; ++id) {
      Bootstrap first{.group = GroupId{id}, .membership = {}};
      for (std::size_t each = 0; each < kNodes; ++each)
        first.membership.voters.push_back(replica(each));
      REQUIRE(disks_[at]->bootstrap(first).is_ok());
    }
  }
  for (std::size_t at = 0; at < kNodes; ++at)
    start(at);
}

ReplicaId RestWorld::replica(std::size_t at) {
  return {.node = NodeId{at + 1}, .incarnation = {.high = 1, .low = at + 1}};
}

void RestWorld::start(std::size_t at) {
  nodes_[at] = std::make_unique<Node>(
      Node{NodeWatch(++lives_, kWorldSilentMax), Outbox(kWorldCluster, replica(at)), {}, {}});
  for (std::uint64_t id = 1; id <= groups_; ++id)
    add(at, GroupId{id});
}

void RestWorld::stop(std::size_t at) {
  nodes_[at].reset();
}

void RestWorld::add(std::size_t at, GroupId group) {
  auto recovered = disks_[at]->recover(group);
  REQUIRE(recovered.is_ok());
  Options options;
  options.cluster = kWorldCluster;
  options.group = group;
  options.self = replica(at);
  options.election_timeout_ticks = kElectionTicks;
  options.election_jitter_ticks = kElectionTicks;
  options.heartbeat_ticks = kIntervalTicks;
  auto core = Consensus::create(options, *recovered, Random(random_.next()));
  REQUIRE(core.is_ok());
  nodes_[at]->groups.emplace(
      group, Group{std::move(core).value(), GroupRest(group, {.idle_ticks = kIdleTicks}), {}});
}

void RestWorld::remove(std::size_t at, GroupId group) {
  nodes_[at]->groups.at(group).rest.end(nodes_[at]->watch);
  nodes_[at]->groups.erase(group);
}

bool RestWorld::has(std::size_t at, GroupId group) const {
  return is_up(at) && nodes_[at]->groups.contains(group);
}

bool RestWorld::is_resting(std::size_t at, GroupId group) const {
  return nodes_[at]->groups.at(group).rest.is_resting();
}

const Consensus& RestWorld::core(std::size_t at, GroupId group) const {
  return *nodes_[at]->groups.at(group).core;
}

std::optional<std::size_t> RestWorld::leader(GroupId group) const {
  std::optional<std::size_t> found;
  for (std::size_t at = 0; at < kNodes; ++at) {
    if (!has(at, group) || core(at, group).role() != Role::kLeader) continue;
    if (!found || core(at, group).term() > core(*found, group).term()) found = at;
  }
  return found;
}

void RestWorld::propose(std::size_t at, GroupId group) {
  post(*nodes_[at],
       group,
       Proposal{.token = ++token_, .data = SharedBytes("x"), .expected_term = {}});
  turns_until_quiet(at);
}

void RestWorld::step_down(std::size_t at, GroupId group) {
  post(*nodes_[at], group, StepDown{});
  turns_until_quiet(at);
}

void RestWorld::turn(std::size_t at, GroupId id, std::uint32_t ticks) {
  Node& node = *nodes_[at];
  Group& group = node.groups.at(id);
  TurnFacts facts;
  facts.has_input = !group.inbox.empty();
  if (group.rest.is_resting() && !facts.has_input) return;
  ++turns_;
  facts.ticks = group.rest.is_resting() ? 0 : ticks;
  for (Input& input : std::exchange(group.inbox, {}))
    take(group, input, facts);
  for (std::uint32_t i = 0; i < facts.ticks; ++i)
    group.core->tick();
  while (group.core->has_ready())
    carry_out(at, id, facts);
  const std::function<RestView()> look = [&group] {
    const CoreStatus status = group.core->status();
    RestView view{group.core->can_rest(), status.leader, status.last, {}};
    for (const PeerStatus& peer : status.peers)
      view.peers.push_back(peer.replica);
    return view;
  };
  static_cast<void>(group.rest.end_turn(
      {.facts = facts, .role = group.core->role(), .term = group.core->term(), .look = look},
      node.watch,
      node.outbox));
  node.outbox.end_turn(facts.has_input ? Outbox::Urgency::kNow : Outbox::Urgency::kAtBeat);
  for (Message& message : node.outbox.take_messages()) {
    ++messages_;
    const auto to = static_cast<std::size_t>(message.to.node.value - 1);
    flying_.push_back({at, to, std::move(message)});
  }
  fly(at, node.outbox.take_urgent(node.watch.own()));
}

void RestWorld::take(Group& group, Input& input, TurnFacts& facts) {
  if (const auto* rest = std::get_if<inbox::Rest>(&input)) return facts.orders.push_back(*rest);
  if (const auto* done = std::get_if<inbox::Rested>(&input)) return facts.answers.push_back(*done);
  if (auto* message = std::get_if<Message>(&input)) {
    facts.has_requests |= !std::holds_alternative<Heartbeat>(message->body) &&
                          !std::holds_alternative<HeartbeatResult>(message->body);
    return group.core->step(std::move(*message));
  }
  facts.has_requests = true;
  if (auto* proposal = std::get_if<Proposal>(&input)) group.core->propose(std::move(*proposal));
  if (std::holds_alternative<StepDown>(input)) group.core->step_down();
  if (const auto* lost = std::get_if<ReplicaId>(&input)) {
    group.core->peer_lost(*lost, PeerLoss::kProcessGone);
  }
  if (const auto* wake = std::get_if<WakeUp>(&input)) {
    if (wake->reason == WakeUp::Reason::kLeaderLost) {
      group.core->peer_lost(wake->node, PeerLoss::kProcessGone);
    }
  }
}

void RestWorld::carry_out(std::size_t at, GroupId id, TurnFacts& facts) {
  Group& group = nodes_[at]->groups.at(id);
  Ready ready = group.core->take_ready();
  for (const Message& message : ready.messages) {
    const auto* heartbeat = std::get_if<Heartbeat>(&message.body);
    facts.sent_heartbeats |= heartbeat != nullptr && heartbeat->round != kNoRequest;
  }
  nodes_[at]->outbox.send(std::move(ready.messages));
  if (ready.persist) {
    const std::uint64_t seq = ready.persist->seq;
    REQUIRE(disks_[at]->persist({&*ready.persist, 1}).is_ok());
    group.core->persisted(seq);
  }
  if (!ready.apply.empty()) group.core->applied(ready.apply.last);
  for (const FetchRequest& fetch : ready.fetches) {
    auto entries = disks_[at]->read(id, fetch.first, fetch.last, fetch.bytes_max);
    REQUIRE(entries.is_ok());
    group.core->entries_fetched(fetch.peer, fetch.first, std::move(entries).value());
  }
}

void RestWorld::post(Node& node, GroupId id, Input input) {
  const auto group = node.groups.find(id);
  if (group == node.groups.end()) return;
  group->second.inbox.push_back(std::move(input));
  node.busy.insert(id);
}

void RestWorld::turns_until_quiet(std::size_t at) {
  if (!is_up(at)) return;
  for (const GroupId id : std::exchange(nodes_[at]->busy, {})) {
    if (has(at, id)) turn(at, id, 0);
  }
}

void RestWorld::fly(std::size_t at, std::vector<NodeBeat> beats) {
  for (NodeBeat& beat : beats) {
    ++beats_;
    const auto to = static_cast<std::size_t>(beat.to.node.value - 1);
    flying_.push_back({at, to, std::move(beat)});
  }
}

void RestWorld::deliver(Flying flying) {
  if (!is_up(flying.to) || cut_.contains(flying.from) || cut_.contains(flying.to)) return;
  Node& node = *nodes_[flying.to];
  if (auto* message = std::get_if<Message>(&flying.what)) {
    const GroupId id = message->group;
    post(node, id, std::move(*message));
    return turns_until_quiet(flying.to);
  }
  const NodeBeat& beat = std::get<NodeBeat>(flying.what);
  if (node.watch.on_beat(beat) == NodeWatch::Heard::kStale) return;
  for (const auto& each : beat.heartbeats)
    post(node,
         each.group,
         Message{kWorldCluster, each.group, beat.from, beat.to, each.term, each.heartbeat});
  for (const auto& each : beat.results)
    post(node,
         each.group,
         Message{kWorldCluster, each.group, beat.from, beat.to, each.term, each.result});
  for (const auto& each : beat.orders)
    post(node, each.group, inbox::Rest{each, beat.from, beat.epoch});
  for (const auto& each : beat.answers)
    post(node, each.group, inbox::Rested{each, beat.from, beat.epoch});
  wake_groups(flying.to);
  turns_until_quiet(flying.to);
}

void RestWorld::wake_groups(std::size_t at) {
  for (const ReplicaId& lost : nodes_[at]->watch.take_lost()) {
    for (auto& [id, group] : nodes_[at]->groups) {
      if (!group.rest.is_resting()) post(*nodes_[at], id, lost);
    }
  }
  for (const WakeUp& wake : nodes_[at]->watch.take_wake_ups()) {
    post(*nodes_[at], wake.group, wake);
  }
}

void RestWorld::interval(std::size_t at) {
  Node& node = *nodes_[at];
  node.watch.on_interval();
  wake_groups(at);
  fly(at, node.outbox.take_beats(node.watch.own(), node.watch.relied_on()));
  turns_until_quiet(at);
}

// The phases of the nodes, and those of the groups, are not the same.
void RestWorld::tick_all() {
  ++now_;
  for (std::size_t at = 0; at < kNodes; ++at) {
    if (!is_up(at)) continue;
    for (std::uint64_t id = 1; id <= groups_; ++id) {
      if (has(at, GroupId{id})) turn(at, GroupId{id}, 1);
    }
    if (now_ % kIntervalTicks == 3 * at) interval(at);
  }
}

void RestWorld::settle() {
  while (!flying_.empty()) {
    Flying next = std::move(flying_.front());
    flying_.pop_front();
    deliver(std::move(next));
  }
}

void RestWorld::run(std::uint64_t ticks) {
  for (std::uint64_t i = 0; i < ticks; ++i) {
    tick_all();
    settle();
  }
}

void RestWorld::run_badly(std::uint64_t ticks) {
  for (std::uint64_t i = 0; i < ticks; ++i) {
    tick_all();
    for (std::size_t left = flying_.size(); left > 0 && !flying_.empty(); --left) {
      const auto at =
          static_cast<std::ptrdiff_t>(random_.below(std::min<std::size_t>(flying_.size(), 3)));
      Flying next = flying_[static_cast<std::size_t>(at)];
      if (random_.below(10) != 0) flying_.erase(flying_.begin() + at);  // else it comes again
      if (random_.below(8) != 0) deliver(std::move(next));
    }
  }
}

}  // namespace quorate::raft
