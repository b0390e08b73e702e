#include "tests/scenarios/scenario.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "tests/scenarios/scenario_command.h"

namespace quorate::raft::testing {

std::string Scenario::run(const std::string& line) {
  const Command command(line);
  const std::string& verb = command.verb;
  if (verb == "cluster") {
    make_cluster(command);
  } else if (verb == "set") {
    set_log(command);
  } else if (verb == "lead") {
    lead(command);
  } else if (verb == "campaign") {
    node(command.word(0))->campaign();
  } else if (verb == "propose") {
    node(command.word(0))->propose({.token = 1, .data = SharedBytes(command.word(1))});
  } else if (verb == "deliver") {
    const auto [from, to] = command.arrow(0);
    deliver(id_of(from), id_of(to));
  } else if (verb == "exchange") {
    exchange(command);
  } else if (verb == "settle") {
    group_->settle();
  } else if (verb == "drop") {
    drop(command);
  } else if (verb == "keep") {
    keep(command);
  } else if (verb == "replay") {
    const Message& message = kept_.at(command.word(0));
    (*group_)[message.to.node.value]->step(message);
  } else if (verb == "stop") {
    node(command.word(0)).stop();
  } else if (verb == "start") {
    (*group_)[id_of(command.word(0))].restart();
  } else if (verb == "tick") {
    for (std::uint64_t i = std::stoull(command.word(1)); i > 0; --i)
      node(command.word(0))->tick();
  } else if (verb == "blank") {
    blank(command);
  } else if (verb == "change") {
    change(command);
  } else if (verb == "members") {
    return members(command);
  } else if (verb == "changes") {
    return changes(command);
  } else if (verb == "show") {
    return show(command);
  } else if (verb == "peers") {
    return peers(command);
  } else if (verb == "wire") {
    return wire();
  } else {
    throw std::invalid_argument("no such command");
  }
  collect();
  return {};
}

void Scenario::make_cluster(const Command& command) {
  names_ = command.words;
  kept_.clear();
  group_ = std::make_unique<ReplicaGroup>();
  for (const std::string& name : names_)
    add(name, command);
}

void Scenario::set_log(const Command& command) {
  group_->nodes().erase(id_of(command.word(0)));
  add(command.word(0), command);
}

void Scenario::add(const std::string& name, const Command& command) {
  Options options = options_for(id_of(name));
  // Nobody campaigns unless told to.
  options.election_jitter_ticks = 1'000'000;
  options.append_entries_max = static_cast<std::uint32_t>(command.number("batch", 4096));
  options.in_flight_appends_max = static_cast<std::uint32_t>(command.number("flight", 16));
  group_->add(
      id_of(name),
      options,
      recovered_with(voters(names_.size()), command.entry_terms(), command.number("term", 0)));
}

// Candidate and voters have not heard of a leader for an election timeout. A campaign that is
// refused for a higher term is repeated in that term.
void Scenario::lead(const Command& command) {
  const std::string& name = command.word(0);
  std::vector<std::uint64_t> voters;
  std::istringstream in(command.options.at("votes"));
  for (std::string voter; std::getline(in, voter, ',');)
    voters.push_back(id_of(voter));
  for (const std::uint64_t voter : voters) {
    for (int i = 0; i < 10; ++i)
      (*group_)[voter]->tick();
  }
  Node& candidate = node(name);
  for (int attempt = 0; attempt < 5 && candidate->role() != Role::kLeader; ++attempt) {
    candidate->campaign();
    collect();
    for (int round = 0; round < 2; ++round) {
      for (const std::uint64_t voter : voters) {
        deliver(id_of(name), voter);
        deliver(voter, id_of(name));
      }
    }
    std::erase_if(group_->wire(), [](const Message& message) {
      return std::holds_alternative<RequestVote>(message.body) ||
             std::holds_alternative<RequestVoteResult>(message.body);
    });
  }
  if (candidate->role() != Role::kLeader) throw std::invalid_argument(name + " was not elected");
}

// Returns whether there was one.
bool Scenario::deliver_first(std::uint64_t from, std::uint64_t to) {
  auto& wire = group_->wire();
  const auto found = std::find_if(wire.begin(), wire.end(), [&](const Message& message) {
    return message.from.node.value == from && message.to.node.value == to;
  });
  if (found == wire.end()) return false;
  const Message message = std::move(*found);
  wire.erase(found);
  Node& receiver = (*group_)[to];
  if (receiver.is_running()) receiver->step(message);
  return true;
}

void Scenario::deliver(std::uint64_t from, std::uint64_t to) {
  const auto& wire = group_->wire();
  const auto waiting = std::count_if(wire.begin(), wire.end(), [&](const Message& message) {
    return message.from.node.value == from && message.to.node.value == to;
  });
  for (auto i = waiting; i > 0; --i)
    static_cast<void>(deliver_first(from, to));
  collect();
}

void Scenario::exchange(const Command& command) {
  const std::uint64_t one = id_of(command.word(0));
  const std::uint64_t other = id_of(command.word(1));
  for (bool is_moving = true; is_moving;) {
    is_moving = deliver_first(one, other);
    collect();
    is_moving = deliver_first(other, one) || is_moving;
    collect();
  }
}

void Scenario::drop(const Command& command) {
  if (command.word(0) == "all") return group_->wire().clear();
  const auto [from, to] = command.arrow(0);
  std::erase_if(group_->wire(), [&, f = id_of(from), t = id_of(to)](const Message& message) {
    return message.from.node.value == f && message.to.node.value == t;
  });
}

void Scenario::keep(const Command& command) {
  const auto [from, to] = command.arrow(0);
  const auto& wire = group_->wire();
  const auto found =
      std::find_if(wire.rbegin(), wire.rend(), [&, f = id_of(from), t = id_of(to)](const auto& m) {
        return m.from.node.value == f && m.to.node.value == t;
      });
  if (found == wire.rend()) throw std::invalid_argument("nothing waits there");
  kept_.insert_or_assign(command.options.at("as"), *found);
}

std::string Scenario::show(const Command& command) const {
  std::string out;
  for (const std::string& name : command.words) {
    const Node& shown = (*group_)[id_of(name)];
    out += name + " " + (shown.is_running() ? shown->describe() : "stopped") + "\n";
  }
  return out;
}

std::string Scenario::peers(const Command& command) const {
  std::ostringstream out;
  for (const PeerStatus& peer : (*group_)[id_of(command.word(0))]->status().peers) {
    out << names_.at(peer.replica.node.value - 1) << ' ' << peer.state << " match=" << peer.match
        << " next=" << peer.next << '\n';
  }
  return out.str();
}

std::string Scenario::wire() {
  std::string out;
  for (const Message& message : group_->wire())
    out += line_of(message) + "\n";
  return out.empty() ? "nothing waits\n" : out;
}

std::string Scenario::line_of(const Message& message) const {
  std::ostringstream line;
  line << message;
  return names_.at(message.from.node.value - 1) + "->" + names_.at(message.to.node.value - 1) +
         line.str().substr(line.str().find(' '));
}

void Scenario::collect() {
  for (auto& [id, each] : group_->nodes()) {
    if (!each.is_running()) continue;
    each.drain();
    for (Message& message : each.take_messages())
      group_->wire().push_back(std::move(message));
  }
}

std::uint64_t Scenario::id_of(const std::string& name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) throw std::invalid_argument("no replica " + name);
  return static_cast<std::uint64_t>(found - names_.begin()) + 1;
}

Node& Scenario::node(const std::string& name) {
  Node& found = (*group_)[id_of(name)];
  if (!found.is_running()) throw std::invalid_argument(name + " is stopped");
  return found;
}

}  // namespace quorate::raft::testing
