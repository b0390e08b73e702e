// Reads that wait: on a leader for a heartbeat round, elsewhere for the leader's answer.
//
// A leader's read moves
//
//   open ──(a round begins after it arrived)──▶ in a round ──(a quorum answered)──▶ granted
//
// A round's number is the leader's own, rises within its term, and is never taken from anyone
// else (P94); a read joins only rounds that begin after it arrived (P95).
//
// Owner: the Leader role (ReadRounds), the Follower role (ForwardedReads). Thread: the driver's.
// Source: Ongaro's dissertation §6.4.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "raft/core/ready.h"
#include "raft/core/types.h"

namespace quorate::raft {

// Another replica that waits for a read index, and its number for the question.
struct ReadAsker {
  ReplicaId replica;
  std::uint64_t request = 0;
};

// Reads that share their fate.
struct ReadGroup {
  std::uint64_t round = 0;
  Index index;  // to be granted
  std::vector<ReadToken> tokens;
  std::vector<ReadAsker> askers;
  [[nodiscard]] bool empty() const { return tokens.empty() && askers.empty(); }
  [[nodiscard]] std::size_t size() const { return tokens.size() + askers.size(); }
};

class ReadRounds {
 public:
  void add(ReadToken token) { open_.tokens.push_back(token); }
  void add(ReadAsker asker) { open_.askers.push_back(asker); }

  [[nodiscard]] bool has_open() const { return !open_.empty(); }
  // How many reads wait.
  [[nodiscard]] std::size_t size() const;

  // Round `round` begins now: everything open will be granted `commit` by it. Requires has_open().
  void begin(std::uint64_t round, Index commit);
  // A quorum answered `round`: all that waited for it or an earlier one.
  [[nodiscard]] std::vector<ReadGroup> confirm(std::uint64_t round);
  // Everything that waits; nothing does afterwards.
  [[nodiscard]] std::vector<ReadGroup> drain();

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(open_, begun_);
  }

 private:
  ReadGroup open_;
  std::deque<ReadGroup> begun_;  // ascending rounds
};

// Reads of a follower or learner:
//
//   unsent ──▶ sent ──(answered with an index)──▶ granted, at once or held until
//                                                 our own commit index has reached it
//
// Whoever carries reads out then waits only for what is committed here already; a replica that
// stops being told what is committed, because it was removed, refuses in the end (P97).
class ForwardedReads {
 public:
  void add(ReadToken token, ReadMode mode) { unsent(mode).push_back(token); }

  [[nodiscard]] bool has_unsent(ReadMode mode) const {
    return !unsent_[static_cast<std::size_t>(mode)].empty();
  }
  // How many reads wait.
  [[nodiscard]] std::size_t size() const;

  // All unsent reads of `mode` leave as `request`, to be given up at tick `deadline`.
  void send(ReadMode mode, std::uint64_t request, std::uint64_t deadline);
  // The reads of `request`; none when it is unknown or was answered.
  [[nodiscard]] std::vector<ReadToken> answer(std::uint64_t request);
  // Answered reads wait for our commit index to reach `index`, until tick `deadline`.
  void hold(Index index, std::uint64_t deadline, std::vector<ReadToken> tokens);
  // Those whose index `commit` has reached.
  [[nodiscard]] std::vector<ReadGroup> release(Index commit);
  // The reads whose deadline is not after `now`.
  [[nodiscard]] std::vector<ReadToken> expire(std::uint64_t now);
  [[nodiscard]] std::vector<ReadToken> drain();

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(unsent_[0], unsent_[1], sent_, held_);
  }

 private:
  struct Sent {
    std::uint64_t request;
    std::uint64_t deadline;
    std::vector<ReadToken> tokens;
  };

  struct Held {
    Index index;
    std::uint64_t deadline;
    std::vector<ReadToken> tokens;
  };

  std::vector<ReadToken>& unsent(ReadMode mode) { return unsent_[static_cast<std::size_t>(mode)]; }

  std::array<std::vector<ReadToken>, 2> unsent_;  // by mode
  std::deque<Sent> sent_;                         // ascending deadlines
  std::vector<Held> held_;  // few: one for each answer that came before its commit index
};

}  // namespace quorate::raft
