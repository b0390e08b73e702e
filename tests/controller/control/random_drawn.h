// What a random run asks, as a command and as the naive model's words.
//
// Thread: any.
#pragma once

#include <string>
#include <vector>

#include "controller/control/commands.h"
#include "raft/base/random.h"
#include "tests/controller/control/naive_model.h"

namespace quorate::controller::testing {

// Of the partition that the product knows as `id`.
inline AlterPartition command_of(const NaiveProposal& proposal, const TopicPartition& id) {
  AlterPartitionItem item;
  item.id = id;
  item.leader_epoch = proposal.leader_epoch;
  item.partition_epoch = proposal.partition_epoch;
  for (std::size_t i = 0; i < proposal.isr.size(); ++i)
    item.new_isr.push_back({proposal.isr[i], proposal.isr_epochs[i]});
  return {proposal.sender, proposal.sender_epoch, {item}};
}

struct RandomAlter {
  AlterConfigs command;
  NaiveResource resource;
  std::vector<NaiveSetting> settings;
  bool replaces = false;
};

// Mostly what is allowed.
inline NaiveSetting some_setting(Random& random, int resource_type) {
  const std::string policy = resource_type == 2 ? "cleanup.policy" : "log.cleanup.policy";
  const std::string numbers[] = {"1", "2", "3"};
  NaiveSetting setting;
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2: setting = {"min.insync.replicas", 0, numbers[random.below(3)]}; break;
    case 3:
    case 4:
    case 5:
      setting = {"unclean.leader.election.enable", 0, random.chance(1, 2) ? "true" : "false"};
      break;
    case 6: setting = {"no.such.key", 0, "1"}; break;
    default:
      setting = {policy, 0, random.chance(1, 2) ? "compact" : "compact,delete"};
      setting.op = static_cast<int>(random.below(4));
      return setting;
  }
  if (random.chance(1, 3)) setting.op = 1;
  if (random.chance(1, 16)) setting.op = 2;
  if (random.chance(1, 16)) setting.value = "?";
  return setting;
}

inline RandomAlter some_alter(Random& random, const std::string& topic, int broker) {
  RandomAlter drawn;
  drawn.resource.type = random.chance(1, 2) ? 2 : 4;
  drawn.resource.name = topic;
  if (drawn.resource.type == 4) {
    drawn.resource.name = random.chance(1, 2) ? "" : std::to_string(broker);
  }
  drawn.replaces = random.chance(1, 4);
  if (drawn.replaces) drawn.command.style = AlterConfigs::Style::kReplace;
  AlterResource& asked = drawn.command.resources.emplace_back();
  asked.resource = {drawn.resource.type, drawn.resource.name};
  for (std::uint64_t i = random.below(3) + 1; i > 0; --i) {
    NaiveSetting setting = some_setting(random, drawn.resource.type);
    if (drawn.replaces) setting.op = 0;
    asked.changes.push_back({setting.key, static_cast<ConfigOp>(setting.op), setting.value});
    drawn.settings.push_back(std::move(setting));
  }
  return drawn;
}

}  // namespace quorate::controller::testing
