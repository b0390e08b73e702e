// Queries wait in a bounded row and are all answered.
#include "controller/service/query_thread.h"

#include <atomic>
#include <future>

#include <catch2/catch.hpp>

namespace quorate::controller {
namespace {

TEST_CASE("queries are answered in the order in which they came", "[service][query]") {
  std::string order;
  {
    QueryThread thread;
    for (const char each : {'a', 'b', 'c'})
      REQUIRE(thread.submit([&order, each] { order += each; }).is_ok());
  }
  CHECK(order == "abc");
}

TEST_CASE("a query too many is refused and those that wait are answered to the end",
          "[service][query]") {
  std::promise<void> begun;
  std::promise<void> go_on;
  std::atomic<int> answered{0};
  {
    QueryThread thread(2);
    const auto count = [&answered] { ++answered; };
    REQUIRE(thread
                .submit([&] {
                  begun.set_value();
                  go_on.get_future().wait();
                  count();
                })
                .is_ok());
    begun.get_future().wait();
    REQUIRE(thread.submit(count).is_ok());
    REQUIRE(thread.submit(count).is_ok());
    CHECK(thread.submit(count).code() == Code::kBusy);
    go_on.set_value();
  }
  CHECK(answered == 3);
}

}  // namespace
}  // namespace quorate::controller
