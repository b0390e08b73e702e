// Proposals, reads and changes of the membership between being handed to the core and being
// answered by it.
//
//   begin() --> token --> core --> outcome --> take_committed(): the apply loop answers
//                                         \--> refused: answered here, at once
//
// Each callback is taken out exactly once (P64); what is left when the server stops is answered by
// answer_all(): the core had it, so nobody knows (kUnknownOutcome).
//
// Owner: RaftLoop. Thread: the raft thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "raft/core/ready.h"
#include "raft/server/callbacks.h"
#include "raft/server/metrics.h"
#include "raft/server/token_table.h"

namespace quorate::raft {

// How many proposals and reads have no answer yet; bounds all of them together, wherever they are.
// Thread: any.
class RequestGate {
 public:
  explicit RequestGate(std::size_t max) : max_(max) {}

  enum class Entry : std::uint8_t { kAdmitted, kFull };
  [[nodiscard]] Entry enter() {
    if (pending_.fetch_add(1, std::memory_order_relaxed) < max_) return Entry::kAdmitted;
    leave();
    return Entry::kFull;
  }
  void leave() { pending_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] std::size_t pending() const { return pending_.load(std::memory_order_relaxed); }

 private:
  const std::size_t max_;
  std::atomic<std::size_t> pending_{0};
};

// A proposal that is committed and waits for its entry to be applied.
struct CommittedProposal {
  LogId id;
  ProposeCallback done;
};

// A read that may be answered once `index` is applied.
struct GrantedRead {
  Index index;
  ReadCallback done;
};

class PendingProposals {
 public:
  PendingProposals(Metrics& metrics, RequestGate& gate) : metrics_(metrics), gate_(gate) {}

  ProposalToken begin(ProposeCallback done, std::int64_t now_ns);
  ReadToken begin_read(ReadCallback done);
  ChangeToken begin_change(ChangeCallback done);

  // The committed proposal, to be handed to the apply loop; nothing when the outcome was a refusal,
  // which has then been answered.
  std::optional<CommittedProposal> settle(const ProposalOutcome& outcome, std::int64_t now_ns);
  std::optional<GrantedRead> settle(const ReadGrant& grant);
  void settle(const ChangeOutcome& outcome);

  // The server stops: proposals may still be committed by others, reads have not been served.
  void answer_all();

 private:
  struct Waiting {
    ProposeCallback done;
    std::int64_t start_ns = 0;
  };

  Metrics& metrics_;
  RequestGate& gate_;
  TokenTable<Waiting> proposals_;
  TokenTable<ReadCallback> reads_;
  TokenTable<ChangeCallback> changes_;
};

}  // namespace quorate::raft
