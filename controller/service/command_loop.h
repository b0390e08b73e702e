// CommandLoop: the one thread that decides. It owns the pure ActiveController and feeds it.
//
//   gRPC threads --submit()--> CommandQueue --> command thread: decide --> propose
//   apply thread --on_applied()--> Parking --> answers
//                --proposal's callback------> answers
//
//             on_leader_start                     a batch was void or rejected
//   kStandby ----------------> kActive ------------------------------------> kSettling
//      ^                          |  ^-- all proposals ended: pending image reset --|
//      +---- on_leader_stop ------+-------------------------------------------------+
//
// Release rule (C6): an answer with a batch leaves when that very batch is applied (not merely when
// its offsets are taken: another leader may have taken them); an answer without one leaves when
// everything below its wait offset is committed in this leadership. Errors too.
//
// Owner: main; must outlive the raft::Server whose callbacks come here. Thread: submit() and the
// observer's calls by any thread.
// Source: docs/controller.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "controller/control/active_controller.h"
#include "controller/service/command.h"
#include "controller/service/metadata_state_machine.h"
#include "controller/service/options.h"
#include "controller/service/quorum_port.h"
#include "raft/base/clock.h"

namespace quorate {
class Metrics;
}

namespace quorate::controller {

// What others may want to know about the leadership; called on the command thread.
struct LoopListener {
  // Decisions are made from now on. `image`: all that is committed.
  std::function<void(raft::Term term, const ImagePointer& image)> on_claimed;
  std::function<void(raft::Term term)> on_renounced;
  // The engine refused its own decision (an invariant would break), or a batch was void.
  std::function<void(const Status& why)> on_trouble;
};

struct LoopParts {
  QuorumPort* port = nullptr;                      // must outlive the loop
  const MetadataStateMachine* metadata = nullptr;  // must outlive the loop
  const Clock* clock = nullptr;                    // null: the system's
  Metrics* metrics = nullptr;                      // may be null; must outlive the loop
  LoopListener listener;
};

class CommandLoop : public MetadataObserver {
 public:
  CommandLoop(LoopOptions options, ControlOptions control, AnswerCodec codec, LoopParts parts);
  // stop()s.
  ~CommandLoop() override;
  CommandLoop(const CommandLoop&) = delete;
  CommandLoop& operator=(const CommandLoop&) = delete;

  // The command ends exactly once, on this thread (kNotLeader, kBusy, kShutdown) or another.
  void submit(CommandPointer command);

  // The leadership in which decisions are made; Term{0}: none.
  [[nodiscard]] raft::Term active_term() const;
  // Commands that wait, and answers that wait for the log.
  [[nodiscard]] std::size_t waiting() const;

  // Refuses what waits and everything later. Proposals on their way still end. Idempotent.
  void stop();

  void on_applied(raft::Term term, std::uint64_t end_offset) override;
  void on_leader_start(raft::Term term, const ImagePointer& image) override;
  void on_leader_stop(raft::Term term) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::controller
