#include "tests/controller/control/random_partitions.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/controller/control/naive_compare.h"
#include "tests/controller/control/random_drawn.h"

namespace quorate::controller::testing {

MoveCounts& MoveCounts::operator+=(const MoveCounts& other) {
  begun += other.begun;
  overridden += other.overridden;
  completed += other.completed;
  cancelled += other.cancelled;
  hand_overs += other.hand_overs;
  return *this;
}

RandomPartitions::Place RandomPartitions::some_place() {
  auto at = model_.topics.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(random_.below(model_.topics.size())));
  // Half of the time one that is being moved, if there is one.
  const auto is_moving = [](const NaivePartition& one) { return !one.origin.empty(); };
  const auto moving = std::find_if(at->second.begin(), at->second.end(), is_moving);
  if (moving != at->second.end() && random_.chance(1, 2)) {
    return {at->first, static_cast<int>(moving - at->second.begin()), *moving};
  }
  const auto partition = random_.below(at->second.size() + (random_.chance(1, 8) ? 1 : 0));
  const std::size_t known = std::min<std::size_t>(partition, at->second.size() - 1);
  return {at->first, static_cast<int>(partition), at->second[known]};
}

void RandomPartitions::alter() {
  if (model_.topics.empty()) return;
  const Place place = some_place();
  const NaivePartition& state = place.state;
  NaiveProposal proposal;
  proposal.topic = place.topic;
  proposal.partition = place.partition;
  proposal.sender = random_.chance(1, 8) ? some_broker() : std::max(state.leader, 0);
  proposal.sender_epoch = some_epoch(proposal.sender);
  proposal.leader_epoch = state.leader_epoch + odd_step();
  proposal.partition_epoch = state.partition_epoch + odd_step();
  for (const int id : state.replicas) {
    if (random_.chance(3, 4)) proposal.isr.push_back(id);
  }
  if (random_.chance(1, 8)) proposal.isr.push_back(some_broker());
  for (const int id : proposal.isr)
    proposal.isr_epochs.push_back(some_epoch(id));
  // Often all that can be: that is how a reassignment ends.
  const bool takes_all = random_.chance(state.origin.empty() ? 1 : 3, 4);
  check_proposal(takes_all ? all_of(place) : proposal);
}

NaiveProposal RandomPartitions::all_of(const Place& place) {
  const NaivePartition& state = place.state;
  NaiveProposal proposal;
  proposal.topic = place.topic;
  proposal.partition = place.partition;
  proposal.sender = std::max(state.leader, 0);
  proposal.sender_epoch = cluster_.epoch(proposal.sender);
  proposal.leader_epoch = state.leader_epoch;
  proposal.partition_epoch = state.partition_epoch;
  for (const int id : state.replicas) {
    if (!cluster_.committed.cluster.is_active(id)) continue;
    proposal.isr.push_back(id);
    proposal.isr_epochs.push_back(cluster_.epoch(id));
  }
  return proposal;
}

void RandomPartitions::check_proposal(const NaiveProposal& proposal) {
  const AlterPartition command =
      command_of(proposal, cluster_.id(proposal.topic, proposal.partition));
  const PartitionKeys moving_before = cluster_.control.pending().topics.index().moving();
  const AlterPartitionAnswer answer = cluster_.decide(command).answer;
  const int error = answer.error != v1::NONE ? answer.error : answer.partitions.at(0).error;
  CHECK(error == model_.alter_partition(proposal));
  if (error == v1::NONE || error == v1::NEW_LEADER_ELECTED) survivors_.catch_up(proposal);
  const PartitionKeys& moving = cluster_.control.pending().topics.index().moving();
  counts_.completed += moving.size() < moving_before.size() ? 1 : 0;
  counts_.hand_overs += error == v1::NEW_LEADER_ELECTED ? 1 : 0;
}

void RandomPartitions::elect() {
  static const std::string names[] = {"a", "b.c", "b_c", "d", "e", "..", ""};
  const std::string topic = names[random_.below(7)];
  const auto partition = static_cast<int>(random_.below(5));
  const bool is_unclean = random_.chance(1, 2);
  const ElectLeaders command{is_unclean ? ElectionType::kUnclean : ElectionType::kPreferred,
                             {{{topic, partition}}}};
  const int expected = model_.elect(
      is_unclean ? NaiveModel::Kind::kUnclean : NaiveModel::Kind::kPreferred, topic, partition);
  CHECK(cluster_.decide(command).answer.partitions.at(0).error == expected);
}

// Any brokers in any order, mostly active ones; sometimes what it has already, or had.
std::vector<int> RandomPartitions::some_target(const NaivePartition& state) {
  if (random_.chance(1, 8)) return state.replicas;
  if (!state.origin.empty() && random_.chance(1, 4)) return state.origin;
  std::vector<int> target;
  for (std::uint64_t left = random_.below(4) + (random_.chance(1, 8) ? 0 : 1); left > 0; --left) {
    const int id = some_broker();
    const bool is_good = cluster_.committed.cluster.is_active(id) || random_.chance(1, 8);
    if (is_good && (!has(target, id) || random_.chance(1, 16))) target.push_back(id);
  }
  return target;
}

v1::ErrorCode RandomPartitions::decide_move(const Place& place,
                                            const std::vector<int>* target,
                                            AlterReassignments command) {
  ReassignmentItem item{place.topic, place.partition, std::nullopt};
  if (target != nullptr) item.target.emplace(target->begin(), target->end());
  command.partitions = {item};
  const AlterReassignmentsAnswer answer = cluster_.decide(command).answer;
  CHECK(answer.error == v1::NONE);
  return answer.partitions.at(0).error;
}

void RandomPartitions::reassign() {
  if (model_.topics.empty()) return;
  const Place place = some_place();
  const std::vector<int> target = some_target(place.state);
  NaiveModel::Move move{target};
  AlterReassignments command;
  if (random_.chance(1, 8)) {
    move.factor = NaiveModel::Factor::kSame;
    command.factor_change = FactorChange::kRefused;
  }
  if (random_.chance(1, 2)) {
    move.cordoned = NaiveModel::Cordoned::kTaken;
    command.cordons = Cordons::kOverridden;
  }
  const int expected = model_.reassign(place.topic, place.partition, move);
  const v1::ErrorCode error = decide_move(place, &target, command);
  CHECK(error == expected);
  if (error != v1::NONE) return;
  ++counts_.begun;
  counts_.overridden += place.state.origin.empty() ? 0 : 1;
}

void RandomPartitions::cancel() {
  if (model_.topics.empty()) return;
  const Place place = some_place();
  const int expected = model_.cancel(place.topic, place.partition);
  const v1::ErrorCode error = decide_move(place, nullptr, {});
  CHECK(error == expected);
  counts_.cancelled += error == v1::NONE ? 1 : 0;
}

void RandomPartitions::grow() {
  if (model_.topics.empty()) return;
  const Place place = some_place();
  const auto before = static_cast<int>(model_.topics.at(place.topic).size());
  const int total = before + static_cast<int>(random_.below(3)) - (random_.chance(1, 4) ? 1 : 0);
  if (total > 6) return;
  const CreatePartitions command{{{place.topic, total, std::nullopt}}};
  const v1::ErrorCode error = cluster_.decide(command).answer.topics.at(0).error;
  std::vector<std::vector<int>> replicas;
  for (int i = before; error == v1::NONE && i < total; ++i) {
    replicas.push_back(ints(cluster_.partition(place.topic, i).replicas));
    CHECK(model_.is_good_placement(replicas.back(), static_cast<int>(replicas.back().size())));
  }
  CHECK(error == model_.add_partitions(place.topic, total, replicas));
}

}  // namespace quorate::controller::testing
