#include "raft/testing/sim_network.h"

#include <algorithm>
#include <utility>

namespace quorate::raft::testing {

SimNetwork::SimNetwork(std::uint32_t nodes,
                       const NetworkFaults& faults,
                       EventHeap& heap,
                       Random random,
                       Deliver deliver)
    : nodes_(nodes),
      faults_(faults),
      heap_(heap),
      random_(random),
      deliver_(std::move(deliver)),
      cuts_((nodes + 1) * (nodes + 1), false),
      last_arrival_((nodes + 1) * (nodes + 1), 0) {}

std::size_t SimNetwork::link(std::uint64_t from, std::uint64_t to) const {
  QUORATE_CHECK(from <= nodes_ && to <= nodes_);
  return from * (nodes_ + 1) + to;
}

void SimNetwork::send(Message body) {
  const auto message = std::make_shared<const Message>(std::move(body));
  keep(message);
  if (is_cut(message->from.node.value, message->to.node.value)) return;
  if (random_.chance(faults_.loss_permille, 1000)) return;
  schedule(message);
  if (random_.chance(faults_.duplicate_permille, 1000)) schedule(message);
}

void SimNetwork::schedule(const SentMessage& message) {
  inject(message, draw_delay(link(message->from.node.value, message->to.node.value)));
}

SimTime SimNetwork::draw_delay(std::size_t on_link) {
  if (random_.chance(faults_.straggler_permille, 1000)) {
    return random_.between(faults_.delay_max, faults_.straggler_delay_max + faults_.delay_max);
  }
  SimTime delay = random_.between(faults_.delay_min, faults_.delay_max);
  if (faults_.in_order) {
    const SimTime arrival = std::max(heap_.now() + delay, last_arrival_[on_link] + 1);
    last_arrival_[on_link] = arrival;
    delay = arrival - heap_.now();
  }
  return delay;
}

void SimNetwork::inject(SentMessage message, SimTime delay) {
  heap_.after(delay, [this, message = std::move(message), sent_at = heap_.now()] {
    const bool is_too_late =
        healed_at_ && sent_at < *healed_at_ && heap_.now() > *healed_at_ + kLateAfterHeal;
    if (is_too_late) return;
    // A cut made while the message was under way catches it too.
    if (is_cut(message->from.node.value, message->to.node.value)) return;
    deliver_(message, sent_at);
  });
}

void SimNetwork::keep(const SentMessage& message) {
  if (kept_.size() < kKeptMax) {
    kept_.push_back(message);
  } else if (random_.chance(1, 8)) {
    kept_[random_.below(kKeptMax)] = message;
  }
}

SentMessage SimNetwork::draw_old_message() {
  if (kept_.empty()) return nullptr;
  return kept_[random_.below(kept_.size())];
}

void SimNetwork::cut(std::uint64_t from, std::uint64_t to) {
  if (from != to) cuts_[link(from, to)] = true;
}

void SimNetwork::cut_both(std::uint64_t a, std::uint64_t b) {
  cut(a, b);
  cut(b, a);
}

void SimNetwork::mend() {
  cuts_.assign(cuts_.size(), false);
}

bool SimNetwork::is_cut(std::uint64_t from, std::uint64_t to) const {
  return cuts_[link(from, to)];
}

void SimNetwork::heal() {
  mend();
  faults_.loss_permille = 0;
  faults_.duplicate_permille = 0;
  faults_.straggler_permille = 0;
  faults_.delay_min = 100 * kMicrosecond;
  faults_.delay_max = kMillisecond;
  healed_at_ = heap_.now();
}

}  // namespace quorate::raft::testing
