#include "raft/transport/send_queue.h"

#include <catch2/catch.hpp>

#include "raft/transport/backoff.h"
#include "raft/transport/frame_codec.h"
#include "tests/raft/transport/sample_messages.h"

namespace quorate::raft {

TEST_CASE("a queue refuses what goes beyond its messages", "[raft][transport][send_queue]") {
  SendQueue queue(3, 1U << 20U);
  for (std::uint64_t round = 1; round <= 3; ++round)
    CHECK(queue.push(heartbeat(1, 2, round)));
  CHECK_FALSE(queue.push(heartbeat(1, 2, 4)));
  const std::vector<SendQueue::Item> taken = queue.take(SIZE_MAX);
  REQUIRE(taken.size() == 3);
  CHECK((std::get<Message>(taken.front()) == heartbeat(1, 2, 1)));
  CHECK((std::get<Message>(taken.back()) == heartbeat(1, 2, 3)));
  CHECK(queue.bytes() == 0);
}

TEST_CASE("a queue refuses what goes beyond its bytes but takes one of any size",
          "[raft][transport][send_queue]") {
  SendQueue queue(100, 1000);
  CHECK(queue.push(message_of(1, 2, sample_append(5000))));
  CHECK_FALSE(queue.push(heartbeat(1, 2, 1)));
  CHECK(queue.take(1).size() == 1);
  CHECK(queue.push(heartbeat(1, 2, 1)));
}

TEST_CASE("a frame holds what fits and at least one message", "[raft][transport][send_queue]") {
  SendQueue queue(100, 1U << 20U);
  for (int i = 0; i < 4; ++i)
    CHECK(queue.push(message_of(1, 2, sample_append(1000))));
  const std::size_t bytes = message_bytes(message_of(1, 2, sample_append(1000)));
  CHECK(queue.take(2 * bytes).size() == 2);
  CHECK(queue.take(0).size() == 1);
  CHECK(queue.clear() == 1);
  CHECK(queue.empty());
}

TEST_CASE("a backoff starts at once and doubles to its bound", "[raft][transport][backoff]") {
  Backoff backoff(10, 80, Random(1));
  CHECK(backoff.next_ns() == 0);
  for (const std::int64_t wait : {10, 20, 40, 80, 80}) {
    const std::int64_t drawn = backoff.next_ns();
    CHECK(drawn >= wait / 2);
    CHECK(drawn <= wait);
  }
  backoff.reset();
  CHECK(backoff.next_ns() == 0);
}

}  // namespace quorate::raft
