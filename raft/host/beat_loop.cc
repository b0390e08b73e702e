#include "raft/host/beat_loop.h"

#include <utility>

namespace quorate::raft {
namespace {

constexpr std::uint32_t kLateIntervalsMax = 1;

}  // namespace

BeatLoop::BeatLoop(const HostOptions& options, Parts parts)
    : cluster_(options.cluster),
      self_(options.self),
      parts_(std::move(parts)),
      queue_(options.beats_waiting_max),
      intervals_(parts_.clock.monotonic_ns(), options.beat_interval_ns, kLateIntervalsMax),
      seat_("raft", &parts_.thread, [this](std::chrono::nanoseconds timeout) {
        return turn(timeout);
      }) {}

void BeatLoop::stop() {
  queue_.close();
  seat_.join();
}

void BeatLoop::post(Item item) {
  if (queue_.push(std::move(item)) == Push::kDone) {
    seat_.wake();
  } else {
    ignored_.add();
  }
}

// What was heard comes before the time that has passed, as in RaftLoop.
std::optional<std::chrono::nanoseconds> BeatLoop::turn(std::chrono::nanoseconds timeout) {
  if (!queue_.drain(items_, timeout)) return std::nullopt;
  for (Item& item : items_)
    std::visit([this](auto& one) { take(one); }, item);
  items_.clear();
  const std::int64_t now_ns = parts_.clock.monotonic_ns();
  const Ticker::Due due = intervals_.take(now_ns);
  for (std::uint32_t i = 0; i < due.ticks; ++i)
    parts_.watch.on_interval();
  tell_lost();
  wake_groups();
  if (due.ticks > 0) {
    send(parts_.outbox.take_beats(parts_.watch.own(), parts_.watch.relied_on()));
  }
  if (queue_.has_waiting()) return std::chrono::nanoseconds::zero();
  return std::chrono::nanoseconds(intervals_.until_next_ns(now_ns));
}

void BeatLoop::take(NodeBeat& beat) {
  const bool is_ours = beat.cluster == cluster_ && beat.to == self_;
  if (!is_ours || parts_.watch.on_beat(beat) == NodeWatch::Heard::kStale) return ignored_.add();
  received_.add();
  hand_out(beat);
}

// To each group in the order in which it was said.
void BeatLoop::hand_out(const NodeBeat& beat) {
  const auto message = [&](GroupId group, Term term, MessageBody body) {
    if (const auto found = parts_.find(group)) {
      std::vector<Message> one;
      one.push_back({beat.cluster, group, beat.from, beat.to, term, std::move(body)});
      found->on_messages(std::move(one));
    }
  };
  for (const GroupHeartbeat& each : beat.heartbeats)
    message(each.group, each.term, each.heartbeat);
  for (const GroupHeartbeatResult& each : beat.results)
    message(each.group, each.term, each.result);
  for (const RestOrder& each : beat.orders) {
    if (const auto group = parts_.find(each.group)) group->on_order({each, beat.from, beat.epoch});
  }
  for (const RestResult& each : beat.answers) {
    if (const auto group = parts_.find(each.group)) group->on_answer({each, beat.from, beat.epoch});
  }
}

// A group that rests and does not count on that node need not know.
void BeatLoop::take(const NodeLost& lost) {
  for (const auto& group : parts_.all()) {
    if (!group->is_resting()) group->on_peer_lost(lost.node, lost.loss);
  }
  parts_.watch.on_node_lost(lost.node);
}

// Those that were woken meanwhile by something else must not wait for a timeout of their own.
void BeatLoop::tell_lost() {
  for (const ReplicaId& lost : parts_.watch.take_lost()) {
    for (const auto& group : parts_.all()) {
      if (!group->is_resting()) group->on_peer_lost(lost.node, PeerLoss::kProcessGone);
    }
  }
}

void BeatLoop::wake_groups() {
  for (const WakeUp& wake : parts_.watch.take_wake_ups()) {
    if (const auto group = parts_.find(wake.group)) group->wake_up(wake);
  }
}

void BeatLoop::send(std::vector<NodeBeat> beats) {
  for (NodeBeat& beat : beats) {
    sent_.add();
    parts_.transport.send_beat(std::move(beat));
  }
}

}  // namespace quorate::raft
