#include "controller/service/command_loop.h"

#include <chrono>
#include <future>

#include <catch2/catch.hpp>

#include "quorate/controller/v1/record.pb.h"

#include "controller/service/request_codec.h"
#include "tests/controller/service/fake_quorum.h"

namespace quorate::controller {
namespace {

constexpr raft::Term kTerm{4};
constexpr Uuid kCluster{1, 1};
constexpr auto kPatience = std::chrono::seconds(5);
constexpr auto kMoment = std::chrono::milliseconds(50);

using NoOpReply = Reply<AppendNoOpAnswer>;
using RegisterReply = Reply<RegisterBrokerAnswer>;

ControlOptions control() {
  ControlOptions options;
  options.cluster_id = kCluster;
  return options;
}

// A loop over a replicated log that does only what the test says.
struct LoopRig {
  explicit LoopRig(LoopOptions options = {})
      : quorum(machine),
        loop(options, control(), answer_codec(), {.port = &quorum, .metadata = &machine}) {
    machine.add_observer(loop);
  }
  ~LoopRig() { loop.stop(); }
  LoopRig(const LoopRig&) = delete;
  LoopRig& operator=(const LoopRig&) = delete;

  void lead(raft::Term term) {
    quorum.lead(term);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (loop.active_term() != term && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    REQUIRE(loop.active_term() == term);
  }

  template <typename Answer, typename Question>
  std::future<Reply<Answer>> ask(Question question, CommandMeta meta = {}) {
    auto promise = std::make_shared<std::promise<Reply<Answer>>>();
    loop.submit(std::make_unique<TypedCommand<Question, Answer>>(
        CommandClass::kAdmin, std::move(question), std::move(meta), [promise](Reply<Answer> reply) {
          promise->set_value(std::move(reply));
        }));
    return promise->get_future();
  }
  std::future<NoOpReply> append() { return ask<AppendNoOpAnswer>(AppendNoOp{}); }
  std::future<RegisterReply> enroll(const std::string& request_id, Uuid cluster = kCluster) {
    RegisterBroker command;
    command.cluster_id = cluster;
    command.broker_id = 7;
    command.incarnation = {9, 9};
    command.endpoints = {{"PLAINTEXT", "127.0.0.1", 9092, "PLAINTEXT"}};
    command.log_dirs = {{5, 5}};
    return ask<RegisterBrokerAnswer>(command, {.request_id = request_id, .principal = "b"});
  }

  MetadataStateMachine machine;
  FakeQuorum quorum;
  CommandLoop loop;
};

template <typename Future>
bool is_pending(Future& future) {
  return future.wait_for(kMoment) == std::future_status::timeout;
}

template <typename T>
T get(std::future<T> future) {
  REQUIRE(future.wait_for(kPatience) == std::future_status::ready);
  return future.get();
}

TEST_CASE("a standby refuses at once as not the leader", "[controller][command_loop]") {
  LoopRig rig;
  CHECK(get(rig.append()).status.code() == Code::kNotLeader);
}

TEST_CASE("an answer leaves only when its batch is applied", "[controller][command_loop][C6]") {
  LoopRig rig;
  rig.lead(kTerm);
  auto answer = rig.append();
  REQUIRE(rig.quorum.wait_for(1));
  CHECK(is_pending(answer));
  rig.quorum.commit();
  const NoOpReply reply = get(std::move(answer));
  CHECK(reply.status.is_ok());
  CHECK(reply.place.term == kTerm);
  CHECK(reply.place.commit_offset == 1);
}

TEST_CASE("an error that rests on uncommitted records waits for them too",
          "[controller][command_loop][C6]") {
  LoopRig rig;
  rig.lead(kTerm);
  auto first = rig.append();
  REQUIRE(rig.quorum.wait_for(1));
  auto refused = rig.enroll("", Uuid{6, 6});
  CHECK(is_pending(refused));
  rig.quorum.commit();
  CHECK(get(std::move(first)).status.is_ok());
  const RegisterReply reply = get(std::move(refused));
  CHECK(reply.status.is_ok());
  CHECK(reply.answer.error == v1::INCONSISTENT_CLUSTER_ID);
}

TEST_CASE("losing the leadership refuses what waits and tells unknown from rejected",
          "[controller][command_loop][C5]") {
  LoopRig rig;
  rig.lead(kTerm);
  auto proposed = rig.append();
  auto dropped = rig.append();
  REQUIRE(rig.quorum.wait_for(2));
  auto parked = rig.enroll("", Uuid{6, 6});
  CHECK(is_pending(parked));
  rig.quorum.lose(kTerm);
  CHECK(get(std::move(parked)).status.code() == Code::kNotLeader);
  rig.quorum.end({Code::kUnknownOutcome, "the leadership was lost"});
  rig.quorum.end({Code::kNotLeader, "it was cut"});
  CHECK(get(std::move(proposed)).status.code() == Code::kUnknownOutcome);
  CHECK(get(std::move(dropped)).status.is_rejected());
  CHECK(get(rig.append()).status.code() == Code::kNotLeader);
}

TEST_CASE("what is committed under another leader releases nothing decided here",
          "[controller][command_loop][C6]") {
  LoopRig rig;
  rig.lead(kTerm);
  auto proposed = rig.append();
  REQUIRE(rig.quorum.wait_for(1));
  rig.quorum.lose(kTerm);
  v1::RecordBatch foreign;
  foreign.add_records()->mutable_no_op();
  foreign.add_records()->mutable_no_op();
  rig.quorum.commit_foreign(raft::Term{5}, foreign.SerializeAsString());
  CHECK(is_pending(proposed));
  rig.quorum.commit();  // in the log after all, but void: its offset was taken
  CHECK(get(std::move(proposed)).status.is_rejected());
  CHECK(rig.machine.image()->end_offset == 2);
}

TEST_CASE("after a rejected batch the pending image goes back and deciding goes on",
          "[controller][command_loop][C5]") {
  LoopRig rig;
  rig.lead(kTerm);
  auto rejected = rig.append();
  auto follower = rig.append();
  REQUIRE(rig.quorum.wait_for(2));
  rig.quorum.end({Code::kBusy, "no room"});
  CHECK(get(std::move(rejected)).status.code() == Code::kBusy);
  rig.quorum.commit();  // void: it rests on the one that never came to be
  CHECK(get(std::move(follower)).status.is_rejected());
  CHECK(rig.machine.image()->end_offset == 0);
  auto next = rig.append();
  REQUIRE(rig.quorum.wait_for(1));
  rig.quorum.commit();
  CHECK(get(std::move(next)).place.commit_offset == 1);
}

TEST_CASE("a retry after a failover gets the first answer and writes nothing",
          "[controller][command_loop]") {
  LoopRig rig;
  rig.lead(kTerm);
  auto first = rig.enroll("request-1");
  REQUIRE(rig.quorum.wait_for(1));
  rig.quorum.commit();
  const std::uint64_t epoch = get(std::move(first)).answer.broker_epoch;
  rig.quorum.lose(kTerm);
  rig.lead(raft::Term{6});
  const RegisterReply again = get(rig.enroll("request-1"));
  REQUIRE(again.first_answer);
  v1::RegisterBrokerResponse response;
  REQUIRE(response.ParseFromString(*again.first_answer));
  CHECK(response.broker_epoch() == epoch);
  CHECK(rig.quorum.waiting() == 0);
}

TEST_CASE("a deadline that passed in the queue is a certain refusal",
          "[controller][command_loop]") {
  LoopRig rig;
  rig.lead(kTerm);
  const NoOpReply reply = get(rig.ask<AppendNoOpAnswer>(AppendNoOp{}, {.deadline_ns = 1}));
  CHECK(reply.status.code() == Code::kTimedOut);
  CHECK(reply.status.is_rejected());
}

TEST_CASE("with too much in flight deciding pauses and the full queue refuses as busy",
          "[controller][command_loop]") {
  LoopOptions options;
  options.in_flight_batches_max = 1;
  options.admin_queue_max = 1;
  LoopRig rig(options);
  rig.lead(kTerm);
  auto flying = rig.append();
  REQUIRE(rig.quorum.wait_for(1));
  auto queued = rig.append();
  CHECK(get(rig.append()).status.code() == Code::kBusy);
  rig.quorum.commit();
  CHECK(get(std::move(flying)).status.is_ok());
  REQUIRE(rig.quorum.wait_for(1));
  rig.quorum.commit();
  CHECK(get(std::move(queued)).status.is_ok());
}

}  // namespace
}  // namespace quorate::controller
