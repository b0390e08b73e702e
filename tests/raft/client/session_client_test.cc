#include "raft/client/session_client.h"

#include <deque>
#include <map>

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "raft/server/sessions.h"

namespace quorate::raft {
namespace {

constexpr SessionId kSession{3};

TEST_CASE("requests are numbered from one and carry the oldest open number", "[client][session]") {
  SessionClient client(kSession, /*window_max=*/8);
  REQUIRE(client.begin() == 1U);
  REQUIRE(client.begin() == 2U);
  CHECK(client.stamp(2) == RequestStamp{kSession, 2, 1});
  CHECK(client.stamp(1) == RequestStamp{kSession, 1, 1});
  CHECK(client.on_attempt(1, Attempt::kAnswered) == Ending::kCommitted);
  REQUIRE(client.begin() == 3U);
  CHECK(client.stamp(3) == RequestStamp{kSession, 3, 2});
}

TEST_CASE("no more requests are open than the window allows", "[client][session]") {
  SessionClient client(kSession, /*window_max=*/2);
  const auto first = client.begin();
  const auto second = client.begin();
  CHECK_FALSE(client.begin());
  static_cast<void>(client.stamp(*second));
  REQUIRE(client.on_attempt(*second, Attempt::kAnswered));
  CHECK_FALSE(client.begin());  // the state machine counts from the first
  static_cast<void>(client.stamp(*first));
  REQUIRE(client.on_attempt(*first, Attempt::kAnswered));
  CHECK(client.begin() == 3U);
}

TEST_CASE("a rejected attempt after an unknown one leaves the request in doubt",
          "[client][session][R43]") {
  SessionClient client(kSession, 8);
  const auto number = client.begin();
  static_cast<void>(client.stamp(*number));
  CHECK_FALSE(client.on_attempt(*number, Attempt::kUnknown));
  static_cast<void>(client.stamp(*number));
  CHECK_FALSE(client.on_attempt(*number, Attempt::kRejected));
  CHECK(client.give_up(*number) == Ending::kUnknown);
}

TEST_CASE("a request whose attempts were all rejected is rejected", "[client][session][R43]") {
  SessionClient client(kSession, 8);
  const auto number = client.begin();
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(client.stamp(*number));
    CHECK_FALSE(client.on_attempt(*number, Attempt::kRejected));
  }
  CHECK(client.give_up(*number) == Ending::kRejected);
}

TEST_CASE("an attempt under way is in doubt", "[client][session][R43]") {
  SessionClient client(kSession, 8);
  const auto number = client.begin();
  static_cast<void>(client.stamp(*number));
  CHECK(client.give_up(*number) == Ending::kUnknown);
}

TEST_CASE("a lost session ends requests and lets no new one begin", "[client][session][R43]") {
  SessionClient client(kSession, 8);
  const auto sure = client.begin();
  const auto doubtful = client.begin();
  static_cast<void>(client.stamp(*doubtful));
  CHECK_FALSE(client.on_attempt(*doubtful, Attempt::kUnknown));
  static_cast<void>(client.stamp(*doubtful));
  CHECK(client.on_attempt(*doubtful, Attempt::kUnknownSession) == Ending::kUnknown);
  static_cast<void>(client.stamp(*sure));
  CHECK(client.on_attempt(*sure, Attempt::kUnknownSession) == Ending::kRejected);
  CHECK(client.is_lost());
  CHECK_FALSE(client.begin());
}

// A log that may take an attempt twice, late or not at all, in front of a table of sessions.
class LossyLog {
 public:
  LossyLog(Sessions& sessions, Random& random) : sessions_(sessions), random_(random) {}

  Attempt send(const RequestStamp& stamp) {
    const std::uint64_t fate = random_.below(10);
    if (fate == 0) return Attempt::kRejected;
    if (fate == 1) return Attempt::kUnknown;  // lost
    if (fate == 2) {
      late_.push_back(stamp);
      return Attempt::kUnknown;
    }
    const Attempt answer = apply(stamp);
    if (fate == 3) late_.push_back(stamp);  // once more, later
    return fate == 4 ? Attempt::kUnknown : answer;
  }
  void deliver_late() {
    while (!late_.empty() && random_.chance(1, 2)) {
      static_cast<void>(apply(late_.front()));
      late_.pop_front();
    }
  }
  [[nodiscard]] int times(std::uint64_t number) { return executed_[number]; }

 private:
  Attempt apply(const RequestStamp& stamp) {
    const auto answer = sessions_.admit(stamp, {1});
    if (answer.verdict == SessionVerdict::kExecute) {
      ++executed_[stamp.number];
      sessions_.keep(stamp, SharedBytes(std::to_string(stamp.number)));
      return Attempt::kAnswered;
    }
    if (answer.verdict != SessionVerdict::kRepeat) return Attempt::kRejected;
    CHECK(answer.result.view() == std::to_string(stamp.number));
    return Attempt::kAnswered;
  }

  Sessions& sessions_;
  Random& random_;
  std::deque<RequestStamp> late_;
  std::map<std::uint64_t, int> executed_;
};

TEST_CASE("an answered request took effect once and a rejected one never",
          "[client][session][R43]") {
  int unknown = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    Random random(seed);
    Sessions sessions;
    REQUIRE(sessions.open(kSession, {1}) == Sessions::Opened::kDone);
    LossyLog log(sessions, random);
    SessionClient client(kSession, 4);
    std::map<std::uint64_t, Ending> endings;
    for (int i = 0; i < 50; ++i) {
      const auto number = client.begin();
      REQUIRE(number);
      std::optional<Ending> ending;
      for (std::uint64_t tries = random.between(1, 4); tries > 0 && !ending; --tries) {
        ending = client.on_attempt(*number, log.send(client.stamp(*number)));
        log.deliver_late();
      }
      endings[*number] = ending ? *ending : client.give_up(*number);
    }
    log.deliver_late();
    for (const auto& [number, ending] : endings) {
      CHECK(log.times(number) <= 1);
      if (ending != Ending::kUnknown) CHECK(log.times(number) == (ending == Ending::kCommitted));
      unknown += ending == Ending::kUnknown;
    }
  }
  CHECK(unknown > 0);
}

}  // namespace
}  // namespace quorate::raft
