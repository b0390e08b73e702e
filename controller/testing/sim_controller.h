// One controller of a simulated cluster: the real state machine and the real decisions over a
// simulated replica of the metadata log, driven as controller/service/command_loop drives them.
//
//            on_leader_start                    a batch was void or rejected
//   standby ----------------> active ------------------------------------> settling
//      ^                        |  ^-- all proposals ended: pending image reset --|
//      +---- on_leader_stop ----+--------------------------------------------------+
//
// A command is decided a little after it arrived, never inside of the replica's own step; the news
// that the leadership is over comes late, yet before anything of another leader is applied.
// Owner: its replica (raft/testing/sim_replica.h). Thread: one.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "controller/control/active_controller.h"
#include "controller/service/command.h"
#include "controller/service/metadata_state_machine.h"
#include "controller/testing/cluster_world.h"
#include "raft/testing/sim_machine.h"
#include "raft/testing/sim_replica.h"

namespace quorate::controller::testing {

class SimController final : public raft::testing::SimMachine {
 public:
  SimController(raft::NodeId node, ClusterWorld& world, Random random);
  // Before anything starts; its own replica.
  void attach(raft::testing::SimReplica& replica) { replica_ = &replica; }

  [[nodiscard]] raft::NodeId node() const { return node_; }
  [[nodiscard]] bool is_up() const { return replica_->is_up() && !replica_->is_paused(); }
  [[nodiscard]] bool is_active() const { return is_up() && term_ != raft::Term{}; }
  [[nodiscard]] ImagePointer image() const { return metadata_->image(); }
  [[nodiscard]] const ActiveController& engine() const { return *engine_; }

  // Arrives here. Ends later, exactly once, unless the process ends first.
  void take(CommandPointer command);
  void on_proposal_ended(std::uint64_t token, const Status& status);

  // --- SimMachine ---
  void apply(std::span<const raft::Entry> entries, raft::ApplyResults& results) override;
  Status apply(const raft::Entry& entry) override;
  [[nodiscard]] raft::Index applied() const override { return applied_; }
  [[nodiscard]] std::uint64_t hash() const override { return state_hash(*image()); }
  [[nodiscard]] raft::Index oldest() const override { return applied_; }
  void take_back_to(raft::Index index) override;
  void lose() override;
  std::unique_ptr<raft::SnapshotSource> snapshot() override { return metadata_->snapshot(); }
  Status restore(const raft::SnapshotMeta& meta, raft::SnapshotSource& content) override;
  void on_leader_start(raft::Term term) override;
  void on_leader_stop(raft::Term term) override;

 private:
  struct Parked {
    CommandPointer command;
    std::uint64_t wait_offset = 0;
  };

  // What the state machine replays.
  class Observer final : public MetadataObserver {
   public:
    explicit Observer(SimController& owner) : owner_(owner) {}
    void on_batch(const BatchPointer& batch,
                  const MetadataDelta& delta,
                  const MetadataImage& before,
                  const MetadataImage& after) override;
    void on_void(const v1::RecordBatch& batch) override;

   private:
    SimController& owner_;
  };

  [[nodiscard]] std::uint64_t now_ms() const;
  void drop_last_record();
  void begin_life();
  void later(SimTime delay, void (SimController::*step)());
  void claim(raft::Term term);
  void renounce();
  void settle();
  void work();
  void tick();
  void take_tick();
  [[nodiscard]] bool can_decide() const;
  [[nodiscard]] RequestContext context();
  void carry_out(CommandPointer command);
  void propose(CommandPointer command, const Verdict& verdict);
  void end_own(std::uint64_t token, std::string_view result);
  void release_parked();
  void refuse_all(const Status& why);

  raft::NodeId node_;
  ClusterWorld& world_;
  Random random_;
  raft::testing::SimReplica* replica_ = nullptr;
  std::uint64_t life_ = 0;
  std::uint64_t clock_base_ms_ = 0;
  raft::Index applied_;
  raft::Entry entry_;        // being applied
  std::uint64_t token_ = 0;  // its
  Observer observer_{*this};
  std::unique_ptr<MetadataStateMachine> metadata_;
  std::unique_ptr<ActiveController> engine_;

  raft::Term term_;           // 0: standby
  bool is_stopping_ = false;  // the leadership is over, and the command thread does not know yet
  bool is_broken_ = false;
  bool steps_left_ = false;
  bool is_awake_ = false;  // work() will be called
  std::deque<CommandPointer> queue_;
  std::map<std::uint64_t, CommandPointer> in_flight_;  // by token
  std::vector<Parked> parked_;
};

// How what a command's answer stands for is serialized for a retry.
[[nodiscard]] AnswerCodec sim_answer_codec();

}  // namespace quorate::controller::testing
