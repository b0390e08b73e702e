// A request at a simulated controller: decided by the real engine, and looked at by the checker
// before and after.
//
// Owner: the controller's queue. Thread: one.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "quorate/controller/v1/common.pb.h"

#include "controller/service/command.h"
#include "controller/testing/cluster_checker.h"

namespace quorate::controller::testing {

template <typename Question>
using AnswerTo =
    decltype(std::declval<ActiveController&>()
                 .decide(std::declval<const Question&>(), std::declval<const RequestContext&>())
                 .answer);

struct Caller {
  std::string principal;
  std::string request_id;
  Mode mode = Mode::kCommit;
};

template <typename Question>
class SimCommand final : public Command {
 public:
  using Answer = AnswerTo<Question>;
  using Done = std::function<void(const Reply<Answer>&)>;

  SimCommand(Question question,
             Caller caller,
             std::int64_t deadline_ns,
             raft::NodeId node,
             ClusterChecker& checker,
             Done done)
      : question_(std::move(question)),
        caller_(std::move(caller)),
        deadline_ns_(deadline_ns),
        node_(node),
        checker_(checker),
        done_(std::move(done)) {}

  [[nodiscard]] CommandClass command_class() const override { return CommandClass::kAdmin; }
  [[nodiscard]] std::optional<std::int64_t> deadline_ns() const override { return deadline_ns_; }

  Verdict decide(ActiveController& controller, const RequestContext& now) override {
    RequestContext context = now;
    context.principal = caller_.principal;
    context.request_id = caller_.request_id;
    context.mode = caller_.mode;
    const MetadataImage before = controller.pending();
    Decision<Answer> decision = controller.decide(question_, context);
    reply_.answer = std::move(decision.answer);
    reply_.first_answer = std::move(decision.first_answer);
    if (decision.batch != nullptr) checker_.on_principal(*decision.batch, caller_.principal);
    if (caller_.mode == Mode::kCommit && !reply_.first_answer) {
      check(before, controller.pending(), decision.batch != nullptr, now.now_ms);
    }
    return {std::move(decision.status), std::move(decision.batch), decision.wait_offset};
  }
  void answer(AnswerPlace place) override {
    reply_.place = place;
    if constexpr (std::is_same_v<Question, AllocateProducerIds>) {
      checker_.on_producer_ids(reply_.answer);
    }
    done_(reply_);
  }
  void refuse(Status why) override { done_({std::move(why), {}, std::nullopt, {}, {}}); }

 private:
  void check(const MetadataImage& before,
             const MetadataImage& after,
             bool has_changed,
             std::uint64_t now_ms) {
    constexpr bool kIsOfBroker = std::is_same_v<Question, Heartbeat> ||
                                 std::is_same_v<Question, AlterPartition> ||
                                 std::is_same_v<Question, AllocateProducerIds>;
    if constexpr (kIsOfBroker) {
      const bool is_served = has_changed || reply_.answer.error == v1::NONE;
      checker_.on_broker_request(
          question_.broker_id,
          question_.broker_epoch,
          before,
          is_served ? ClusterChecker::Served::kYes : ClusterChecker::Served::kNo);
    }
    if constexpr (std::is_same_v<Question, Heartbeat> || std::is_same_v<Question, RegisterBroker>) {
      if (reply_.answer.error == v1::NONE) {
        checker_.on_contact(node_, question_.broker_id, now_ms);
      }
    }
    if constexpr (std::is_same_v<Question, AlterPartition>) {
      checker_.on_alter_partition(question_, reply_.answer, before);
    }
    if constexpr (std::is_same_v<Question, CreateTopics>) {
      checker_.on_created(question_, reply_.answer, after);
    }
  }

  const Question question_;
  const Caller caller_;
  const std::int64_t deadline_ns_;
  const raft::NodeId node_;
  ClusterChecker& checker_;
  const Done done_;
  Reply<Answer> reply_;
};

}  // namespace quorate::controller::testing
