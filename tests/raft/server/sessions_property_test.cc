// Sessions beside a model that never forgets anything.
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "raft/base/random.h"
#include "raft/server/sessions.h"

namespace quorate::raft {
namespace {

constexpr SessionLimits kLimits{
    .sessions_max = 4, .window_max = 6, .kept_bytes_max = 40, .expiry = 50};

// Every number with its result, for ever; what is kept is computed from that.
class NaiveSessions {
 public:
  bool open(std::uint64_t id, std::uint64_t now) {
    expire(now);
    if (sessions_.size() >= kLimits.sessions_max) return false;
    sessions_[id].last_used = now_;
    return true;
  }
  void close(std::uint64_t id, std::uint64_t now) {
    expire(now);
    sessions_.erase(id);
  }
  Sessions::Answer admit(const RequestStamp& stamp, std::uint64_t now) {
    expire(now);
    const auto found = sessions_.find(stamp.session.value);
    if (found == sessions_.end()) return {SessionVerdict::kUnknownSession, {}};
    Session& session = found->second;
    session.last_used = now_;
    session.first = std::max(session.first, stamp.first_unanswered);
    if (stamp.number < session.first) return {SessionVerdict::kStale, {}};
    const auto result = session.results.find(stamp.number);
    if (result != session.results.end()) return {SessionVerdict::kRepeat, result->second};
    std::size_t kept = 0;
    for (const auto& [number, bytes] : session.results) {
      if (number >= session.first) kept += bytes.size();
    }
    const bool refused =
        kept >= kLimits.kept_bytes_max || stamp.number >= session.first + kLimits.window_max;
    return {refused ? SessionVerdict::kRefused : SessionVerdict::kExecute, {}};
  }
  void keep(const RequestStamp& stamp, const SharedBytes& result) {
    sessions_.at(stamp.session.value).results[stamp.number] = result;
  }
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }

 private:
  struct Session {
    std::uint64_t last_used = 0;
    std::uint64_t first = 1;
    std::map<std::uint64_t, SharedBytes> results;
  };
  void expire(std::uint64_t now) {
    now_ = std::max(now_, now);
    std::erase_if(sessions_,
                  [this](const auto& one) { return now_ - one.second.last_used > kLimits.expiry; });
  }

  std::uint64_t now_ = 0;
  std::map<std::uint64_t, Session> sessions_;
};

// One random life of a table and of the model; snapshots at random moments.
void run(std::uint64_t seed) {
  INFO("seed " << seed);
  Random random(seed);
  Sessions sessions(kLimits);
  NaiveSessions naive;
  std::set<std::pair<std::uint64_t, std::uint64_t>> executed;
  std::uint64_t index = 0;
  std::uint64_t now = 0;
  std::vector<std::uint64_t> ids = {1};
  for (int step = 0; step < 400; ++step) {
    ++index;
    now = random.chance(1, 20) ? now + random.below(60) : now + random.below(3);
    const std::uint64_t seen = random.chance(1, 10) ? now / 2 : now;  // another's older time
    const std::uint64_t id =
        ids[ids.size() - 1 - random.below(std::min<std::size_t>(5, ids.size()))];
    const std::uint64_t what = random.below(100);
    if (what < 5) {
      ids.push_back(index);
      CHECK(naive.open(index, seen) == (sessions.open({index}, {seen}) == Sessions::Opened::kDone));
    } else if (what < 7) {
      naive.close(id, seen);
      sessions.close({id}, {seen});
    } else if (what < 10) {
      auto decoded = Sessions::decode(sessions.encode(), kLimits);
      REQUIRE(decoded.is_ok());
      REQUIRE(decoded->encode() == sessions.encode());
      sessions = std::move(decoded).value();
    } else {
      const std::uint64_t number = random.between(1, 1 + static_cast<std::uint64_t>(step) / 10);
      const RequestStamp stamp{{id}, number, random.between(number > 4 ? number - 4 : 1, number)};
      const auto expected = naive.admit(stamp, seen);
      const auto answer = sessions.admit(stamp, {seen});
      REQUIRE(to_string(answer.verdict) == to_string(expected.verdict));
      CHECK(answer.result == expected.result);
      if (answer.verdict == SessionVerdict::kExecute) {
        CHECK(executed.emplace(id, number).second);
        const SharedBytes result(std::string(random.below(15), 'r'));
        sessions.keep(stamp, result);
        naive.keep(stamp, result);
      }
    }
    REQUIRE(sessions.size() == naive.size());
  }
}

TEST_CASE("a table of sessions does what one that forgets nothing does",
          "[server][sessions][R43]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed)
    run(seed);
}

}  // namespace
}  // namespace quorate::raft
