// Beats of hosts in the frames of a stream and back.
#include <string>

#include "raft/transport/frame_codec.h"

namespace quorate::raft {
namespace {

constexpr std::size_t kBeatOverheadBytes = 128;
constexpr std::size_t kItemBytes = 64;
Status check(const v1::NodeBeat& in) {
  if (!in.has_to() || !in.to().has_incarnation()) return malformed("a beat without a receiver");
  if (in.life() == 0) return malformed("a beat of no life");
  const auto items =
      static_cast<std::size_t>(in.heartbeats_size()) + static_cast<std::size_t>(in.results_size()) +
      static_cast<std::size_t>(in.orders_size()) + static_cast<std::size_t>(in.answers_size());
  if (items > kBeatItemsMax) return malformed("a beat of " + std::to_string(items) + " items");
  for (const auto& each : in.heartbeats()) {
    if (each.term() >= kNumberEnd) return malformed("a heartbeat's term is out of range");
  }
  for (const auto& each : in.results()) {
    if (each.term() >= kNumberEnd) return malformed("a heartbeat answer's term is out of range");
  }
  for (const auto& each : in.orders()) {
    if (each.term() >= kNumberEnd || each.last().term() > each.term()) {
      return malformed("an order's term is out of range");
    }
  }
  for (const auto& each : in.answers()) {
    if (each.answer() > static_cast<std::uint32_t>(RestAnswer::kRefused)) {
      return malformed("rest answer " + std::to_string(each.answer()) + " is not known");
    }
  }
  return Status::ok();
}

}  // namespace

void append_beat(const NodeBeat& beat, v1::Frame& frame) {
  v1::NodeBeat* out = frame.add_beats();
  out->mutable_to()->set_node(beat.to.node.value);
  out->mutable_to()->mutable_incarnation()->set_high(beat.to.incarnation.high);
  out->mutable_to()->mutable_incarnation()->set_low(beat.to.incarnation.low);
  out->set_life(beat.epoch.life);
  out->set_epoch(beat.epoch.epoch);
  out->set_number(beat.number);
  for (const GroupHeartbeat& each : beat.heartbeats) {
    auto* added = out->add_heartbeats();
    added->set_group(each.group.value);
    added->set_term(each.term.value);
    added->mutable_heartbeat()->set_commit(each.heartbeat.commit.value);
    added->mutable_heartbeat()->set_round(each.heartbeat.round);
    added->mutable_heartbeat()->set_lease_ns(each.heartbeat.lease_ns);
    added->mutable_heartbeat()->set_heir_priority(each.heartbeat.heir_priority);
  }
  for (const GroupHeartbeatResult& each : beat.results) {
    auto* added = out->add_results();
    added->set_group(each.group.value);
    added->set_term(each.term.value);
    added->mutable_result()->set_round(each.result.round);
    added->mutable_result()->set_durable_last(each.result.durable_last.value);
    added->mutable_result()->set_promised_ns(each.result.promised_ns);
    added->mutable_result()->set_priority(each.result.priority);
  }
  for (const RestOrder& each : beat.orders) {
    auto* added = out->add_orders();
    added->set_group(each.group.value);
    added->set_term(each.term.value);
    added->mutable_last()->set_term(each.last.term.value);
    added->mutable_last()->set_index(each.last.index.value);
    added->set_number(each.number);
  }
  for (const RestResult& each : beat.answers) {
    auto* added = out->add_answers();
    added->set_group(each.group.value);
    added->set_term(each.term.value);
    added->set_number(each.number);
    added->set_answer(static_cast<std::uint32_t>(each.answer));
  }
}

Result<NodeBeat> decode_beat(const v1::NodeBeat& in, const Handshake& stream) {
  QUORATE_TRY(check(in));
  NodeBeat beat;
  beat.cluster = stream.cluster;
  beat.from = stream.from;
  beat.to = {NodeId{in.to().node()},
             {.high = in.to().incarnation().high(), .low = in.to().incarnation().low()}};
  beat.epoch = {.life = in.life(), .epoch = in.epoch()};
  beat.number = in.number();
  for (const auto& each : in.heartbeats()) {
    beat.heartbeats.push_back({GroupId{each.group()},
                               Term{each.term()},
                               {.commit = Index{each.heartbeat().commit()},
                                .round = each.heartbeat().round(),
                                .lease_ns = each.heartbeat().lease_ns(),
                                .heir_priority = each.heartbeat().heir_priority()}});
  }
  for (const auto& each : in.results()) {
    beat.results.push_back({GroupId{each.group()},
                            Term{each.term()},
                            {.round = each.result().round(),
                             .durable_last = Index{each.result().durable_last()},
                             .promised_ns = each.result().promised_ns(),
                             .priority = each.result().priority()}});
  }
  for (const auto& each : in.orders()) {
    beat.orders.push_back({GroupId{each.group()},
                           Term{each.term()},
                           {Term{each.last().term()}, Index{each.last().index()}},
                           each.number()});
  }
  for (const auto& each : in.answers()) {
    beat.answers.push_back({GroupId{each.group()},
                            Term{each.term()},
                            each.number(),
                            static_cast<RestAnswer>(each.answer())});
  }
  return beat;
}

std::size_t beat_bytes(const NodeBeat& beat) {
  return kBeatOverheadBytes + beat.items() * kItemBytes;
}

}  // namespace quorate::raft
