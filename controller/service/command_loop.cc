#include "controller/service/command_loop.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "quorate/controller/v1/record.pb.h"

#include "controller/service/command_queue.h"
#include "controller/service/loop_metrics.h"
#include "controller/service/parking.h"
#include "raft/base/mutex.h"

namespace quorate::controller {
namespace {

Status not_active() {
  return {Code::kNotLeader, "this controller is not the active one"};
}
Status set_back() {
  return {Code::kUnavailable, "what this was decided on did not come to be; try again"};
}

struct LeaderStart {
  raft::Term term;
  ImagePointer image;
};
struct LeaderStop {
  raft::Term term;
};
using Signal = std::variant<LeaderStart, LeaderStop>;

// A pass of the clock, on the same way as everything else once it wrote something.
class TickCommand : public Command {
 public:
  [[nodiscard]] CommandClass command_class() const override { return CommandClass::kLiveness; }
  [[nodiscard]] std::optional<std::int64_t> deadline_ns() const override { return std::nullopt; }
  Verdict decide(ActiveController& controller, const RequestContext& now) override {
    Decision<TickAnswer> decision = controller.tick(now);
    again_ = decision.answer.again;
    return {std::move(decision.status), std::move(decision.batch), decision.wait_offset};
  }
  void answer(AnswerPlace /*place*/) override {}
  void refuse(Status /*why*/) override {}
  [[nodiscard]] bool again() const { return again_; }

 private:
  bool again_ = false;
};

}  // namespace

class CommandLoop::Impl {
 public:
  Impl(LoopOptions options, ControlOptions control, AnswerCodec codec, LoopParts parts)
      : options_(options),
        parts_(std::move(parts)),
        clock_(parts_.clock == nullptr ? system_clock() : *parts_.clock),
        own_metrics_(parts_.metrics == nullptr ? std::make_unique<Metrics>() : nullptr),
        metrics_(parts_.metrics == nullptr ? *own_metrics_ : *parts_.metrics),
        queue_(options),
        parking_(options.parked_answers_max),
        controller_(std::move(control), std::move(codec)) {
    thread_ = std::thread([this] { run(); });
  }

  void submit(CommandPointer command) {
    if (active_term_.load() == 0) return command->refuse(not_active());
    switch (queue_.push(std::move(command))) {
      case Push::kDone: return;
      case Push::kClosed: return command->refuse({Code::kShutdown, "this controller is stopping"});
      case Push::kFull: break;
    }
    metrics_.refused_busy.add();
    command->refuse({Code::kBusy, "too many requests wait for the active controller"});
  }

  [[nodiscard]] raft::Term active_term() const { return {active_term_.load()}; }
  [[nodiscard]] std::size_t waiting() const { return queue_.size() + parking_.size(); }

  void stop() {
    queue_.close();
    stopping_.store(true);
    queue_.wake();
    if (thread_.joinable()) thread_.join();
  }

  void on_applied(raft::Term term, std::uint64_t end_offset) { parking_.release(term, end_offset); }

  void signal(Signal signal) {
    {
      const MutexLock lock(signals_mutex_);
      signals_.push_back(std::move(signal));
    }
    queue_.wake();
  }
  void stop_serving() { active_term_.store(0); }

 private:
  void run() {
    while (!stopping_.load()) {
      take_signals();
      const std::int64_t now_ns = clock_.monotonic_ns();
      if (broken_.load() && in_flight_batches_.load() == 0) settle();
      if (is_deciding()) turn(now_ns);
      // What came in just as the leadership went.
      if (term_ == raft::Term{}) refuse_waiting(not_active());
      const auto interest =
          can_decide() ? CommandQueue::Interest::kCommandsToo : CommandQueue::Interest::kWakeOnly;
      queue_.wait(term_ == raft::Term{} ? CommandQueue::Interest::kWakeOnly : interest,
                  std::chrono::milliseconds(options_.tick_ms));
    }
    renounce({Code::kShutdown, "this controller is stopping"});
  }

  // --- leadership ---

  void take_signals() {
    std::vector<Signal> signals;
    {
      const MutexLock lock(signals_mutex_);
      signals.swap(signals_);
    }
    for (Signal& signal : signals) {
      if (auto* start = std::get_if<LeaderStart>(&signal)) {
        claim(*start);
      } else if (std::get<LeaderStop>(signal).term == term_) {
        renounce(not_active());
      }
    }
  }

  [[nodiscard]] bool has_signals() {
    const MutexLock lock(signals_mutex_);
    return !signals_.empty();
  }

  void claim(const LeaderStart& start) {
    renounce(not_active());
    term_ = start.term;
    broken_.store(false);
    parking_.open(term_, start.image->end_offset);
    controller_.claim(*start.image, now_ms(clock_.monotonic_ns()));
    metrics_.claims.add();
    next_tick_ns_ = 0;
    steps_left_.store(false);
    active_term_.store(term_.value);
    if (parts_.listener.on_claimed) parts_.listener.on_claimed(term_, start.image);
  }

  void renounce(const Status& why) {
    if (term_ == raft::Term{}) return;
    const raft::Term term = std::exchange(term_, {});
    active_term_.store(0);
    parking_.refuse_all(why);
    for (const CommandPointer& command : queue_.take_all())
      command->refuse(why);
    controller_.reset(*parts_.metadata->image());
    if (parts_.listener.on_renounced) parts_.listener.on_renounced(term);
  }

  void refuse_waiting(const Status& why) {
    for (const CommandPointer& command : std::exchange(left_over_, {}))
      command->refuse(why);
    for (const CommandPointer& command : queue_.take_all())
      command->refuse(why);
  }

  // Every proposal has ended and one of them badly: what was decided on it is gone with it.
  void settle() {
    broken_.store(false);
    if (term_ == raft::Term{}) return;
    const ImagePointer committed = parts_.metadata->image();
    parking_.reset(committed->end_offset, set_back());
    controller_.reset(*committed);
  }

  // --- deciding ---

  [[nodiscard]] bool is_deciding() const { return term_ != raft::Term{} && can_decide(); }
  [[nodiscard]] bool can_decide() const {
    return !broken_.load() && in_flight_batches_.load() < options_.in_flight_batches_max &&
           in_flight_bytes_.load() < options_.in_flight_bytes_max;
  }
  static std::uint64_t now_ms(std::int64_t now_ns) {
    return static_cast<std::uint64_t>(now_ns / kNsPerMs);
  }

  void turn(std::int64_t now_ns) {
    // A stop is signalled before another leader's records are applied: with nothing signalled after
    // the image was read, all in it is of our leadership or older.
    const std::uint64_t committed = parts_.metadata->image()->end_offset;
    if (has_signals()) return queue_.wake();
    controller_.committed(committed);
    RequestContext now;
    now.now_ms = now_ms(now_ns);
    now.wall_clock_ms = clock_.wall_ms();
    if (now_ns >= next_tick_ns_ || may_step()) tick(now, now_ns);
    std::vector<CommandPointer> commands = std::move(left_over_);
    left_over_.clear();
    if (commands.empty()) queue_.take(commands);
    for (CommandPointer& command : commands) {
      // What is taken is decided in this turn, unless a bound or a failure stops it half way.
      if (can_decide()) {
        carry_out(std::move(command), now, now_ns);
      } else {
        left_over_.push_back(std::move(command));
      }
    }
    if (!left_over_.empty() || queue_.size() > 0 || may_step()) queue_.wake();
  }

  // Whether the next step of what takes many is due: not before the earlier ones have left room, so
  // that answers of others do not wait behind a long row of them.
  [[nodiscard]] bool may_step() const {
    return steps_left_.load() && in_flight_bytes_.load() < options_.step_in_flight_bytes_max;
  }

  // One step a turn: what waits is decided between steps.
  void tick(const RequestContext& now, std::int64_t now_ns) {
    next_tick_ns_ = now_ns + options_.tick_ms * kNsPerMs;
    auto command = std::make_unique<TickCommand>();
    const Verdict verdict = command->decide(controller_, now);
    steps_left_.store(verdict.status.is_ok() && command->again());
    if (!verdict.status.is_ok()) report(verdict.status);
    if (verdict.status.is_ok() && verdict.batch) propose(std::move(command), verdict, now_ns);
  }

  void carry_out(CommandPointer command, const RequestContext& now, std::int64_t now_ns) {
    metrics_.started.add();
    if (command->deadline_ns() && now_ns > *command->deadline_ns()) {
      metrics_.timed_out.add();
      return command->refuse({Code::kTimedOut, "the deadline passed before it was taken up"});
    }
    const std::int64_t begin_ns = clock_.monotonic_ns();
    const Verdict verdict = command->decide(controller_, now);
    metrics_.decide_time.observe_ns(clock_.monotonic_ns() - begin_ns);
    if (verdict.over_quota) metrics_.over_quota.add();
    if (!verdict.status.is_ok()) {
      report(verdict.status);
      return command->refuse(verdict.status);
    }
    if (verdict.batch == nullptr) return parking_.park(std::move(command), verdict.wait_offset);
    propose(std::move(command), verdict, now_ns);
  }

  void report(const Status& why) {
    metrics_.errors.add();
    if (parts_.listener.on_trouble) parts_.listener.on_trouble(why);
  }

  void propose(CommandPointer command, const Verdict& verdict, std::int64_t now_ns) {
    std::string bytes = verdict.batch->SerializeAsString();
    const std::size_t size = bytes.size();
    in_flight_batches_.fetch_add(1);
    in_flight_bytes_.fetch_add(size);
    metrics_.batches.add();
    const std::shared_ptr<Command> waiting = std::move(command);
    const AnswerPlace place{term_, verdict.wait_offset};
    const auto done = [this, waiting, place, size, now_ns](const raft::Proposed& proposed) {
      finish(*waiting, place, proposed, now_ns);
      in_flight_bytes_.fetch_sub(size);
      const bool full = in_flight_batches_.fetch_sub(1) >= options_.in_flight_batches_max;
      if (full || broken_.load() || steps_left_.load()) queue_.wake();
    };
    const Status taken = parts_.port->propose(raft::SharedBytes(std::move(bytes)), term_, done);
    if (!taken.is_ok()) done({taken, {}, {}});
  }

  // On the apply thread, the raft thread or our own.
  void finish(Command& command,
              AnswerPlace place,
              const raft::Proposed& proposed,
              std::int64_t proposed_ns) {
    if (proposed.status.is_ok() && proposed.result.view() != kVoidResult) {
      metrics_.commit_time.observe_ns(clock_.monotonic_ns() - proposed_ns);
      return command.answer(place);
    }
    metrics_.batches_failed.add();
    broken_.store(true);
    if (proposed.status.is_ok()) return command.refuse(set_back());
    command.refuse(proposed.status);
  }

  const LoopOptions options_;
  const LoopParts parts_;
  const Clock& clock_;
  const std::unique_ptr<Metrics> own_metrics_;
  LoopMetrics metrics_;
  CommandQueue queue_;
  Parking parking_;
  std::atomic<std::uint64_t> active_term_{0};
  std::atomic<std::size_t> in_flight_batches_{0};
  std::atomic<std::size_t> in_flight_bytes_{0};
  std::atomic<bool> broken_{false};      // a batch ended badly: what follows it will too
  std::atomic<bool> steps_left_{false};  // the last pass of the clock said so
  std::atomic<bool> stopping_{false};
  Mutex signals_mutex_;
  std::vector<Signal> signals_ QUORATE_GUARDED_BY(signals_mutex_);
  // Only the command thread touches what follows.
  ActiveController controller_;
  raft::Term term_;  // 0: standby
  std::int64_t next_tick_ns_ = 0;
  std::vector<CommandPointer> left_over_;  // taken from the queue, to be decided first
  std::thread thread_;
};

CommandLoop::CommandLoop(LoopOptions options,
                         ControlOptions control,
                         AnswerCodec codec,
                         LoopParts parts)
    : impl_(std::make_unique<Impl>(
          options, std::move(control), std::move(codec), std::move(parts))) {}
CommandLoop::~CommandLoop() {
  stop();
}

void CommandLoop::submit(CommandPointer command) {
  impl_->submit(std::move(command));
}
raft::Term CommandLoop::active_term() const {
  return impl_->active_term();
}
std::size_t CommandLoop::waiting() const {
  return impl_->waiting();
}
void CommandLoop::stop() {
  impl_->stop();
}

void CommandLoop::on_applied(raft::Term term, std::uint64_t end_offset) {
  impl_->on_applied(term, end_offset);
}
void CommandLoop::on_leader_start(raft::Term term, const ImagePointer& image) {
  impl_->signal(LeaderStart{term, image});
}
void CommandLoop::on_leader_stop(raft::Term term) {
  impl_->stop_serving();
  impl_->signal(LeaderStop{term});
}

}  // namespace quorate::controller
