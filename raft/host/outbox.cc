#include "raft/host/outbox.h"

#include <iterator>

namespace quorate::raft {
namespace {

template <typename T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void Outbox::send(std::vector<Message> messages) {
  for (Message& message : messages) {
    if (const auto* heartbeat = std::get_if<Heartbeat>(&message.body)) {
      turn_[message.to].heartbeats[message.group] = {message.group, message.term, *heartbeat};
    } else if (const auto* result = std::get_if<HeartbeatResult>(&message.body)) {
      turn_[message.to].results.push_back({message.group, message.term, *result});
    } else {
      messages_.push_back(std::move(message));
    }
  }
}

void Outbox::end_turn(Urgency urgency) {
  for (auto& [to, said] : turn_) {
    Waiting& waiting = nodes_[to];
    for (auto& [group, heartbeat] : said.heartbeats)
      waiting.heartbeats[group] = heartbeat;
    append(waiting.results, said.results);
    append(waiting.orders, said.orders);
    append(waiting.answers, said.answers);
    waiting.is_urgent |= urgency == Urgency::kNow;
  }
  turn_.clear();
}

std::vector<NodeBeat> Outbox::take_urgent(const BeatEpoch& epoch) {
  for (auto node = nodes_.begin(); node != nodes_.end();) {
    if (!node->second.is_urgent) {
      ++node;
      continue;
    }
    pack(node->first, epoch, std::move(node->second));
    node = nodes_.erase(node);
  }
  return std::exchange(packed_, {});
}

std::vector<NodeBeat> Outbox::take_beats(const BeatEpoch& epoch,
                                         const std::vector<ReplicaId>& others) {
  for (const ReplicaId& other : others)
    nodes_.try_emplace(other);
  for (auto& [to, waiting] : std::exchange(nodes_, {}))
    pack(to, epoch, waiting);
  return std::exchange(packed_, {});
}

void Outbox::pack(const ReplicaId& to, const BeatEpoch& epoch, Waiting waiting) {
  packed_.push_back({cluster_, self_, to, epoch, ++last_number_, {}, {}, {}, {}});
  for (const auto& [group, heartbeat] : waiting.heartbeats)
    room(to, epoch).heartbeats.push_back(heartbeat);
  for (const GroupHeartbeatResult& result : waiting.results)
    room(to, epoch).results.push_back(result);
  for (const RestOrder& order : waiting.orders)
    room(to, epoch).orders.push_back(order);
  for (const RestResult& answer : waiting.answers)
    room(to, epoch).answers.push_back(answer);
}

// The beat under construction; the next one when it is full.
NodeBeat& Outbox::room(const ReplicaId& to, const BeatEpoch& epoch) {
  if (packed_.back().items() >= kBeatItemsMax) {
    packed_.push_back({cluster_, self_, to, epoch, ++last_number_, {}, {}, {}, {}});
  }
  return packed_.back();
}

}  // namespace quorate::raft
