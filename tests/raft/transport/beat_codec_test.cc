#include <functional>

#include <catch2/catch.hpp>

#include "raft/transport/frame_codec.h"
#include "tests/raft/transport/sample_messages.h"

namespace quorate::raft {
namespace {

const Handshake kBeatStream{kProtocolVersion, kCluster, replica(1), NodeId{2}};

NodeBeat sample_beat() {
  NodeBeat beat;
  beat.cluster = kCluster;
  beat.from = replica(1);
  beat.to = replica(2);
  beat.epoch = {.life = 0xfedcba9876543210U, .epoch = 3};
  beat.number = 17;
  beat.heartbeats.push_back(
      {GroupId{4}, Term{5}, {.commit = Index{6}, .round = 7, .lease_ns = 8, .heir_priority = 9}});
  beat.results.push_back(
      {GroupId{10},
       Term{11},
       {.round = 12, .durable_last = Index{13}, .promised_ns = 14, .priority = 15}});
  beat.orders.push_back({GroupId{16}, Term{17}, {Term{16}, Index{18}}, 19});
  beat.answers.push_back({GroupId{20}, Term{21}, 22, RestAnswer::kRests});
  beat.answers.push_back({GroupId{23}, Term{24}, 25, RestAnswer::kRefused});
  return beat;
}

// What decoding gives after `spoil` was let loose on an encoded beat.
Status spoiled(const std::function<void(v1::NodeBeat&)>& spoil) {
  v1::Frame frame;
  append_beat(sample_beat(), frame);
  spoil(*frame.mutable_beats(0));
  return decode_beat(frame.beats(0), kBeatStream).status();
}

bool is_beat_refused(const Status& status, const std::string& reason) {
  INFO(to_string(status));
  CHECK(status.message().find(reason) != std::string::npos);
  return status.code() == Code::kCorruption;
}

TEST_CASE("a beat survives the wire", "[raft][transport][beat_codec]") {
  v1::Frame sent;
  append_beat(sample_beat(), sent);
  v1::Frame received;
  REQUIRE(received.ParseFromString(sent.SerializeAsString()));
  const Result<NodeBeat> decoded = decode_beat(received.beats(0), kBeatStream);
  INFO(to_string(decoded.status()));
  REQUIRE(decoded.is_ok());
  CHECK((*decoded == sample_beat()));
}

TEST_CASE("a beat cannot claim another sender than its stream's", "[raft][transport][beat_codec]") {
  NodeBeat beat = sample_beat();
  beat.from = replica(3);
  v1::Frame frame;
  append_beat(beat, frame);
  CHECK(decode_beat(frame.beats(0), kBeatStream)->from == replica(1));
}

TEST_CASE("a malformed beat is refused with the reason", "[raft][transport][beat_codec][P109]") {
  CHECK(
      is_beat_refused(spoiled([](v1::NodeBeat& beat) { beat.clear_to(); }), "without a receiver"));
  CHECK(is_beat_refused(spoiled([](v1::NodeBeat& beat) { beat.mutable_to()->clear_incarnation(); }),
                        "without a receiver"));
  CHECK(is_beat_refused(spoiled([](v1::NodeBeat& beat) { beat.set_life(0); }), "of no life"));
  CHECK(is_beat_refused(
      spoiled([](v1::NodeBeat& beat) { beat.mutable_heartbeats(0)->set_term(UINT64_MAX); }),
      "heartbeat's term"));
  CHECK(is_beat_refused(
      spoiled([](v1::NodeBeat& beat) { beat.mutable_results(0)->set_term(UINT64_MAX); }),
      "answer's term"));
  CHECK(is_beat_refused(
      spoiled([](v1::NodeBeat& beat) { beat.mutable_orders(0)->set_term(UINT64_MAX); }),
      "order's term"));
  CHECK(is_beat_refused(
      spoiled([](v1::NodeBeat& beat) { beat.mutable_orders(0)->mutable_last()->set_term(99); }),
      "order's term"));
  CHECK(is_beat_refused(spoiled([](v1::NodeBeat& beat) { beat.mutable_answers(0)->set_answer(2); }),
                        "rest answer 2"));
}

TEST_CASE("a beat of more items than allowed is refused", "[raft][transport][beat_codec]") {
  const auto items = [](std::size_t count) {
    return spoiled([&](v1::NodeBeat& beat) {
      while (static_cast<std::size_t>(beat.heartbeats_size()) + 4 < count)
        beat.add_heartbeats()->set_group(1);
    });
  };
  CHECK(items(kBeatItemsMax).is_ok());
  CHECK(is_beat_refused(items(kBeatItemsMax + 1), "a beat of 4097 items"));
}

}  // namespace
}  // namespace quorate::raft
