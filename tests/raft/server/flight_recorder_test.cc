// What three cores were told while messages were lost and repeated is recorded, and decided again.
#include "raft/server/flight_recorder.h"

#include <deque>
#include <map>

#include <catch2/catch.hpp>

#include "raft/server/flight_replay.h"
#include "raft/server/recorded_core.h"

namespace quorate::raft {

namespace {

ReplicaId replica(std::uint64_t node) {
  return {NodeId{node}, Incarnation{7, node}};
}

Options options_of(std::uint64_t node) {
  Options options;
  options.cluster = {1, 2};
  options.self = replica(node);
  options.election_timeout_ticks = 10;
  options.election_jitter_ticks = 10;
  options.heartbeat_ticks = 2;
  options.lease_ns = 5'000'000;
  return options;
}

// Three cores and a network that loses and repeats.
class Flight {
 public:
  Flight(std::uint64_t seed, std::size_t bytes_max) : random_(seed) {
    Recovered recovered;
    recovered.snapshot.membership.voters = {replica(1), replica(2), replica(3)};
    for (std::uint64_t node = 1; node <= 3; ++node) {
      auto core = Consensus::create(options_of(node), recovered, Random(seed * 10 + node));
      REQUIRE(core.is_ok());
      cores_.try_emplace(node, options_of(node), *std::move(core), bytes_max);
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      RecordedCore& core = cores_.at(random_.between(1, 3));
      const std::uint64_t act = random_.below(10);
      core.advance_clock(++clock_ * 1'000'000);
      if (act < 3) core.tick();
      if (act == 3) propose(core);
      if (act == 4)
        core.read(++token_, random_.chance(1, 2) ? ReadMode::kLease : ReadMode::kReadIndex);
      if (act == 5 && random_.chance(1, 20)) core.transfer_to_best();
      if (act == 5 && random_.chance(1, 2))
        core.read_at_least(++token_, {Index{random_.below(40)}, core.term()}, random_.below(20));
      if (act == 6 && random_.chance(1, 20)) core.peer_lost(replica(2), PeerLoss::kProcessGone);
      if (act >= 6) deliver();
      for (auto& [node, each] : cores_)
        drain(each);
    }
  }

  [[nodiscard]] std::string recording(std::uint64_t node) { return *cores_.at(node).recording(); }
  [[nodiscard]] bool has_led() const { return has_led_; }

 private:
  void propose(RecordedCore& core) {
    core.propose({.token = ++token_, .data = SharedBytes("secret " + std::to_string(token_))});
  }
  void deliver() {
    if (wire_.empty()) return;
    Message message = wire_.front();
    const std::uint64_t fate = random_.below(20);
    if (fate != 0) wire_.pop_front();  // else it comes again
    if (fate == 1) return;             // lost
    cores_.at(message.to.node.value).step(std::move(message));
  }
  void drain(RecordedCore& core) {
    while (core.has_ready()) {
      Ready ready = core.take_ready();
      for (Message& message : ready.messages)
        wire_.push_back(std::move(message));
      if (ready.persist) core.persisted(ready.persist->seq);
      if (!ready.apply.empty()) core.applied(ready.apply.last);
    }
    has_led_ = has_led_ || core.role() == Role::kLeader;
  }

  Random random_;
  std::map<std::uint64_t, RecordedCore> cores_;
  std::deque<Message> wire_;
  std::uint64_t token_ = 0;
  ClockTime clock_ = 0;
  bool has_led_ = false;
};

Result<FlightSummary> replayed(const std::string& recording) {
  return replay_flight(recording, [](const FlightStep&) {});
}

}  // namespace

TEST_CASE("a recording is decided again bit for bit", "[raft][server][flight_recorder][P107]") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Flight flight(seed, 1U << 20U);
    flight.run(3000);
    REQUIRE(flight.has_led());
    for (std::uint64_t node = 1; node <= 3; ++node) {
      const std::string recording = flight.recording(node);
      const Result<FlightSummary> summary = replayed(recording);
      INFO("seed " << seed << " node " << node << ": " << to_string(summary.status()));
      REQUIRE(summary.is_ok());
      CHECK(summary->inputs > 1000);
      CHECK(summary->outputs > 100);
      CHECK(recording.find("secret") == std::string::npos);
    }
  }
}

TEST_CASE("a ring that has turned begins with the state of that moment",
          "[raft][server][flight_recorder]") {
  Flight flight(3, 8192);
  flight.run(6000);
  const std::string recording = flight.recording(1);
  CHECK(recording.size() < 3 * 8192);
  const Result<FlightSummary> summary = replayed(recording);
  INFO(to_string(summary.status()));
  REQUIRE(summary.is_ok());
  CHECK(summary->begin.find("term=0") == std::string::npos);  // not the state of the start
  CHECK(summary->inputs > 100);
}

TEST_CASE("a recording that was changed is refused", "[raft][server][flight_recorder]") {
  Flight flight(5, 8192);
  flight.run(500);
  const std::string recording = flight.recording(1);
  for (std::size_t at = 0; at < recording.size(); at += 7) {
    std::string changed = recording;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    CHECK(!replayed(changed).is_ok());
  }
  CHECK(replayed(recording.substr(0, recording.size() / 2)).status().code() == Code::kCorruption);
  CHECK(replayed("").status().code() == Code::kCorruption);
}

TEST_CASE("a replay tells each output with the input before it",
          "[raft][server][flight_recorder]") {
  Flight flight(4, 1U << 20U);
  flight.run(2000);
  std::map<std::string, int> elections;
  const auto summary = replay_flight(flight.recording(1), [&](const FlightStep& step) {
    for (const Event& event : step.ready.events) {
      if (event.kind == EventKind::kRoleChanged) ++elections[std::string(step.kind)];
    }
  });
  REQUIRE(summary.is_ok());
  CHECK(elections["tick"] > 0);  // an election timeout passed
}

}  // namespace quorate::raft
