// Command: one request on its way through the command loop, whatever it asks.
//
//   submitted --refuse()-------------------------------> answered: rejected
//       \--decide()--> no batch: parked at wait_offset --> answer() | refuse()
//                 \--> batch:    proposed -------------> answer() | refuse() | lose()
//
// Exactly one of answer(), refuse() and lose() ends it.
// Owner: whoever holds the unique_ptr: queue, loop, then the proposal. Thread: that one's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "controller/control/active_controller.h"
#include "controller/service/metadata_state_machine.h"
#include "raft/base/status.h"
#include "raft/core/types.h"

namespace quorate::controller {

// Which queue; the loop serves them in this order, each with a quota per turn.
enum class CommandClass : std::uint8_t {
  kLiveness,   // registrations, heartbeats, brokers that are gone
  kPartition,  // ISR changes, producer ids
  kAdmin,
};
inline constexpr std::size_t kCommandClasses = 3;

// Where an answer holds.
struct AnswerPlace {
  raft::Term term;
  std::uint64_t commit_offset = 0;
};

// How a request ended. `answer` is meaningful when status is ok; otherwise kUnknownOutcome means
// that it may have happened, any other code that it did not and will not.
template <typename Answer>
struct Reply {
  Status status;
  Answer answer;
  std::optional<std::string> first_answer;  // a retry: the serialized first answer, to be sent
  AnswerPlace place;
  std::optional<Plan> plan;       // when a plan was asked for
  std::uint32_t throttle_ms = 0;  // what the client's quota asks of it
};

// What the loop needs to know about a decision.
struct Verdict {
  Status status;
  BatchPointer batch;  // null: nothing to append
  std::uint64_t wait_offset = 0;
  bool over_quota = false;  // of the client
};

class Command {
 public:
  virtual ~Command() = default;
  [[nodiscard]] virtual CommandClass command_class() const = 0;
  // On the clock of the loop; nothing: it never comes too late.
  [[nodiscard]] virtual std::optional<std::int64_t> deadline_ns() const = 0;
  virtual Verdict decide(ActiveController& controller, const RequestContext& now) = 0;
  // What was decided is committed.
  virtual void answer(AnswerPlace place) = 0;
  // It certainly did not happen, or (kUnknownOutcome) may have.
  virtual void refuse(Status why) = 0;
};

struct CommandMeta {
  std::string request_id;
  std::string principal;
  QuotaClient client;
  Mode mode = Mode::kCommit;
  std::uint64_t seed = 0;
  std::optional<std::int64_t> deadline_ns;
};

template <typename Question, typename Answer>
class TypedCommand : public Command {
 public:
  using Done = std::function<void(Reply<Answer>)>;

  TypedCommand(CommandClass command_class, Question question, CommandMeta meta, Done done)
      : class_(command_class),
        question_(std::move(question)),
        meta_(std::move(meta)),
        done_(std::move(done)) {}

  [[nodiscard]] CommandClass command_class() const override { return class_; }
  [[nodiscard]] std::optional<std::int64_t> deadline_ns() const override {
    return meta_.deadline_ns;
  }

  Verdict decide(ActiveController& controller, const RequestContext& now) override {
    RequestContext context = now;
    context.request_id = meta_.request_id;
    context.principal = meta_.principal;
    context.client = meta_.client;
    context.mode = meta_.mode;
    context.seed = meta_.seed;
    Decision<Answer> decision = controller.decide(question_, context);
    answer_ = std::move(decision.answer);
    first_answer_ = std::move(decision.first_answer);
    plan_ = std::move(decision.plan);
    throttle_ms_ = decision.throttle_ms;
    return {std::move(decision.status),
            std::move(decision.batch),
            decision.wait_offset,
            decision.throttle_ms > 0};
  }

  void answer(AnswerPlace place) override {
    done_({Status::ok(),
           std::move(answer_),
           std::move(first_answer_),
           place,
           std::move(plan_),
           throttle_ms_});
  }
  void refuse(Status why) override { done_({std::move(why), {}, std::nullopt, {}, {}, 0}); }

 private:
  const CommandClass class_;
  const Question question_;
  const CommandMeta meta_;
  const Done done_;
  Answer answer_{};
  std::optional<std::string> first_answer_;
  std::optional<Plan> plan_;
  std::uint32_t throttle_ms_ = 0;
};

using CommandPointer = std::unique_ptr<Command>;

}  // namespace quorate::controller
