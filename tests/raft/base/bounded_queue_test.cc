#include "raft/base/bounded_queue.h"

#include <memory>
#include <thread>

#include <catch2/catch.hpp>

namespace quorate {
namespace {

using std::chrono::seconds;
constexpr seconds kLong{30};

TEST_CASE("a drain takes everything that waits in the order it came", "[base][bounded_queue]") {
  BoundedQueue<int> queue(4);
  REQUIRE(queue.push(1) == Push::kDone);
  REQUIRE(queue.push(2) == Push::kDone);
  std::vector<int> out{99};
  REQUIRE(queue.drain(out, kLong));
  CHECK(out == std::vector<int>{1, 2});
}

TEST_CASE("a full queue refuses and keeps the item with the caller", "[base][bounded_queue]") {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  REQUIRE(queue.push(std::make_unique<int>(1)) == Push::kDone);
  auto second = std::make_unique<int>(2);
  CHECK(queue.push(std::move(second)) == Push::kFull);
  REQUIRE(second != nullptr);
  CHECK(*second == 2);
}

TEST_CASE("a completion enters a full queue", "[base][bounded_queue]") {
  BoundedQueue<int> queue(1);
  REQUIRE(queue.push(1) == Push::kDone);
  CHECK(queue.push_always(2));
  CHECK(queue.size() == 2);
}

TEST_CASE("a closed queue gives out what it holds and then ends", "[base][bounded_queue]") {
  BoundedQueue<int> queue(4);
  REQUIRE(queue.push(1) == Push::kDone);
  queue.close();
  CHECK(queue.push(2) == Push::kClosed);
  std::vector<int> out;
  CHECK(queue.drain(out, kLong));
  CHECK(out == std::vector<int>{1});
  CHECK_FALSE(queue.drain(out, kLong));
}

TEST_CASE("a sleeping consumer is woken by a push", "[base][bounded_queue]") {
  BoundedQueue<int> queue(4);
  std::vector<int> out;
  std::thread consumer([&] {
    while (out.empty())
      static_cast<void>(queue.drain(out, kLong));
  });
  REQUIRE(queue.push(7) == Push::kDone);
  consumer.join();
  CHECK(out == std::vector<int>{7});
}

TEST_CASE("a consumer that looks before it sleeps loses nothing", "[base][bounded_queue]") {
  BoundedQueue<int> queue(1024, std::chrono::microseconds{50});
  constexpr int kItems = 2000;
  std::thread producer([&queue] {
    for (int i = 0; i < kItems; ++i) {
      while (queue.push(int{i}) == Push::kFull)
        std::this_thread::yield();
    }
    queue.close();
  });
  std::vector<int> batch;
  int next = 0;
  while (queue.drain(batch, kLong)) {
    for (const int item : batch)
      REQUIRE(item == next++);
  }
  producer.join();
  CHECK(next == kItems);
}

TEST_CASE("a drain comes back empty when its time is over", "[base][bounded_queue]") {
  BoundedQueue<int> queue(4);
  std::vector<int> out;
  CHECK(queue.drain(out, std::chrono::nanoseconds{1}));
  CHECK(out.empty());
  CHECK_FALSE(queue.has_waiting());
  REQUIRE(queue.push(1) == Push::kDone);
  CHECK(queue.has_waiting());
}

TEST_CASE("nothing is lost between several producers and one consumer", "[base][bounded_queue]") {
  constexpr int kPerProducer = 1000;
  BoundedQueue<int> queue(64);
  std::vector<std::thread> producers;
  for (int p = 0; p < 3; ++p) {
    producers.emplace_back([&queue] {
      for (int i = 0; i < kPerProducer; ++i) {
        while (queue.push(int{i}) == Push::kFull)
          std::this_thread::yield();
      }
    });
  }
  std::vector<int> batch;
  std::vector<int> seen(kPerProducer, 0);
  int total = 0;
  while (total < 3 * kPerProducer) {
    REQUIRE(queue.drain(batch, kLong));
    for (const int item : batch)
      ++seen[static_cast<std::size_t>(item)];
    total += static_cast<int>(batch.size());
  }
  for (auto& producer : producers)
    producer.join();
  CHECK(seen == std::vector<int>(kPerProducer, 3));
}

}  // namespace
}  // namespace quorate
