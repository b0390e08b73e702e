#include "controller/testing/sim_controller.h"

#include <cstring>
#include <exception>
#include <utility>

#include "quorate/controller/v1/record.pb.h"

#include "raft/testing/evidence.h"

namespace quorate::controller::testing {
namespace {

using raft::testing::evidence;

constexpr std::size_t kQueueMax = 200;
constexpr SimTime kStopNewsMax = 5 * kMillisecond;

Status not_active() {
  return {Code::kNotLeader, "this controller is not the active one"};
}
Status set_back() {
  return {Code::kUnavailable, "what this was decided on did not come to be"};
}

class Results final : public raft::ApplyResults {
 public:
  void set(std::size_t /*position*/, raft::SharedBytes result) override {
    last = std::move(result);
  }
  raft::SharedBytes last;
};

}  // namespace

SimController::SimController(raft::NodeId node, ClusterWorld& world, Random random)
    : node_(node), world_(world), random_(random) {
  begin_life();
}

void SimController::begin_life() {
  ++life_;
  clock_base_ms_ = random_.below(1'000'000);
  applied_ = {};
  metadata_ = std::make_unique<MetadataStateMachine>();
  metadata_->add_observer(observer_);
  engine_ = std::make_unique<ActiveController>(world_.options.control, sim_answer_codec());
  term_ = {};
  is_stopping_ = is_broken_ = steps_left_ = is_awake_ = false;
  queue_.clear();
  in_flight_.clear();
  parked_.clear();
}

std::uint64_t SimController::now_ms() const {
  return clock_base_ms_ + world_.heap.now() / kMillisecond;
}

// Nothing comes of it when the process has ended meanwhile.
void SimController::later(SimTime delay, void (SimController::*step)()) {
  world_.heap.after(delay, [this, step, life = life_] {
    if (life == life_ && replica_->is_up()) (this->*step)();
  });
}

// --- the state machine ---

void SimController::apply(std::span<const raft::Entry> entries, raft::ApplyResults& results) {
  metadata_->apply(entries, results);
}

Status SimController::apply(const raft::Entry& entry) {
  if (is_stopping_) renounce();
  entry_ = entry;
  token_ = 0;
  if (entry.kind == raft::EntryKind::kNormal) {
    const std::string_view bytes = entry.data.view();
    std::memcpy(&token_, bytes.data(), sizeof token_);
    entry_.data = raft::SharedBytes(std::string(bytes.substr(sizeof token_)));
    if (world_.planted == PlantedFault::kLostRecord && node_.value == 2) drop_last_record();
  }
  Results results;
  try {
    metadata_->apply({&entry_, 1}, results);
  } catch (const std::exception& error) {
    world_.checker.fail("C3", evidence('c', node_, ": ", error.what()));
    return {Code::kInternal, error.what()};
  }
  applied_ = entry.id.index;
  if (token_ != 0) end_own(token_, results.last.view());
  release_parked();
  if (term_ != raft::Term{} && !is_awake_) {
    is_awake_ = true;
    later(random_.between(1, 200), &SimController::work);
  }
  return Status::ok();
}

void SimController::drop_last_record() {
  v1::RecordBatch batch;
  const std::string_view bytes = entry_.data.view();
  if (!batch.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  if (batch.records_size() < 2) return;
  batch.mutable_records()->RemoveLast();
  entry_.data = raft::SharedBytes(batch.SerializeAsString());
}

void SimController::Observer::on_batch(const BatchPointer& batch,
                                       const MetadataDelta& delta,
                                       const MetadataImage& before,
                                       const MetadataImage& after) {
  owner_.world_.note([&](std::ostream& out) {
    out << 'c' << owner_.node_ << " has " << batch->base_offset() << " +" << batch->records_size()
        << ' ' << batch->cause().rule();
    if (before.end_offset != owner_.world_.checker.end()) return;
    for (const v1::Record& record : batch->records())
      out << "\n        " << record.ShortDebugString();
  });
  owner_.world_.checker.on_batch(
      {owner_.node_, owner_.entry_.id, owner_.token_}, batch, delta, before, after);
}

void SimController::Observer::on_void(const v1::RecordBatch& batch) {
  owner_.world_.note([&](std::ostream& out) {
    out << 'c' << owner_.node_ << " finds the batch at " << batch.base_offset() << " void";
  });
  owner_.world_.checker.on_void(
      {owner_.node_, owner_.entry_.id, owner_.token_}, batch, *owner_.image());
}

void SimController::take_back_to(raft::Index index) {
  QUORATE_CHECK(index == applied_);
}

void SimController::lose() {
  begin_life();
}

Status SimController::restore(const raft::SnapshotMeta& meta, raft::SnapshotSource& content) {
  if (is_stopping_ || term_ != raft::Term{}) renounce();
  const Status restored = metadata_->restore(meta, content);
  if (!restored.is_ok()) return restored;
  applied_ = meta.last.index;
  world_.checker.on_restored(node_, *image());
  for (auto& [token, command] : std::exchange(in_flight_, {}))
    command->refuse({Code::kUnknownOutcome, "a snapshot took the place of the log"});
  return Status::ok();
}

// --- leadership ---

void SimController::on_leader_start(raft::Term term) {
  if (is_stopping_) renounce();
  claim(term);
}

void SimController::on_leader_stop(raft::Term /*term*/) {
  if (term_ == raft::Term{}) return;
  is_stopping_ = true;
  later(random_.between(1, kStopNewsMax), &SimController::renounce);
}

void SimController::claim(raft::Term term) {
  renounce();
  term_ = term;
  is_broken_ = false;
  steps_left_ = false;
  engine_->claim(*image(), now_ms());
  world_.note([&](std::ostream& out) {
    out << 'c' << node_ << " is active in term " << term << " from " << image()->end_offset;
  });
  world_.checker.on_claimed(node_, *engine_, *image(), now_ms());
  later(random_.between(1, kMillisecond), &SimController::tick);
}

void SimController::renounce() {
  is_stopping_ = false;
  if (term_ == raft::Term{}) return;
  term_ = {};
  ++life_;  // what is scheduled is over
  is_awake_ = false;
  refuse_all(not_active());
  engine_->reset(*image());
  world_.checker.on_set_back(node_, *engine_, *image());
}

void SimController::refuse_all(const Status& why) {
  for (Parked& one : std::exchange(parked_, {}))
    one.command->refuse(why);
  for (CommandPointer& one : std::exchange(queue_, {}))
    one->refuse(why);
}

// Every proposal has ended and one of them badly: what was decided on it is gone with it.
void SimController::settle() {
  is_broken_ = false;
  for (Parked& one : std::exchange(parked_, {}))
    one.command->refuse(set_back());
  engine_->reset(*image());
  world_.checker.on_set_back(node_, *engine_, *image());
}

// --- commands ---

void SimController::take(CommandPointer command) {
  if (!replica_->is_up()) return;
  if (term_ == raft::Term{} || is_stopping_) return command->refuse(not_active());
  if (queue_.size() >= kQueueMax) {
    return command->refuse({Code::kBusy, "too many requests wait"});
  }
  queue_.push_back(std::move(command));
  if (is_awake_) return;
  is_awake_ = true;
  later(random_.between(1, 100), &SimController::work);
}

bool SimController::can_decide() const {
  return !is_broken_ && in_flight_.size() < world_.options.in_flight_batches_max;
}

void SimController::work() {
  is_awake_ = false;
  if (term_ == raft::Term{}) return;
  if (replica_->is_paused()) {
    is_awake_ = true;
    return later(5 * kMillisecond, &SimController::work);
  }
  if (is_broken_ && in_flight_.empty()) settle();
  if (!is_broken_) engine_->committed(image()->end_offset);
  if (steps_left_ && can_decide()) take_tick();
  while (!queue_.empty() && can_decide() && term_ != raft::Term{}) {
    CommandPointer command = std::move(queue_.front());
    queue_.pop_front();
    carry_out(std::move(command));
  }
  if (steps_left_ && can_decide() && !is_awake_) {
    is_awake_ = true;
    later(random_.between(1, 200), &SimController::work);
  }
}

RequestContext SimController::context() {
  RequestContext now;
  now.now_ms = now_ms();
  now.wall_clock_ms = static_cast<std::int64_t>(world_.heap.now() / kMillisecond);
  now.seed = random_.next();
  return now;
}

void SimController::carry_out(CommandPointer command) {
  const auto now_ns = static_cast<std::int64_t>(world_.heap.now() * 1000);
  if (command->deadline_ns() && now_ns > *command->deadline_ns()) {
    return command->refuse({Code::kTimedOut, "the deadline passed before it was taken up"});
  }
  const Verdict verdict = command->decide(*engine_, context());
  world_.checker.on_decided(node_, verdict);
  if (!verdict.status.is_ok()) return command->refuse(verdict.status);
  if (verdict.batch == nullptr) {
    parked_.push_back({std::move(command), verdict.wait_offset});
    return release_parked();
  }
  if (world_.planted == PlantedFault::kEarlyAnswer) {
    world_.checker.on_answered(node_, verdict.wait_offset);
  }
  propose(std::move(command), verdict);
}

void SimController::propose(CommandPointer command, const Verdict& verdict) {
  const std::uint64_t token = ++world_.tokens;
  std::string bytes(sizeof token, '\0');
  std::memcpy(bytes.data(), &token, sizeof token);
  bytes += verdict.batch->SerializeAsString();
  in_flight_[token] = std::move(command);
  world_.checker.on_proposed(token, node_, term_, verdict.batch);
  replica_->propose_data(
      token,
      token,
      {.token = token, .data = raft::SharedBytes(std::move(bytes)), .expected_term = term_});
}

void SimController::on_proposal_ended(std::uint64_t token, const Status& status) {
  if (status.is_ok()) return;  // the answer leaves when it is applied here
  const auto found = in_flight_.find(token);
  if (found == in_flight_.end()) return;
  const CommandPointer command = std::move(found->second);
  in_flight_.erase(found);
  is_broken_ = true;
  command->refuse(status);
  if (term_ == raft::Term{} || is_awake_) return;
  is_awake_ = true;
  later(random_.between(1, 200), &SimController::work);
}

void SimController::end_own(std::uint64_t token, std::string_view result) {
  const auto found = in_flight_.find(token);
  if (found == in_flight_.end()) return;
  const CommandPointer command = std::move(found->second);
  in_flight_.erase(found);
  if (result == kVoidResult) {
    is_broken_ = true;
    return command->refuse(set_back());
  }
  world_.checker.on_answered(node_, image()->end_offset);
  command->answer({entry_.id.term, image()->end_offset});
}

// Answers without a batch wait for what they were decided on.
void SimController::release_parked() {
  if (term_ == raft::Term{} || is_stopping_) return;
  const std::uint64_t end = image()->end_offset;
  std::vector<Parked> waiting;
  for (Parked& one : parked_) {
    if (one.wait_offset > end) {
      waiting.push_back(std::move(one));
    } else {
      world_.checker.on_answered(node_, one.wait_offset);
      one.command->answer({term_, end});
    }
  }
  parked_ = std::move(waiting);
}

// --- the clock ---

namespace {

class TickCommand final : public Command {
 public:
  [[nodiscard]] CommandClass command_class() const override { return CommandClass::kLiveness; }
  [[nodiscard]] std::optional<std::int64_t> deadline_ns() const override { return std::nullopt; }
  Verdict decide(ActiveController& controller, const RequestContext& now) override {
    Decision<TickAnswer> decision = controller.tick(now);
    answer_ = decision.answer;
    return {std::move(decision.status), std::move(decision.batch), decision.wait_offset};
  }
  void answer(AnswerPlace /*place*/) override {}
  void refuse(Status /*why*/) override {}
  [[nodiscard]] const TickAnswer& taken() const { return answer_; }

 private:
  TickAnswer answer_;
};

}  // namespace

void SimController::tick() {
  if (term_ == raft::Term{}) return;
  later(world_.options.tick_ms * kMillisecond, &SimController::tick);
  if (replica_->is_paused()) return;
  if (is_broken_ && in_flight_.empty()) settle();
  if (!is_broken_) engine_->committed(image()->end_offset);
  if (can_decide()) take_tick();
}

void SimController::take_tick() {
  auto command = std::make_unique<TickCommand>();
  const RequestContext now = context();
  const Verdict verdict = command->decide(*engine_, now);
  const TickAnswer answer = command->taken();
  world_.checker.on_decided(node_, verdict);
  if (answer.fenced != kNoBroker) {
    world_.checker.on_expired(node_, answer.fenced, now.now_ms);
  }
  steps_left_ = verdict.status.is_ok() && answer.again;
  if (!verdict.status.is_ok() || verdict.batch == nullptr) return;
  propose(std::move(command), verdict);
}

}  // namespace quorate::controller::testing
