// The models of time, network and disk do what they say.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "raft/testing/event_heap.h"
#include "raft/testing/sim_disk.h"
#include "raft/testing/sim_network.h"

namespace quorate::raft::testing {
namespace {

constexpr GroupId kGroup{1};

ReplicaId replica(std::uint64_t node) {
  return {NodeId{node}, Incarnation{1, node}};
}

Message heartbeat(std::uint64_t from, std::uint64_t to, std::uint64_t round) {
  return {.from = replica(from), .to = replica(to), .body = Heartbeat{.round = round}};
}

PersistBatch batch(std::uint64_t index) {
  return {.seq = index,
          .group = kGroup,
          .hard_state = HardState{Term{1}, std::nullopt},
          .entries = {make_entry({Term{1}, Index{index}}, EntryKind::kNoop, {})}};
}

// A network of three whose deliveries are written down.
struct Wired {
  explicit Wired(const NetworkFaults& faults)
      : network(3, faults, heap, Random(5), [this](const SentMessage& message, SimTime) {
          rounds.push_back(std::get<Heartbeat>(message->body).round);
        }) {}
  void run() {
    while (!heap.empty()) {
      heap.run_next();
    }
  }
  EventHeap heap{Random(4)};
  std::vector<std::uint64_t> rounds;
  SimNetwork network;
};

TEST_CASE("actions run in the order of their time", "[sim][heap]") {
  EventHeap heap(Random(1));
  std::string order;
  heap.after(20, [&] { order += 'b'; });
  heap.after(10, [&] { order += 'a'; });
  heap.after(30, [&] { order += 'c'; });
  while (!heap.empty()) {
    heap.run_next();
  }
  CHECK(order == "abc");
  CHECK(heap.now() == 30);
}

TEST_CASE("the seed decides between actions of one moment", "[sim][heap]") {
  const auto order_of = [](std::uint64_t seed) {
    EventHeap heap{Random(seed)};
    std::string order;
    for (char name = 'a'; name < 'i'; ++name) {
      heap.after(10, [&order, name] { order += name; });
    }
    while (!heap.empty()) {
      heap.run_next();
    }
    return order;
  };
  CHECK(order_of(1) == order_of(1));
  CHECK(order_of(1) != order_of(2));
}

TEST_CASE("a cut stops one direction alone", "[sim][network]") {
  Wired wired{NetworkFaults{}};
  wired.network.cut(1, 2);
  wired.network.send(heartbeat(1, 2, 7));
  wired.network.send(heartbeat(2, 1, 8));
  wired.run();
  CHECK(wired.rounds == std::vector<std::uint64_t>{8});
}

TEST_CASE("a cut catches what is under way", "[sim][network]") {
  Wired wired{NetworkFaults{}};
  wired.network.send(heartbeat(1, 2, 7));
  wired.network.cut(1, 2);
  wired.run();
  CHECK(wired.rounds.empty());
}

TEST_CASE("a link in order keeps the order", "[sim][network]") {
  Wired wired{NetworkFaults{.delay_max = kSecond, .in_order = true}};
  for (std::uint64_t round = 1; round <= 50; ++round) {
    wired.network.send(heartbeat(1, 2, round));
  }
  wired.run();
  CHECK(std::is_sorted(wired.rounds.begin(), wired.rounds.end()));
  CHECK(wired.rounds.size() == 50);
}

TEST_CASE("loss and duplication lose and duplicate", "[sim][network]") {
  Wired lossy{NetworkFaults{.loss_permille = 500}};
  Wired doubling{NetworkFaults{.duplicate_permille = 500}};
  for (std::uint64_t round = 1; round <= 200; ++round) {
    lossy.network.send(heartbeat(1, 2, round));
    doubling.network.send(heartbeat(1, 2, round));
  }
  lossy.run();
  doubling.run();
  CHECK(lossy.rounds.size() < 150);
  CHECK(lossy.rounds.size() > 50);
  CHECK(doubling.rounds.size() > 250);
}

TEST_CASE("what was sent can be sent again", "[sim][network]") {
  Wired wired{NetworkFaults{}};
  CHECK(wired.network.draw_old_message() == nullptr);
  wired.network.send(heartbeat(1, 2, 7));
  const auto old = wired.network.draw_old_message();
  REQUIRE(old);
  wired.network.inject(old, kSecond);
  wired.run();
  CHECK(wired.rounds == std::vector<std::uint64_t>{7, 7});
}

TEST_CASE("nothing is durable before its sync ends", "[sim][disk]") {
  SimDisk disk(kGroup, {.voters = {replica(1)}}, {});
  disk.submit(batch(1));
  REQUIRE(disk.begin_sync());
  disk.submit(batch(2));
  CHECK_FALSE(disk.begin_sync());
  CHECK(disk.recover()->last == Index{0});
  CHECK(disk.finish_sync()->size() == 1);
  CHECK(disk.recover()->last == Index{1});
  CHECK(disk.outstanding() == 1);
}

TEST_CASE("a crash keeps a prefix of what is outstanding", "[sim][disk]") {
  for (std::uint64_t kept = 0; kept <= 3; ++kept) {
    SimDisk disk(kGroup, {.voters = {replica(1)}}, {});
    for (std::uint64_t index = 1; index <= 3; ++index) {
      disk.submit(batch(index));
      if (index == 2) REQUIRE(disk.begin_sync());
    }
    CHECK(disk.crash(kept)->size() == kept);
    CHECK(disk.recover()->last == Index{kept});
    CHECK(disk.outstanding() == 0);
  }
}

}  // namespace
}  // namespace quorate::raft::testing
