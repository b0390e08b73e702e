#include "daemon/event_stream.h"

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/daemon/free_path.h"

namespace quorate {
namespace {

using Lines = std::vector<nlohmann::json>;

constexpr std::int64_t kHourMs = 3'600'000;

std::unique_ptr<EventStream> opened(EventStreamOptions options) {
  options.node = 1;
  options.role = "controller";
  auto events = EventStream::open(std::move(options));
  REQUIRE(events.is_ok());
  return *std::move(events);
}

Lines lines_of(const std::string& text) {
  Lines lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    lines.push_back(nlohmann::json::parse(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return lines;
}

TEST_CASE("events are JSON lines whose seq has no gap", "[daemon][event_stream]") {
  const FreePath path;
  {
    auto events = EventStream::open({.path = path.text(), .node = 1, .role = "controller"});
    REQUIRE(events.is_ok());
    (*events)->emit("broker_fenced", {{"broker", 7}, {"why", "a \"b\""}});
    raft::Event event;
    event.kind = raft::EventKind::kRoleChanged;
    event.role = raft::Role::kLeader;
    event.term = {5};
    (*events)->on_event(raft::Options{}, event);
    CHECK((*events)->lines_dropped() == 0);
  }
  const std::string text = path.contents();
  CHECK(text.find("{\"v\":1,\"seq\":1,\"mono_ns\":") == 0);
  CHECK(text.find("\"node\":1,\"process\":\"controller\",\"kind\":\"broker_fenced\",\"broker\":7,"
                  "\"why\":\"a \\\"b\\\"\"}\n") != std::string::npos);
  CHECK(text.find("\n{\"v\":1,\"seq\":2,") != std::string::npos);
  CHECK(
      text.find("\"kind\":\"raft_role_changed\",\"group\":1,\"raft_role\":\"leader\",\"term\":5") !=
      std::string::npos);
}

TEST_CASE("an event stream without a path swallows events", "[daemon][event_stream]") {
  auto events = EventStream::open({});
  REQUIRE(events.is_ok());
  (*events)->emit("anything", {});
  CHECK((*events)->lines_dropped() == 0);
}

TEST_CASE("a flush and the end write out what waits whatever the pause", "[daemon][event_stream]") {
  const FreePath path;
  {
    const auto events = opened({.path = path.text(), .pause_ms = kHourMs});
    events->flush();
    for (int i = 1; i <= 3; ++i)
      events->emit("counted", {{"i", i}});
    events->flush();
    CHECK(lines_of(path.contents()).size() == 3);
    events->emit("counted", {{"i", 4}});
  }
  const Lines lines = lines_of(path.contents());
  REQUIRE(lines.size() == 4);
  for (std::size_t i = 0; i < lines.size(); ++i)
    CHECK(lines[i]["i"] == i + 1);
}

TEST_CASE("lines of many threads are in the file in the order of seq and of time",
          "[daemon][event_stream]") {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  const FreePath path;
  {
    const auto events = opened({.path = path.text(), .pause_ms = 1});
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&events, thread] {
        for (int i = 0; i < kEach; ++i)
          events->emit("counted", {{"thread", thread}, {"i", i}});
      });
    }
    for (std::thread& thread : threads)
      thread.join();
  }
  const Lines lines = lines_of(path.contents());
  REQUIRE(lines.size() == kThreads * kEach);
  std::array<int, kThreads> next{};
  for (std::size_t at = 0; at < lines.size(); ++at) {
    CHECK(lines[at]["seq"] == at + 1);
    CHECK(lines[at]["i"] == next.at(lines[at]["thread"].get<std::size_t>())++);
    const auto time = lines[at]["ts"].get<std::string>();  // 2026-01-31T12:34:56.123456Z
    CHECK(time.size() == 27);
    CHECK(time.find_first_not_of("0123456789", 20) == 26);
    if (at == 0) continue;
    CHECK(lines[at]["mono_ns"] >= lines[at - 1]["mono_ns"]);
  }
}

TEST_CASE("lines for which there is no room are dropped and the stream says how many",
          "[daemon][event_stream]") {
  // A pipe that nobody reads yet stops the writer.
  const FreePath path;
  REQUIRE(::mkfifo(path.text().c_str(), 0600) == 0);
  const int reader = ::open(path.text().c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  auto events = opened({.path = path.text(), .waiting_bytes_max = 1000, .pause_ms = 0});
  const std::string padding(1000, 'x');
  for (int i = 0; i < 10'000 && events->lines_dropped() < 10; ++i)
    events->emit("padded", {{"padding", padding}});
  REQUIRE(events->lines_dropped() == 10);

  ::fcntl(reader, F_SETFL, 0);  // from here on reading waits
  std::string text;
  std::thread drain([&] {
    std::array<char, 4096> chunk{};
    for (ssize_t got = 0; (got = ::read(reader, chunk.data(), chunk.size())) > 0;)
      text.append(chunk.data(), static_cast<std::size_t>(got));
  });
  events->flush();
  events->emit("after", {});
  events->flush();
  CHECK(events->lines_dropped() == 10);
  events.reset();
  drain.join();
  ::close(reader);

  const Lines lines = lines_of(text);
  REQUIRE(lines.size() >= 3);
  // The writer may make room, and lose it again, before the pipe is full: each gap is told.
  int told = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const bool is_note = lines[i]["kind"] == "events_dropped";
    const int count = is_note ? lines[i]["count"].get<int>() : 0;
    CHECK(lines[i]["seq"] == lines[i - 1]["seq"].get<int>() + count + 1);
    told += count;
  }
  CHECK(told == 10);
  CHECK(lines[lines.size() - 2]["kind"] == "events_dropped");
  CHECK(lines.back()["kind"] == "after");
}

TEST_CASE("what was dropped last is told at the end", "[daemon][event_stream]") {
  const FreePath path;
  {
    const auto events = opened({.path = path.text(), .waiting_bytes_max = 1, .pause_ms = kHourMs});
    events->emit("fits", {});
    events->emit("too much", {});
    events->emit("too much", {});
  }
  const Lines lines = lines_of(path.contents());
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["kind"] == "fits");
  CHECK(lines[1]["kind"] == "events_dropped");
  CHECK(lines[1]["count"] == 2);
  CHECK(lines[1]["seq"] == 4);
}

TEST_CASE("a message is told with what every message has", "[daemon][event_stream]") {
  const FreePath path;
  {
    const auto events = opened({.path = path.text()});
    raft::Event event;
    event.kind = raft::EventKind::kMessageSent;
    event.voted_for = raft::ReplicaId{{2}, {}};
    event.message = raft::MessageTrace{.type = "append_entries_result",
                                       .from = {1},
                                       .to = {2},
                                       .term = {5},
                                       .log = {{4}, {9}},
                                       .count = 3,
                                       .commit = {8},
                                       .reject = true,
                                       .hint = {{3}, {7}}};
    events->on_event(raft::Options{}, event);
  }
  const Lines lines = lines_of(path.contents());
  REQUIRE(lines.size() == 1);
  const auto& line = lines[0];
  CHECK(line["kind"] == "raft_message_sent");
  CHECK(line["vote"] == 2);
  CHECK(line["type"] == "append_entries_result");
  CHECK(line["from"] == 1);
  CHECK(line["to"] == 2);
  CHECK(line["message_term"] == 5);
  CHECK(line["log_term"] == 4);
  CHECK(line["log_index"] == 9);
  CHECK(line["entries"] == 3);
  CHECK(line["message_commit"] == 8);
  CHECK(line["reject"] == true);
  CHECK(line["hint_term"] == 3);
  CHECK(line["hint_index"] == 7);
}

}  // namespace
}  // namespace quorate
