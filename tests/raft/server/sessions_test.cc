#include "raft/server/sessions.h"

#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "raft/base/random.h"

namespace quorate::raft {
namespace {

constexpr SessionTime kNow{1};
constexpr SessionId kFirst{10};

SharedBytes bytes(const std::string& text) {
  return SharedBytes(text);
}

RequestStamp stamp(std::uint64_t number,
                   std::uint64_t first_unanswered = 1,
                   SessionId id = kFirst) {
  return {.session = id, .number = number, .first_unanswered = first_unanswered};
}

Sessions with_one(SessionLimits limits = {}) {
  Sessions sessions(limits);
  REQUIRE(sessions.open(kFirst, kNow) == Sessions::Opened::kDone);
  return sessions;
}

SessionVerdict verdict(Sessions& sessions, const RequestStamp& wanted, SessionTime now = kNow) {
  return sessions.admit(wanted, now).verdict;
}

void execute(Sessions& sessions, const RequestStamp& wanted, const std::string& result) {
  REQUIRE(verdict(sessions, wanted) == SessionVerdict::kExecute);
  sessions.keep(wanted, bytes(result));
}

TEST_CASE("a request is executed once and repeated with its result", "[server][sessions][R43]") {
  Sessions sessions = with_one();
  execute(sessions, stamp(1), "one");
  for (int i = 0; i < 3; ++i) {
    const auto answer = sessions.admit(stamp(1), kNow);
    CHECK(answer.verdict == SessionVerdict::kRepeat);
    CHECK(answer.result.view() == "one");
  }
}

TEST_CASE("numbers of one session may arrive in any order", "[server][sessions][R43]") {
  Sessions sessions = with_one();
  for (const std::uint64_t number : {3U, 1U, 2U})
    execute(sessions, stamp(number), std::to_string(number));
  for (const std::uint64_t number : {1U, 2U, 3U})
    CHECK(sessions.admit(stamp(number), kNow).result.view() == std::to_string(number));
}

TEST_CASE("an answered number is forgotten and never executed again", "[server][sessions][R43]") {
  Sessions sessions = with_one();
  execute(sessions, stamp(1), "one");
  execute(sessions, stamp(2, /*first_unanswered=*/2), "two");
  CHECK(verdict(sessions, stamp(1)) == SessionVerdict::kStale);
  CHECK(verdict(sessions, stamp(2, 2)) == SessionVerdict::kRepeat);
}

TEST_CASE("a number that was given up is fenced by a later request", "[server][sessions][R43]") {
  Sessions sessions = with_one();
  execute(sessions, stamp(2, /*first_unanswered=*/2), "two");
  CHECK(verdict(sessions, stamp(1)) == SessionVerdict::kStale);
}

TEST_CASE("an old copy of a request does not bring the window back", "[server][sessions]") {
  Sessions sessions = with_one();
  execute(sessions, stamp(5, 5), "five");
  CHECK(verdict(sessions, stamp(5, 1)) == SessionVerdict::kRepeat);
  CHECK(verdict(sessions, stamp(4, 1)) == SessionVerdict::kStale);
}

TEST_CASE("a session that was never opened or was closed executes nothing", "[server][sessions]") {
  Sessions sessions = with_one();
  CHECK(verdict(sessions, stamp(1, 1, SessionId{11})) == SessionVerdict::kUnknownSession);
  sessions.close(kFirst, kNow);
  sessions.close(kFirst, kNow);
  CHECK(verdict(sessions, stamp(1)) == SessionVerdict::kUnknownSession);
  CHECK(sessions.size() == 0);
}

TEST_CASE("a malformed stamp is refused and changes nothing", "[server][sessions]") {
  Sessions sessions = with_one();
  const std::string before = sessions.encode();
  CHECK(verdict(sessions, stamp(0, 0)) == SessionVerdict::kRefused);
  CHECK(verdict(sessions, stamp(1, 0)) == SessionVerdict::kRefused);
  CHECK(verdict(sessions, stamp(1, 2)) == SessionVerdict::kRefused);
  CHECK(sessions.encode() == before);
}

TEST_CASE("every bound refuses and nothing is thrown out for it", "[server][sessions]") {
  Sessions sessions = with_one({.sessions_max = 2, .window_max = 3, .kept_bytes_max = 10});
  REQUIRE(sessions.open({11}, kNow) == Sessions::Opened::kDone);
  CHECK(sessions.open({12}, kNow) == Sessions::Opened::kFull);
  CHECK(verdict(sessions, stamp(4)) == SessionVerdict::kRefused);
  execute(sessions, stamp(1), "a result of 21 bytes.");
  CHECK(verdict(sessions, stamp(2)) == SessionVerdict::kRefused);
  CHECK(verdict(sessions, stamp(1)) == SessionVerdict::kRepeat);
  execute(sessions, stamp(2, /*first_unanswered=*/2), "two");
  execute(sessions, stamp(4, 2), "four");
  CHECK(verdict(sessions, stamp(5, 2)) == SessionVerdict::kRefused);
}

TEST_CASE("only a session that was not used for too long expires", "[server][sessions]") {
  Sessions sessions = with_one({.expiry = 100});
  REQUIRE(sessions.open({11}, {1}) == Sessions::Opened::kDone);
  CHECK(verdict(sessions, stamp(1, 1, {11}), {60}) == SessionVerdict::kExecute);
  sessions.advance({101});
  CHECK(sessions.size() == 2);
  sessions.advance({102});
  CHECK(sessions.size() == 1);
  CHECK(verdict(sessions, stamp(1), {102}) == SessionVerdict::kUnknownSession);
  CHECK(verdict(sessions, stamp(1, 1, {11}), {160}) == SessionVerdict::kExecute);
}

TEST_CASE("time that falls back neither expires nor revives", "[server][sessions]") {
  Sessions sessions = with_one({.expiry = 100});
  sessions.advance({50});
  CHECK(verdict(sessions, stamp(1), {2}) == SessionVerdict::kExecute);
  sessions.advance({150});
  CHECK(sessions.size() == 1);
  sessions.advance({151});
  CHECK(sessions.size() == 0);
}

TEST_CASE("an expired session makes room for a new one", "[server][sessions]") {
  Sessions sessions = with_one({.sessions_max = 1, .expiry = 10});
  CHECK(sessions.open({20}, {11}) == Sessions::Opened::kFull);
  CHECK(sessions.open({21}, {12}) == Sessions::Opened::kDone);
}

TEST_CASE("what is decoded is what was encoded", "[server][sessions][R43]") {
  const SessionLimits limits{.expiry = 1000};
  Sessions sessions = with_one(limits);
  REQUIRE(sessions.open({11}, {5}) == Sessions::Opened::kDone);
  execute(sessions, stamp(1), "one");
  execute(sessions, stamp(3), "");
  auto copy = Sessions::decode(sessions.encode(), limits);
  REQUIRE(copy.is_ok());
  CHECK(copy->encode() == sessions.encode());
  CHECK(copy->admit(stamp(1), kNow).result.view() == "one");
  CHECK(verdict(*copy, stamp(2)) == SessionVerdict::kExecute);
}

TEST_CASE("a table of other limits or a newer format is told apart", "[server][sessions]") {
  std::string encoded = with_one().encode();
  CHECK(Sessions::decode(encoded, {.expiry = 1}).status().code() == Code::kFailedPrecondition);
  encoded[0] = 9;
  CHECK(Sessions::decode(encoded, {}).status().code() == Code::kUnsupported);
}

TEST_CASE("damaged bytes are refused or decode to something whole", "[server][sessions]") {
  const SessionLimits limits{.window_max = 8, .expiry = 1000};
  Sessions sessions = with_one(limits);
  for (std::uint64_t number = 1; number <= 5; ++number)
    execute(sessions, stamp(number), std::string(number, 'x'));
  const std::string good = sessions.encode();
  for (std::size_t length = 0; length < good.size(); ++length)
    CHECK_FALSE(Sessions::decode(std::string_view(good).substr(0, length), limits).is_ok());
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string damaged = good;
    for (std::uint64_t flips = random.between(1, 3); flips > 0; --flips)
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
    const auto decoded = Sessions::decode(damaged, limits);
    if (decoded.is_ok()) CHECK(decoded->encode() == damaged);
  }
}

}  // namespace
}  // namespace quorate::raft
