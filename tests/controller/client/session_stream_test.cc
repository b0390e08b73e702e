// One Session call against a scripted controller.
#include "controller/client/session_stream.h"

#include <atomic>
#include <string>

#include <catch2/catch.hpp>

#include "tests/controller/client/fake_controller.h"

namespace quorate::controller {
namespace {

using Stream = grpc::ServerReaderWriter<v1::BrokerHeartbeatResponse, v1::BrokerHeartbeat>;

constexpr auto kGlance = std::chrono::milliseconds(10);

// So large that it cannot leave before the other side reads.
v1::BrokerHeartbeat large_heartbeat() {
  v1::BrokerHeartbeat heartbeat;
  constexpr int kNoFieldOfOurs = 1000;
  heartbeat.GetReflection()
      ->MutableUnknownFields(&heartbeat)
      ->AddLengthDelimited(kNoFieldOfOurs, std::string(3U << 20U, 'x'));
  return heartbeat;
}

TEST_CASE("an answer that overtakes the end of its heartbeat's write is an answer",
          "[client][session_stream]") {
  std::atomic<bool> answer_seen{false};
  Script script;
  script.session = [&](auto&, Stream& stream) {
    stream.Write(v1::BrokerHeartbeatResponse());
    CHECK(eventually([&] { return answer_seen.load(); }));
    v1::BrokerHeartbeat heartbeat;
    while (stream.Read(&heartbeat)) {
    }
    return grpc::Status::OK;
  };
  const FakeController controller(std::move(script));
  ControllerChannels channels(quick_options({controller.address()}));
  SessionStream stream(channels, channels.any());
  REQUIRE(stream.is_open());
  stream.send(large_heartbeat());
  bool answered = false;
  REQUIRE(eventually([&] { return answered = answered || stream.poll(kGlance).has_value(); }));
  CHECK(stream.is_waiting());  // still on its way
  answer_seen = true;
  CHECK(eventually([&] { return !stream.poll(kGlance) && !stream.is_waiting(); }));
  CHECK(stream.is_open());
}

TEST_CASE("a stream that the controller ends is closed at the next look",
          "[client][session_stream]") {
  std::atomic<bool> end{false};
  Script script;
  script.session = [&](auto&, Stream&) {
    CHECK(eventually([&] { return end.load(); }));
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "not the leader any more");
  };
  const FakeController controller(std::move(script));
  ControllerChannels channels(quick_options({controller.address()}));
  SessionStream stream(channels, channels.any());
  CHECK_FALSE(stream.poll(kGlance));
  CHECK(stream.is_open());
  end = true;
  // One look, which lasts until something happens.
  CHECK_FALSE(stream.poll(std::chrono::seconds(10)));
  CHECK_FALSE(stream.is_open());
}

}  // namespace
}  // namespace quorate::controller
