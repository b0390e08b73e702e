// What the event streams of real controllers tell of the messages between them.
#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/process/controllers.h"

namespace quorate::testing {
namespace {

using Lines = std::vector<nlohmann::json>;

// The whole lines so far.
Lines lines_of(const std::string& path) {
  Lines lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line) && !file.eof();)
    lines.push_back(nlohmann::json::parse(line));
  return lines;
}

// Whether both tell of the same message.
bool is_same_message(const nlohmann::json& one, const nlohmann::json& other) {
  constexpr std::array kKeys = {"type",
                                "from",
                                "to",
                                "message_term",
                                "log_term",
                                "log_index",
                                "entries",
                                "message_commit",
                                "reject",
                                "hint_term",
                                "hint_index"};
  return std::ranges::all_of(kKeys, [&](const char* key) { return one.at(key) == other.at(key); });
}

// Whether `sender` tells of a message of that type, with at least `entries`, that it sent to node
// `to`, and `receiver` of its arrival.
bool tell_of(const Lines& sender, const Lines& receiver, const std::string& type, int entries) {
  return std::ranges::any_of(sender, [&](const nlohmann::json& sent) {
    if (sent["kind"] != "raft_message_sent" || sent["type"] != type) return false;
    if (sent["entries"] < entries || sent["to"] != receiver.front()["node"]) return false;
    return std::ranges::any_of(receiver, [&](const nlohmann::json& received) {
      return received["kind"] == "raft_message_received" && is_same_message(sent, received);
    });
  });
}

TEST_CASE("both ends of a message between controllers tell of it when asked to",
          "[process][controller][events]") {
  Controllers controllers;
  const auto path = [&](int id) { return controllers.dir() + "/events" + std::to_string(id); };
  for (int id = 1; id <= Controllers::kCount; ++id) {
    controllers.start(id, {"event.stream.path=" + path(id), "event.stream.messages=true"});
  }
  const int leader = controllers.leader();
  REQUIRE(leader != 0);
  const int follower = leader == 1 ? 2 : 1;
  bool all = false;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!all && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const Lines at_leader = lines_of(path(leader));
    const Lines at_follower = lines_of(path(follower));
    if (at_leader.empty() || at_follower.empty()) continue;
    all = tell_of(at_leader, at_follower, "append_entries", 1) &&
          tell_of(at_follower, at_leader, "append_entries_result", 0) &&
          tell_of(at_leader, at_follower, "heartbeat", 0) &&
          tell_of(at_follower, at_leader, "heartbeat_result", 0);
  }
  CHECK(all);
}

TEST_CASE("controllers that are not asked to tell nothing of messages",
          "[process][controller][events]") {
  Controllers controllers;
  const auto path = [&](int id) { return controllers.dir() + "/events" + std::to_string(id); };
  for (int id = 1; id <= Controllers::kCount; ++id)
    controllers.start(id, {"event.stream.path=" + path(id)});
  const int leader = controllers.leader();
  REQUIRE(leader != 0);
  CHECK(controllers.process(leader).terminate() == 0);
  const Lines lines = lines_of(path(leader));
  CHECK(lines.size() > 3);
  for (const nlohmann::json& line : lines) {
    CHECK(line["kind"] != "raft_message_sent");
    CHECK(line["kind"] != "raft_message_received");
  }
}

}  // namespace
}  // namespace quorate::testing
