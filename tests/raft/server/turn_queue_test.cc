#include "raft/server/turn_queue.h"

#include <cstdint>
#include <optional>
#include <vector>

#include <catch2/catch.hpp>

namespace quorate::raft {
namespace {

using Keys = std::vector<int>;

TEST_CASE("whoever was woken has one turn however often it was woken", "[server][turn_queue]") {
  TurnQueue<int> queue;
  queue.wake(2);
  queue.wake(1);
  queue.wake(2);
  CHECK(queue.has_ready());
  CHECK(queue.take_ready(0) == Keys{2, 1});
  CHECK(queue.take_ready(0).empty());
}

TEST_CASE("whoever was woken during its own turn is ready again", "[server][turn_queue][P112]") {
  TurnQueue<int> queue;
  queue.wake(1);
  REQUIRE(queue.take_ready(0) == Keys{1});
  queue.wake(1);
  queue.rest(1, std::nullopt);  // its turn ends: what woke it came behind
  CHECK(queue.take_ready(0) == Keys{1});
}

TEST_CASE("a turn comes when its time has come and once", "[server][turn_queue]") {
  TurnQueue<int> queue;
  queue.rest(1, 100);
  queue.rest(2, 50);
  CHECK(queue.next_due_ns() == 50);
  CHECK(queue.take_ready(49).empty());
  CHECK(queue.take_ready(100) == Keys{2, 1});
  CHECK(queue.take_ready(1000).empty());
  CHECK(queue.next_due_ns() == std::nullopt);
}

TEST_CASE("those whose times are close have their turns together and none of them early",
          "[server][turn_queue][P111]") {
  TurnQueue<int> queue(/*grain_ns=*/10);
  queue.rest(1, 91);
  queue.rest(2, 99);
  queue.rest(3, 100);
  queue.rest(4, 101);
  CHECK(queue.next_due_ns() == 100);
  CHECK(queue.take_ready(99).empty());
  CHECK(queue.take_ready(100) == Keys{1, 2, 3});
  CHECK(queue.take_ready(110) == Keys{4});
}

TEST_CASE("whoever is woken does not wait for its time as well", "[server][turn_queue]") {
  TurnQueue<int> queue;
  queue.rest(1, 100);
  queue.wake(1);
  CHECK(queue.take_ready(0) == Keys{1});
  CHECK(queue.take_ready(1000).empty());
}

TEST_CASE("a new time takes the place of the old one", "[server][turn_queue]") {
  TurnQueue<int> queue;
  queue.rest(1, 100);
  queue.rest(1, 200);
  CHECK(queue.take_ready(150).empty());
  CHECK(queue.take_ready(200) == Keys{1});
}

TEST_CASE("whoever is forgotten has no turn any more", "[server][turn_queue]") {
  TurnQueue<int> queue;
  queue.wake(1);
  queue.rest(2, 100);
  queue.forget(1);
  queue.forget(2);
  queue.forget(3);
  CHECK(queue.take_ready(1000).empty());
}

TEST_CASE("a round is the work of those who are ready alone", "[server][turn_queue][P111]") {
  constexpr int kGroups = 10'000;
  TurnQueue<int> queue;
  for (int group = 0; group < kGroups; ++group)
    queue.rest(group, std::nullopt);
  std::size_t turns = 0;
  for (std::int64_t now = 0; now < 1'000'000; now += 1000) {
    queue.wake(17);
    turns += queue.take_ready(now).size();
    queue.rest(17, std::nullopt);
  }
  CHECK(turns == 1000);
}

}  // namespace
}  // namespace quorate::raft
