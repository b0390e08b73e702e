#include "tests/controller/control/naive_model.h"

#include <algorithm>

namespace quorate::controller::testing {
namespace {

constexpr int kNone = 0;

std::string fold(std::string name) {
  for (char& letter : name) {
    if (letter == '.') letter = '_';
  }
  return name;
}

}  // namespace

bool has(const std::vector<int>& list, int id) {
  return std::count(list.begin(), list.end(), id) > 0;
}

bool NaiveModel::is_active(int id) const {
  const auto found = brokers.find(id);
  return found != brokers.end() && !found->second.fenced && !found->second.in_shutdown;
}

void NaiveModel::fence(int id) {
  release({id, false});
  brokers[id].fenced = true;
  ++end;
}

int NaiveModel::register_broker(int id, std::uint64_t incarnation, OldSession session) {
  const auto found = brokers.find(id);
  const NaiveBroker old = found == brokers.end() ? NaiveBroker() : found->second;
  if (found != brokers.end()) {
    if (found->second.incarnation == incarnation) return kNone;
    if (session == OldSession::kAlive) return 101;  // DUPLICATE_BROKER_REGISTRATION
    release({id, true});
  } else if (keeps_eligible) {
    release({id, true});  // alone in sync since before eligible leaders were kept, and unregistered
  }
  brokers[id] = {incarnation, end, true, false, old.cordoned, old.maintenance, old.decommission};
  ++end;
  return kNone;
}

int NaiveModel::cordon(int id, Cordon cordon) {
  if (!brokers.contains(id)) return 102;  // BROKER_ID_NOT_REGISTERED
  if (brokers[id].cordoned == (cordon == Cordon::kOn)) return kNone;
  brokers[id].cordoned = cordon == Cordon::kOn;
  ++end;
  return kNone;
}

bool NaiveModel::can_place(std::size_t factor) const {
  std::size_t open = 0;
  bool has_active = false;
  for (const auto& [id, broker] : brokers) {
    open += takes_replicas(id) ? 1U : 0U;
    has_active = has_active || (takes_replicas(id) && is_active(id));
  }
  return factor <= open && has_active;
}

int NaiveModel::heartbeat(int id, std::uint64_t epoch, std::uint64_t metadata_offset, Wish wish) {
  should_shutdown = false;
  const auto found = brokers.find(id);
  if (found == brokers.end() || found->second.epoch != epoch) return 77;  // STALE_BROKER_EPOCH
  const NaiveBroker broker = found->second;
  if (broker.fenced) {
    should_shutdown = wish == Wish::kShutdown;
    if (wish == Wish::kNothing && metadata_offset > epoch && !broker.in_shutdown) unfence(id);
  } else if (wish == Wish::kFence) {
    fence(id);
  } else if (wish == Wish::kShutdown) {
    shut_down(id);
  }
  hear(id, metadata_offset);
  return kNone;
}

void NaiveModel::hear(int id, std::uint64_t metadata_offset) {
  Contact& contact = contacts_[id];
  if (contact.epoch != brokers[id].epoch) {
    const std::optional<std::uint64_t> handed_over = contact.handed_over;
    contact = {brokers[id].epoch, 0, handed_over};
  }
  contact.metadata_offset = std::max(contact.metadata_offset, metadata_offset);
}

void NaiveModel::unfence(int id) {
  brokers[id].fenced = false;
  ++end;
  lead_leaderless();
}

// BRK-10 to BRK-12.
void NaiveModel::shut_down(int id) {
  bool leads = false;
  for (const auto& [name, partitions] : topics) {
    for (const NaivePartition& one : partitions)
      leads = leads || one.leader == id;
  }
  if (!brokers[id].in_shutdown) {
    should_shutdown = !leads;
    if (!leads) return fence(id);
    brokers[id].in_shutdown = true;
    ++end;
    release({id, false});
    contacts_[id].handed_over = end;
    return;
  }
  for (const auto& [other, broker] : brokers) {
    const std::uint64_t known =
        contacts_[other].epoch == broker.epoch ? contacts_[other].metadata_offset : 0;
    if (is_active(other) && known < *contacts_[id].handed_over) return;
  }
  // All that was to leave it has: since eligible leaders are kept it may still be alone in an ISR.
  should_shutdown = true;
  brokers[id].fenced = true;
  ++end;
}

void NaiveModel::begin_hand_overs_anew() {
  for (const auto& [id, broker] : brokers) {
    if (broker.in_shutdown && !broker.fenced) release({id, false});
  }
}

void NaiveModel::change_controller() {
  for (auto& [id, contact] : contacts_) {
    if (brokers.contains(id) && brokers[id].in_shutdown) contact.handed_over = end;
  }
}

void NaiveModel::stretch(std::uint64_t before, std::uint64_t now) {
  for (auto& [id, contact] : contacts_) {
    if (contact.handed_over > before) contact.handed_over = now;
  }
  end = now;
}

void NaiveModel::expire(int id) {
  fence(id);
}

void NaiveModel::hear_all_but(int silent) {
  for (const auto& [id, broker] : brokers) {
    if (id != silent && !broker.fenced) hear(id, end);
  }
}

int NaiveModel::unregister_broker(int id) {
  if (!brokers.contains(id)) return 102;  // BROKER_ID_NOT_REGISTERED
  release({id, true});
  brokers.erase(id);
  ++end;
  return kNone;
}

std::set<std::string> NaiveModel::folded_names() const {
  std::set<std::string> names;
  for (const auto& [name, partitions] : topics)
    names.insert(fold(name));
  return names;
}

int NaiveModel::create_topic(const std::string& name,
                             int partitions,
                             int factor,
                             const std::vector<std::vector<int>>& replicas) {
  if (name.empty() || name == "..") return 17;  // INVALID_TOPIC_EXCEPTION
  if (topics.contains(name)) return 36;         // TOPIC_ALREADY_EXISTS
  if (folded_names().contains(fold(name))) return 17;
  if (partitions < 1) return 37;  // INVALID_PARTITIONS
  constexpr int kInvalidFactor = 38;
  if (factor < 1 || !can_place(static_cast<std::size_t>(factor))) return kInvalidFactor;
  for (const std::vector<int>& list : replicas) {
    NaivePartition one;
    one.replicas = list;
    for (const int id : list) {
      if (is_active(id)) one.isr.push_back(id);
    }
    one.leader = first(one, &one.isr, {});
    topics[name].push_back(one);
  }
  end += 1 + replicas.size();
  return kNone;
}

int NaiveModel::delete_topic(const std::string& name) {
  if (topics.erase(name) == 0) return 3;  // UNKNOWN_TOPIC_OR_PARTITION
  configs.erase("topic/" + name);
  ++end;
  return kNone;
}

int NaiveModel::alter_partition(const NaiveProposal& proposal) {
  const auto sender = brokers.find(proposal.sender);
  if (sender == brokers.end() || sender->second.epoch != proposal.sender_epoch) return 77;
  const auto topic = topics.find(proposal.topic);
  if (topic == topics.end()) return 100;  // UNKNOWN_TOPIC_ID
  if (proposal.partition >= static_cast<int>(topic->second.size())) return 3;
  NaivePartition& one = topic->second[static_cast<std::size_t>(proposal.partition)];
  if (proposal.leader_epoch > one.leader_epoch) return 41;  // NOT_CONTROLLER
  if (proposal.partition_epoch > one.partition_epoch) return 41;
  if (proposal.leader_epoch < one.leader_epoch) return 74;        // FENCED_LEADER_EPOCH
  if (proposal.sender != one.leader) return 42;                   // INVALID_REQUEST
  if (proposal.partition_epoch < one.partition_epoch) return 95;  // INVALID_UPDATE_VERSION
  if (proposal.isr.empty()) return 42;
  if (std::set<int>(proposal.isr.begin(), proposal.isr.end()).size() != proposal.isr.size()) {
    return 42;
  }
  for (const int id : proposal.isr) {
    if (!has(one.replicas, id)) return 42;
  }
  if (!has(proposal.isr, one.leader)) return 42;
  for (std::size_t i = 0; i < proposal.isr.size(); ++i) {
    const int id = proposal.isr[i];
    if (!is_active(id) || brokers[id].epoch != proposal.isr_epochs[i]) return 107;
  }
  if (one.isr == proposal.isr && !one.recovering) return kNone;
  const NaivePartition before = one;
  one.isr = proposal.isr;
  one.recovering = false;
  complete(one);
  keep_eligible(one, before, proposal.topic, {});
  note_change(one, before);
  return one.leader == before.leader ? kNone : 108;  // NEW_LEADER_ELECTED
}

int NaiveModel::allocate_producer_ids(int id, std::uint64_t epoch) {
  const auto found = brokers.find(id);
  if (found == brokers.end() || found->second.epoch != epoch) return 77;
  next_producer_id += 1000;
  ++end;
  return kNone;
}

bool NaiveModel::is_good_placement(const std::vector<int>& replicas, int factor) const {
  if (static_cast<int>(replicas.size()) != factor) return false;
  if (std::set<int>(replicas.begin(), replicas.end()).size() != replicas.size()) return false;
  int active = 0;
  for (const int id : replicas) {
    if (!brokers.contains(id) || !takes_replicas(id)) return false;
    active += is_active(id) ? 1 : 0;
  }
  int all_active = 0;
  for (const auto& [id, broker] : brokers)
    all_active += is_active(id) && takes_replicas(id) ? 1 : 0;
  return is_active(replicas.at(0)) && active == std::min(factor, all_active);
}

}  // namespace quorate::controller::testing
