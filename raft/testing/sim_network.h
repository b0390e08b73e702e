// The simulated network: loses, repeats, delays and reorders messages, cuts directions, and sends
// old messages again, also to a replica that has been restarted since.
//
// Owner: Simulation. Thread: one. Source: fault catalogue N01-N16 of docs/testing.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "raft/core/message.h"
#include "raft/testing/event_heap.h"
#include "raft/testing/sim_options.h"

namespace quorate::raft::testing {

// On its way in any number of copies.
using SentMessage = std::shared_ptr<const Message>;

class SimNetwork {
 public:
  // `sent_at` lets the receiver tell messages from before its restart.
  using Deliver = std::function<void(const SentMessage&, SimTime sent_at)>;

  // Nodes are numbered 1..nodes.
  SimNetwork(std::uint32_t nodes,
             const NetworkFaults& faults,
             EventHeap& heap,
             Random random,
             Deliver deliver);

  void send(Message message);
  // Is under way for `delay`; a cut at its arrival catches it.
  void inject(SentMessage message, SimTime delay);
  // One of the messages sent so far, drawn; null when there is none.
  [[nodiscard]] SentMessage draw_old_message();

  void cut(std::uint64_t from, std::uint64_t to);
  void cut_both(std::uint64_t a, std::uint64_t b);
  void mend();
  [[nodiscard]] bool is_cut(std::uint64_t from, std::uint64_t to) const;

  // From now on nothing is lost, and what is under way arrives soon or never.
  void heal();

 private:
  [[nodiscard]] std::size_t link(std::uint64_t from, std::uint64_t to) const;
  void keep(const SentMessage& message);
  void schedule(const SentMessage& message);
  SimTime draw_delay(std::size_t on_link);

  std::uint32_t nodes_;
  NetworkFaults faults_;
  EventHeap& heap_;
  Random random_;
  Deliver deliver_;
  std::vector<bool> cuts_;
  std::vector<SimTime> last_arrival_;  // per link, for in-order delivery
  std::vector<SentMessage> kept_;      // at most kKeptMax
  std::optional<SimTime> healed_at_;

  static constexpr std::size_t kKeptMax = 256;
  static constexpr SimTime kLateAfterHeal = 100 * kMillisecond;
};

}  // namespace quorate::raft::testing
