// Proposals that a follower or learner passes on to its leader, on both sides.
//
//   asked at a follower ──▶ unsent ──▶ sent ──(the leader says where they stand)──▶ Proposals: the
//                             │          │                                          log decides
//                             │          └─(refused by name)──▶ rejected
//   (no leader any more)      ▼          ▼ (no answer in time, leader lost)
//                          rejected   unknown
//
// The leader answers as soon as the entries have their place; from then on the asker's own log says
// how they end, as for the proposals of a leader that was deposed. So nothing here waits for a
// commit, and the loss of a leader behind that point loses no answer.
//
// A request is carried out at most once, however often it arrives, and one that was refused never:
// the leader remembers, for each process that asks, which requests it has seen (Forwarders). It
// answers nothing that it has seen before, for it cannot say "rejected" of what it may have taken.
//
// Owner: the Follower role (ForwardedProposals), the Leader role (Forwarders). Thread: the
// driver's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "raft/core/message.h"
#include "raft/core/ready.h"

namespace quorate::raft {

class ForwardedProposals {
 public:
  void add(ProposalToken token, SharedBytes data);

  [[nodiscard]] bool has_unsent() const { return !unsent_.empty(); }
  // What has no answer yet.
  [[nodiscard]] std::size_t entries() const;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  // The next of the unsent leave as `request`, at least one and at most the bounds; without an
  // answer up to tick `deadline` nobody knows. Requires has_unsent().
  [[nodiscard]] std::vector<SharedBytes> send(std::uint64_t request,
                                              std::uint64_t deadline,
                                              std::size_t bytes_max,
                                              std::size_t entries_max);
  // The tokens of `request`, in order; none when it is unknown or was answered.
  [[nodiscard]] std::vector<ProposalToken> answer(std::uint64_t request);
  // Those whose deadline is not after `now`, as unknown outcomes.
  [[nodiscard]] std::vector<ProposalOutcome> expire(std::uint64_t now);
  // Everything: the leader is lost. What was not sent is rejected.
  [[nodiscard]] std::vector<ProposalOutcome> drain(std::string_view why);

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(unsent_, sent_, bytes_);
  }

 private:
  struct Unsent {
    ProposalToken token;
    SharedBytes data;
  };
  struct Sent {
    std::uint64_t request;
    std::uint64_t deadline;
    std::size_t bytes;
    std::vector<ProposalToken> tokens;
  };
  std::deque<Unsent> unsent_;
  std::deque<Sent> sent_;  // ascending deadlines
  std::size_t bytes_ = 0;  // of both
};

// What a leader has seen of those who pass proposals on.
class Forwarders {
 public:
  enum class Seen : std::uint8_t {
    kNew,       // take it up; from now on it is kRepeated
    kRepeated,  // or so late that it may be
    kTooMany    // of a process that is one too many to remember: certainly never taken up
  };
  [[nodiscard]] Seen note(const ReplicaId& from, std::uint64_t stint, std::uint64_t request);

  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(processes_);
  }

  static constexpr std::size_t kProcessesMax = 1024;
  static constexpr std::uint64_t kWindow = 64;  // a request that is so much older counts as seen

 private:
  struct Process {
    ReplicaId replica;
    std::uint64_t stint;
    std::uint64_t newest = 0;
    std::uint64_t seen = 0;  // bit i: newest - i
  };
  std::vector<Process> processes_;
};

}  // namespace quorate::raft
