// RaftLoop: the raft thread. Owns the core, feeds it and carries out what it asks for.
//
// One turn: take everything from the inbox, read the clock once, pass the ticks that nothing waited
// for, step the core through the inbox, pass the other ticks that are due, carry out the Ready. The
// inbox comes before these: after a pause what was heard meanwhile counts before the time that has
// passed. There is no turn for a tick that nothing waits for.
//
// Hand-overs between threads on the way of one proposal with nothing else going on (each can cost a
// wake-up of tens of microseconds, see Patience): proposer -> raft -> transport | log writer; at a
// follower transport -> raft -> log writer -> raft -> transport; then transport -> raft -> apply.
//
// Owner: GroupRuntime. Thread: its seat's; start() and stop() by whoever owns the group.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "raft/base/clock.h"
#include "raft/core/consensus.h"
#include "raft/server/apply_loop.h"
#include "raft/server/entry_reader.h"
#include "raft/server/event_sink.h"
#include "raft/server/fatal.h"
#include "raft/server/inbox.h"
#include "raft/server/metrics.h"
#include "raft/server/options.h"
#include "raft/server/proposals.h"
#include "raft/server/rest_gate.h"
#include "raft/server/server_status.h"
#include "raft/server/shared_thread.h"
#include "raft/server/snapshotter.h"
#include "raft/server/storage_watch.h"
#include "raft/server/ticker.h"
#include "raft/server/write_listener.h"
#include "raft/transport/transport.h"

namespace quorate::raft {

class RecordedCore;

class RaftLoop {
 public:
  struct Parts {
    Inbox& inbox;
    BatchSink& writer;
    ApplyLoop& apply;
    EntryReader& reader;
    Snapshotter* snapshotter;  // null: no snapshots
    MessageSink& transport;
    const Clock& clock;
    EventSink* events;  // may be null
    Fatal& fatal;
    Metrics& metrics;
    RequestGate& gate;
    PublishedStatus& status;
    RecordingSink recording;         // may be empty; see ServerParts
    SharedThread* shared = nullptr;  // null: a thread of its own
    RestGate* rest = nullptr;        // null: never rests
    std::int64_t tick_phase_ns = 0;  // its ticks come so much earlier than a whole tick from now
  };
  // `failed` is called on the raft thread, as the last thing it does, when the server failed.
  RaftLoop(const ServerOptions& options,
           std::unique_ptr<Consensus> core,
           Parts parts,
           std::function<void()> failed);
  ~RaftLoop();
  RaftLoop(const RaftLoop&) = delete;
  RaftLoop& operator=(const RaftLoop&) = delete;

  void start();
  // Answers what the core has not answered.
  void stop();
  // Something has entered the inbox.
  void wake() { seat_.wake(); }

 private:
  enum class Next : std::uint8_t { kGoOn, kEnd };

  std::optional<std::chrono::nanoseconds> have_turn(std::chrono::nanoseconds timeout);
  Next turn();
  void wake_up();
  // For the rest gate alone: what came in, what leaves.
  void note_input();
  void note_sent(const std::vector<Message>& messages);
  void note_applied();
  [[nodiscard]] std::uint32_t quiet_ticks() const;
  void pass_quiet_ticks();
  void pass_ticks();
  void carry_out(Ready ready);
  void carry_out_snapshots(Ready& ready);
  void end();

  void take(inbox::Propose& item);
  void take(inbox::Read& item);
  void take(inbox::ReadAtLeast& item);
  void take(inbox::ChangeMembership& item);
  void take(inbox::Received& item);
  void take(const inbox::PeerLost& item);
  void take(const inbox::Transfer& item);
  void take(const inbox::StepDown& item);
  void take(const inbox::Rest& item);
  void take(const inbox::Rested& item);
  void take(const inbox::Persisted& item);
  void take(inbox::Fetched& item);
  void take(const inbox::SnapshotTaken& item);
  void take(const inbox::SnapshotFailed& item);
  void take(inbox::SnapshotRead& item);
  void take(const inbox::SnapshotReport& item);
  void take(inbox::Recording& item);
  void take(const inbox::Wake& item);

  void note_leadership(ApplyTask& task);
  void emit(const std::vector<Event>& events);
  void emit_own(EventKind kind, std::uint64_t count, const std::string& detail);
  void publish();
  void refuse(std::vector<inbox::Item>& items);
  void give_recordings();

  const ServerOptions options_;
  std::unique_ptr<RecordedCore> core_;
  Parts parts_;
  std::function<void()> failed_;

  Ticker ticker_;
  StorageWatch storage_;
  PendingProposals proposals_;
  std::vector<inbox::Item> items_;             // of this turn
  std::int64_t now_ns_;                        // of this turn
  Index applied_;                              // what the core was told last
  Index handed_;                               // what the apply loop was given last
  std::optional<Term> leading_;                // what the apply loop was told last
  std::vector<RecordingCallback> recordings_;  // asked for in this turn
  TurnFacts facts_;                            // of this turn
  Ticker::Due due_;                            // in this turn
  Rest rest_ = Rest::kAwake;
  bool news_ = true;  // something that status() should show at once
  std::atomic<bool> stopping_{false};
  LoopSeat seat_;
};

}  // namespace quorate::raft
