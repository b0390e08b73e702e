#include "controller/testing/sim_broker.h"

#include <utility>

#include "controller/control/feature_table.h"

namespace quorate::controller::testing {
namespace {

constexpr SimTime kLeavePatience = 3 * kSecond;

}  // namespace

SimBroker::SimBroker(
    BrokerId id, ClusterWorld& world, SimQuorum& quorum, SimBrokers& brokers, Random random)
    : id_(id),
      world_(world),
      quorum_(quorum),
      brokers_(brokers),
      random_(random),
      log_dir_{0xd1, ++world.ids} {}

void SimBroker::trace(const std::string& what) {
  world_.trace.hash().mix(static_cast<std::uint64_t>(id_));
  world_.trace.hash().mix(what);
  world_.note([&](std::ostream& out) { out << 'b' << id_ << ' ' << what; });
}

std::int64_t SimBroker::now_ms() const {
  return static_cast<std::int64_t>(world_.heap.now() / kMillisecond);
}

// --- the process ---

void SimBroker::start() {
  if (is_up_) return;
  is_up_ = true;
  ++life_;
  incarnation_ = {0xb0, ++world_.ids};
  proof_ = std::exchange(clean_epoch_, std::nullopt);
  if (world_.planted == PlantedFault::kFalseProof && has_lost_) proof_ = epoch_;
  is_registered_ = is_unfenced_ = is_leaving_ = is_waiting_ = is_proposing_ = is_tidy_ = false;
  image_ = {};
  plans_ = {id_, incarnation_};
  old_request_ = nullptr;
  trace("starts as process " + std::to_string(incarnation_.low));
  world_.checker.on_process(
      id_, incarnation_, {.has_proof = proof_.has_value() && !has_lost_, .has_lost = has_lost_});
  every(world_.options.heartbeat_every, &SimBroker::beat);
  every(world_.options.poll_every, &SimBroker::poll);
  every(world_.options.data.fetch_every, &SimBroker::fetch);
  every(world_.options.data.fetch_every * 2, &SimBroker::propose);
}

void SimBroker::every(SimTime period, void (SimBroker::*step)()) {
  const SimTime delay = random_.between(period / 2, period * 3 / 2);
  world_.heap.after(delay, [this, period, step, life = life_] {
    if (life != life_ || !is_up_) return;
    (this->*step)();
    if (life == life_ && is_up_) every(period, step);
  });
}

void SimBroker::end_process() {
  is_up_ = false;
  is_unfenced_ = false;
  ++life_;
  for (auto& [id, replica] : replicas_) {
    const auto mark = static_cast<std::uint64_t>(replica.high_watermark());
    replica.forget_roles(static_cast<std::int64_t>(random_.between(0, mark)));
  }
}

void SimBroker::crash(Loss loss) {
  if (!is_up_) return;
  trace(loss == Loss::kNothing    ? "crashes"
        : loss == Loss::kUnsynced ? "loses power"
                                  : "loses its disk");
  end_process();
  if (loss == Loss::kNothing) return;
  has_lost_ = true;
  if (loss == Loss::kDisk) {
    replicas_.clear();
    log_dir_ = {0xd1, ++world_.ids};
    return;
  }
  for (auto& [id, replica] : replicas_) {
    if (random_.chance(1, 3)) continue;
    replica.cut(static_cast<std::int64_t>(random_.between(0, replica.log().size())));
  }
}

void SimBroker::leave() {
  if (!is_up_ || is_leaving_) return;
  trace("wants to leave");
  is_leaving_ = true;
  world_.heap.after(kLeavePatience, [this, life = life_] {
    if (life == life_ && is_up_) crash(Loss::kNothing);
  });
}

void SimBroker::repeat() {
  const bool is_old = !old_proposal_.partitions.empty() && is_overtaken(old_proposal_);
  if (is_up_ && is_old && random_.chance(1, 2)) {
    quorum_.call(place_of(id_),
                 some_controller(),
                 old_proposal_,
                 {"broker-" + std::to_string(id_), {}, {}},
                 [](const auto& /*reply*/) {});
  } else if (is_up_ && old_request_) {
    old_request_();
  }
}

// --- session ---

std::size_t SimBroker::some_controller() {
  if (random_.chance(1, 10)) controller_ = random_.below(quorum_.size());
  return controller_;
}

void SimBroker::note_refusal(const Status& status, std::size_t controller) {
  const bool is_elsewhere =
      status.code() == Code::kNotLeader || status.code() == Code::kUnknownOutcome;
  if (!is_elsewhere || controller_ != controller) return;
  controller_ = random_.below(quorum_.size());
  world_.heap.after(random_.between(10 * kMillisecond, 40 * kMillisecond), [this, life = life_] {
    if (life == life_ && is_up_) beat();
  });
}

void SimBroker::beat() {
  if (is_waiting_) return;
  if (!is_registered_) {
    register_now();
  } else {
    heartbeat();
    if (random_.chance(1, 20)) allocate();
  }
}

void SimBroker::register_now() {
  RegisterBroker command;
  command.cluster_id = world_.options.control.cluster_id;
  command.broker_id = id_;
  command.incarnation = incarnation_;
  command.endpoints = {{"PLAINTEXT", "127.0.0.1", 9092, "PLAINTEXT"}};
  command.rack = "r" + std::to_string(static_cast<std::uint32_t>(id_) % world_.options.racks);
  command.log_dirs = {log_dir_};
  command.features = {{kEligibleLeadersFeature, 0, 1}};
  command.previous_broker_epoch = proof_;
  is_waiting_ = true;
  const std::size_t to = some_controller();
  const auto send = [this, to, command](auto done) {
    quorum_.call(place_of(id_), to, command, {"broker-" + std::to_string(id_), {}, {}}, done);
  };
  old_request_ = [send] { send([](const auto& /*reply*/) {}); };
  send([this, to, life = life_](const Reply<RegisterBrokerAnswer>& reply) {
    if (life != life_) return;
    is_waiting_ = false;
    if (!reply.status.is_ok()) return note_refusal(reply.status, to);
    if (reply.answer.error != v1::ErrorCode{}) return;
    is_registered_ = true;
    epoch_ = reply.answer.broker_epoch;
    has_lost_ = false;
    trace("is registered with epoch " + std::to_string(epoch_));
  });
}

void SimBroker::heartbeat() {
  Heartbeat command;
  command.broker_id = id_;
  command.broker_epoch = epoch_;
  command.metadata_offset = image_.end_offset;
  command.want_shutdown = is_leaving_;
  is_waiting_ = true;
  const std::size_t to = some_controller();
  const auto send = [this, to, command](auto done) {
    quorum_.call(place_of(id_), to, command, {"broker-" + std::to_string(id_), {}, {}}, done);
  };
  if (random_.chance(1, 5)) old_request_ = [send] { send([](const auto& /*reply*/) {}); };
  send([this, to, life = life_](const Reply<HeartbeatAnswer>& reply) {
    if (life != life_) return;
    is_waiting_ = false;
    if (!reply.status.is_ok()) return note_refusal(reply.status, to);
    on_heartbeat(reply);
  });
}

void SimBroker::on_heartbeat(const Reply<HeartbeatAnswer>& reply) {
  if (reply.answer.error != v1::ErrorCode{}) {
    trace("is told that it is another one");
    return crash(Loss::kNothing);
  }
  is_unfenced_ = !reply.answer.fenced;
  if (!is_leaving_ || !reply.answer.should_shutdown) return;
  trace("stops cleanly");
  const std::uint64_t epoch = epoch_;
  end_process();
  clean_epoch_ = epoch;
  ++clean_stops_;
}

void SimBroker::allocate() {
  quorum_.call(place_of(id_),
               some_controller(),
               AllocateProducerIds{id_, epoch_},
               {"broker-" + std::to_string(id_), {}, {}},
               [](const auto& /*reply*/) {});
}

}  // namespace quorate::controller::testing
