#include "broker-stub/net/wake_up.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>
#include <catch2/catch.hpp>

#include "broker-stub/net/buffer_budget.h"

namespace quorate::broker {

namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;

}  // namespace

TEST_CASE("a signal before the wait ends the wait", "[broker][wake_up]") {
  asio::io_context io;
  const WakeUp wake_up(io.get_executor());
  wake_up.wake();
  wake_up.wake();
  auto woken = asio::co_spawn(io, wake_up.wait_for(hours(1)), asio::use_future);
  io.run();
  CHECK(woken.get());
}

TEST_CASE("a signal during the wait ends the wait", "[broker][wake_up]") {
  asio::io_context io;
  const WakeUp wake_up(io.get_executor());
  auto woken = asio::co_spawn(io, wake_up.wait_for(hours(1)), asio::use_future);
  io.poll();
  const WakeUp copy = wake_up;
  copy.wake();
  io.run();
  CHECK(woken.get());
}

TEST_CASE("a wait without a signal ends at its deadline", "[broker][wake_up]") {
  asio::io_context io;
  const WakeUp wake_up(io.get_executor());
  auto woken = asio::co_spawn(io, wake_up.wait_for(nanoseconds(0)), asio::use_future);
  io.run();
  CHECK_FALSE(woken.get());
}

TEST_CASE("a signal is taken by one wait only", "[broker][wake_up]") {
  asio::io_context io;
  const WakeUp wake_up(io.get_executor());
  wake_up.wake();
  const auto twice = [](WakeUp copy) -> asio::awaitable<int> {
    int woken = 0;
    if (co_await copy.wait_for(hours(1))) ++woken;
    if (co_await copy.wait_for(nanoseconds(0))) ++woken;
    co_return woken;
  };
  auto woken = asio::co_spawn(io, twice(wake_up), asio::use_future);
  io.run();
  CHECK(woken.get() == 1);
}

TEST_CASE("the budget is given in the order of asking", "[broker][buffer_budget]") {
  asio::io_context io;
  BufferBudget budget(10);
  std::string order;
  const auto take = [&](std::size_t bytes, char name) -> asio::awaitable<void> {
    const BufferBudget::Lease lease = co_await budget.take(bytes);
    order.push_back(name);
  };
  auto all = std::make_unique<BufferBudget::Lease>();
  const auto take_all = [&]() -> asio::awaitable<void> { *all = co_await budget.take(10); };
  asio::co_spawn(io, take_all(), asio::detached);
  asio::co_spawn(io, take(9, 'a'), asio::detached);
  asio::co_spawn(io, take(1, 'b'), asio::detached);  // would fit beside, but not before, a
  io.poll();
  CHECK(order.empty());
  CHECK(budget.bytes_taken() == 10);
  all.reset();
  io.restart();
  io.run();
  CHECK(order == "ab");
  CHECK(budget.bytes_taken() == 0);
}

TEST_CASE("a lease that moves is given back once", "[broker][buffer_budget]") {
  asio::io_context io;
  BufferBudget budget(10);
  const auto take = [&]() -> asio::awaitable<void> {
    BufferBudget::Lease lease = co_await budget.take(4);
    BufferBudget::Lease moved = std::move(lease);
    BufferBudget::Lease other = co_await budget.take(3);
    other = std::move(moved);
    CHECK(budget.bytes_taken() == 4);
  };
  asio::co_spawn(io, take(), asio::detached);
  io.run();
  CHECK(budget.bytes_taken() == 0);
}

}  // namespace quorate::broker
