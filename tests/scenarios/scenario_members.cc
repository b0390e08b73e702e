// The commands of a scenario that are about who takes part.
#include "tests/scenarios/scenario_command.h"

namespace quorate::raft::testing {

void Scenario::blank(const Command& command) {
  for (const std::string& name : command.words) {
    names_.push_back(name);
    group_->add_blank(replica(names_.size()));
  }
}

void Scenario::change(const Command& command) {
  const auto replicas = [&](const std::string& key) {
    std::vector<ReplicaId> ids;
    for (const std::string& name : command.list(key))
      ids.push_back(replica(id_of(name)));
    return ids;
  };
  Node& asked = node(command.word(0));
  asked->change_membership({.token = asked.changes.size() + 1,
                            .add_voters = replicas("add"),
                            .add_learners = replicas("listen"),
                            .remove = replicas("remove"),
                            .demote = replicas("demote")});
}

std::string Scenario::names_of(const std::vector<ReplicaId>& replicas) const {
  std::string text;
  for (const ReplicaId& each : replicas)
    text += (text.empty() ? "" : ",") + names_.at(each.node.value - 1);
  return text;
}

std::string Scenario::members(const Command& command) const {
  std::ostringstream out;
  for (const std::string& name : command.words) {
    const CoreStatus status = (*group_)[id_of(name)]->status();
    const Membership& membership = status.membership;
    out << name << " voters=" << names_of(membership.voters);
    if (membership.is_joint()) out << " outgoing=" << names_of(membership.outgoing);
    if (!membership.learners.empty()) out << " learners=" << names_of(membership.learners);
    out << " entry=" << status.membership_index << '\n';
  }
  return out.str();
}

std::string Scenario::changes(const Command& command) const {
  std::ostringstream out;
  for (const ChangeOutcome& outcome : (*group_)[id_of(command.word(0))].changes) {
    out << outcome.token << ' ';
    if (outcome.status.is_ok()) {
      out << "committed voters=" << names_of(outcome.membership.voters)
          << " entry=" << outcome.index;
    } else {
      out << to_string(outcome.refusal);
    }
    out << '\n';
  }
  return out.str().empty() ? "none ended\n" : out.str();
}

}  // namespace quorate::raft::testing
