// A replicated log of one, in memory and by hand: what is proposed waits until the test lets it
// end.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "controller/service/metadata_state_machine.h"
#include "controller/service/quorum_port.h"
#include "raft/base/mutex.h"

namespace quorate::controller {

class FakeQuorum : public QuorumPort {
 public:
  explicit FakeQuorum(MetadataStateMachine& machine) : machine_(machine) {}

  Status propose(raft::SharedBytes data, raft::Term term, raft::ProposeCallback done) override;
  Status read(raft::ReadCallback done) override;
  [[nodiscard]] raft::ServerStatus status() const override { return {}; }

  void lead(raft::Term term) { machine_.on_leader_start(term); }
  void lose(raft::Term term) { machine_.on_leader_stop(term); }

  // Waits until at least `count` proposals are on their way; false after a while.
  [[nodiscard]] bool wait_for(std::size_t count);
  [[nodiscard]] std::size_t waiting() const;
  // The oldest proposal is committed and applied.
  void commit();
  // The oldest proposal ends with `why` and is not in the log.
  void end(const Status& why);
  // Another leader's batch is committed and applied.
  void commit_foreign(raft::Term term, const std::string& bytes);

 private:
  struct Waiting {
    raft::SharedBytes data;
    raft::Term term;
    raft::ProposeCallback done;
  };
  Waiting take();
  [[nodiscard]] std::string apply(raft::Term term, raft::SharedBytes data);

  MetadataStateMachine& machine_;
  std::uint64_t next_index_ = 1;
  mutable Mutex mutex_;
  std::deque<Waiting> waiting_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::controller
