// Connections that stand, fail, and are made again.
#include "controller/client/controller_channels.h"

#include <chrono>
#include <memory>

#include <catch2/catch.hpp>

#include "tests/controller/client/fake_controller.h"
#include "tests/controller/client/slow_listener.h"

namespace quorate::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

TEST_CASE("a controller that started after the first attempts is found", "[client][channels]") {
  const QuietPort port;
  ControllerChannels channels(quick_options({port.address()}));
  const Target target = channels.any();
  for (int i = 0; i < 5; ++i) {
    const auto begin = steady_clock::now();
    CHECK_FALSE(channels.connect(target, begin + milliseconds(500)));
    CHECK(steady_clock::now() - begin < milliseconds(450));  // refused, not waited for
  }
  const FakeController controller({}, port.number());
  // As callers do it: some patience, then a pause.
  CHECK(eventually(
      [&] { return channels.connect(target, steady_clock::now() + milliseconds(500)); }));
}

TEST_CASE("a slow handshake with a controller that started late comes to its end",
          "[client][channels]") {
  const QuietPort port;
  ControllerChannels channels(quick_options({port.address()}));
  const Target target = channels.any();
  const auto connects = [&] {
    return channels.connect(target, steady_clock::now() + milliseconds(500));
  };
  CHECK_FALSE(connects());
  // Nobody else in this process waits for a connection, and each round trip of the handshake needs
  // somebody who does.
  const SlowListener controller(port.number(), milliseconds(100));
  CHECK(eventually(connects));
}

TEST_CASE("a handshake may take longer than one caller waits for it", "[client][channels]") {
  const QuietPort port;
  const SlowListener controller(port.number(), milliseconds(800));
  ControllerChannels channels(quick_options({port.address()}));
  const Target target = channels.any();
  CHECK_FALSE(channels.connect(target, steady_clock::now() + milliseconds(100)));
  CHECK(eventually(
      [&] { return channels.connect(target, steady_clock::now() + milliseconds(500)); }));
  CHECK(controller.given_up() == 0);
}

TEST_CASE("a controller that was restarted is found again", "[client][channels]") {
  const QuietPort port;
  ControllerChannels channels(quick_options({port.address()}));
  const Target target = channels.any();
  const auto connects = [&] {
    return channels.connect(target, steady_clock::now() + milliseconds(500));
  };
  auto controller = std::make_unique<FakeController>(Script{}, port.number());
  CHECK(eventually(connects));
  controller.reset();
  CHECK(eventually([&] { return !connects(); }));
  controller = std::make_unique<FakeController>(Script{}, port.number());
  CHECK(eventually(connects));
}

TEST_CASE("the believed leader is asked until it fails", "[client][channels]") {
  ControllerChannels channels(quick_options({"127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"}));
  CHECK(channels.active().at == 0);
  CHECK(channels.active().at == 1);
  channels.on_leader_hint("7 127.0.0.1:3");
  CHECK(channels.active().at == 2);
  CHECK(channels.active().at == 2);
  channels.on_failed(channels.at("127.0.0.1:1"));  // another one
  CHECK(channels.active().at == 2);
  channels.on_failed(channels.active());
  CHECK(channels.active().at == 2);  // in turn
  CHECK(channels.active().at == 0);
  CHECK(channels.at("127.0.0.1:4").channel == nullptr);
}

TEST_CASE("a shut down client neither connects nor sleeps", "[client][channels]") {
  const QuietPort port;
  ControllerChannels channels(quick_options({port.address()}));
  channels.shutdown();
  const auto begin = steady_clock::now();
  CHECK_FALSE(channels.connect(channels.any(), begin + std::chrono::seconds(30)));
  CHECK_FALSE(channels.sleep(std::chrono::seconds(30)));
  CHECK(steady_clock::now() - begin < std::chrono::seconds(5));
}

}  // namespace
}  // namespace quorate::controller
