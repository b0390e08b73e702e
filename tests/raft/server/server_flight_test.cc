// The flight recorder of real servers with their threads: what they were told is decided again.
#include <future>
#include <string>

#include <catch2/catch.hpp>

#include "raft/server/flight_replay.h"
#include "tests/raft/server/cluster.h"

namespace quorate::raft {
namespace {

Result<std::string> recording_of(Server& server) {
  std::promise<Result<std::string>> promise;
  REQUIRE(server.record_flight([&](auto recording) { promise.set_value(std::move(recording)); })
              .is_ok());
  return promise.get_future().get();
}

TEST_CASE("a running server hands out a recording that replays and goes on",
          "[server][flight_recorder][P107]") {
  Cluster cluster;
  cluster.start_all();
  for (int i = 0; i < 50; ++i)
    cluster.commit("c" + std::to_string(i));
  for (std::size_t at = 0; at < Cluster::kSize; ++at) {
    const auto recording = recording_of(cluster.server(at));
    REQUIRE(recording.is_ok());
    const auto summary = replay_flight(*recording, [](const FlightStep&) {});
    INFO(to_string(summary.status()));
    REQUIRE(summary.is_ok());
    CHECK(summary->outputs > 10);
  }
  cluster.commit("after");
  CHECK(cluster.converge(51));
}

TEST_CASE("a server without a recorder says so", "[server][flight_recorder]") {
  ServerOptions options = Cluster::fast();
  options.flight_recorder_bytes = 0;
  Cluster cluster(options);
  cluster.start(0);
  CHECK(recording_of(cluster.server(0)).status().code() == Code::kUnsupported);
}

}  // namespace
}  // namespace quorate::raft
