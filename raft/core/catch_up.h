// Whether a learner keeps up well enough to vote: rounds of replication (dissertation §4.2.1).
//
// A round ends when the learner holds everything that was in our log when the round began. As long
// as a round takes longer than an election timeout the learner is too far behind, or too slow: with
// its vote needed, the group could stand still for that long. Each round is shorter than the one
// before, because there is less to copy.
// Owner: the Leader role. Thread: the driver's.
#pragma once

#include <cstdint>

#include "raft/core/types.h"

namespace quorate::raft {

class CatchUp {
 public:
  // The first round begins at tick `now`, with our log ending at `last`.
  CatchUp(ReplicaId learner, Index last, std::uint64_t now)
      : learner_(learner), round_end_(last), round_began_(now) {}

  [[nodiscard]] const ReplicaId& learner() const { return learner_; }
  [[nodiscard]] bool is_done() const { return is_done_; }
  // What it has to hold for the round to end.
  [[nodiscard]] Index round_end() const { return round_end_; }

  // The learner durably holds our log, which ends at `last`, up to `match`. Once done, it stays so.
  void on_match(Index match, Index last, std::uint64_t now, std::uint64_t round_ticks_max) {
    if (is_done_ || match < round_end_) return;
    // Whoever holds all that there is ends the next round in the moment in which it begins.
    is_done_ = now - round_began_ <= round_ticks_max || match >= last;
    round_end_ = last;
    round_began_ = now;
  }

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(learner_, round_end_, round_began_, is_done_);
  }

 private:
  ReplicaId learner_;
  Index round_end_;
  std::uint64_t round_began_;
  bool is_done_ = false;
};

}  // namespace quorate::raft
