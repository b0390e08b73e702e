// Who touches the core: whatever comes in, from however many threads, one thread carries it out.
#include <atomic>
#include <functional>
#include <set>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/raft/server/cluster.h"

namespace quorate::raft {
namespace {

// Remembers on which threads events came, and which kinds.
class ThreadNotes final : public EventSink {
 public:
  void on_event(const Options&, const Event& event) override {
    const MutexLock lock(mutex_);
    threads_.insert(std::this_thread::get_id());
    kinds_.insert(event.kind);
  }
  [[nodiscard]] std::set<std::thread::id> threads() const {
    const MutexLock lock(mutex_);
    return threads_;
  }
  [[nodiscard]] bool saw(EventKind kind) const {
    const MutexLock lock(mutex_);
    return kinds_.contains(kind);
  }

 private:
  mutable Mutex mutex_;
  std::set<std::thread::id> threads_ QUORATE_GUARDED_BY(mutex_);
  std::set<EventKind> kinds_ QUORATE_GUARDED_BY(mutex_);
};

ReplicaId member(std::uint64_t node) {
  return {.node = NodeId{node}, .incarnation = {.high = 1, .low = node}};
}

// A follower's word from a term that nobody has seen: the term changes, and the role of a leader.
Message from_term(const Options& to, std::uint64_t term) {
  return {.cluster = to.cluster,
          .group = to.group,
          .from = member(2),
          .to = to.self,
          .term = Term{term},
          .body = HeartbeatResult{}};
}

// A machine whose wall clock jumps by ten years, back and forth, with every look at it.
class JumpingClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t monotonic_ns() const override { return system_clock().monotonic_ns(); }
  [[nodiscard]] std::int64_t wall_ms() const override {
    constexpr std::int64_t kTenYearsMs = std::int64_t{10} * 365 * 24 * 3600 * 1000;
    const int look = ++looks_;
    return system_clock().wall_ms() + (look % 2 == 0 ? kTenYearsMs : -kTenYearsMs);
  }

 private:
  mutable std::atomic<int> looks_ = 0;
};

}  // namespace

TEST_CASE("a wall clock that jumps by years costs no leadership", "[server][threads][P36]") {
  ServerOptions options = Cluster::fast();
  options.core.self = member(1);
  const JumpingClock clock;
  RecordingMachine machine;
  ServerParts parts;
  parts.log_store =
      std::make_unique<DiskStore>(std::make_shared<Disk>(Bootstrap{options.core.group, kAlone}));
  parts.transport = std::make_unique<LoopTransport>(std::make_shared<LoopNetwork>(), NodeId{1});
  parts.state_machine = &machine;
  parts.clock = &clock;
  auto server = Server::start(options, std::move(parts));
  REQUIRE(server.is_ok());
  const auto leads = [&] { return (*server)->status().core.role == Role::kLeader; };
  REQUIRE(eventually(leads));
  Answers answers;
  for (int i = 0; i < 100; ++i) {
    REQUIRE((*server)->propose(SharedBytes("x"), {}, answers.proposal("x")).is_ok());
    static_cast<void>(clock.wall_ms());
    REQUIRE(eventually([&] { return answers.total() == static_cast<std::size_t>(i) + 1; }));
  }
  CHECK(answers.accepted().size() == 100);
  CHECK((*server)->status().core.term == Term{1});
}

TEST_CASE("role and term and vote and timers change on one thread whoever calls",
          "[server][threads][P35]") {
  ServerOptions options = Cluster::fast();
  options.core.self = member(1);
  const auto network = std::make_shared<LoopNetwork>();
  ThreadNotes notes;
  RecordingMachine machine;
  ServerParts parts;
  parts.log_store =
      std::make_unique<DiskStore>(std::make_shared<Disk>(Bootstrap{options.core.group, kAlone}));
  parts.transport = std::make_unique<LoopTransport>(network, NodeId{1});
  parts.state_machine = &machine;
  parts.events = &notes;
  auto server = Server::start(options, std::move(parts));
  REQUIRE(server.is_ok());

  Answers answers;
  std::atomic<int> calls = 0;
  std::atomic<bool> done = false;
  const auto keep_calling = [&](const std::function<void(int)>& call) {
    return std::thread([&, call] {
      for (int i = 1; !done; ++i) {
        call(i);
        ++calls;
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    });
  };
  std::vector<std::thread> callers;
  callers.push_back(keep_calling([&](int) {
    static_cast<void>((*server)->propose(SharedBytes("x"), {}, answers.proposal("x")));
  }));
  callers.push_back(
      keep_calling([&](int) { static_cast<void>((*server)->read(answers.read("r"))); }));
  callers.push_back(keep_calling([&](int i) {
    if (i % 50 == 0) static_cast<void>((*server)->step_down());
  }));
  callers.push_back(keep_calling(
      [&](int i) { network->deliver({from_term(options.core, static_cast<std::uint64_t>(i))}); }));
  CHECK(eventually([&] {
    return calls > 2000 && notes.saw(EventKind::kTermChanged) &&
           notes.saw(EventKind::kCommitAdvanced) && notes.saw(EventKind::kMessageIgnored);
  }));
  done = true;
  for (std::thread& caller : callers)
    caller.join();
  (*server)->stop();

  CHECK(notes.saw(EventKind::kRoleChanged));
  CHECK(notes.threads().size() == 1);
  CHECK(!notes.threads().contains(std::this_thread::get_id()));
}

}  // namespace quorate::raft
