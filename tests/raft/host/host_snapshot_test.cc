// Snapshots of hosted groups: each has a store of its own, all share one thread and one bound.
#include <catch2/catch.hpp>

#include "raft/base/clock.h"
#include "tests/raft/host/hosts.h"

namespace quorate::raft {
namespace {

constexpr std::uint64_t kSnapshotGroups = 6;
constexpr std::size_t kLaggard = 2;
constexpr std::uint64_t kChunkBytes = 50;

void eager(ServerOptions& options) {
  options.snapshot_every_entries = 15;
  options.snapshot_trailing_entries = 3;
  options.core.snapshot_chunk_bytes = kChunkBytes;
}

// Groups whose host kLaggard was away while their logs were compacted.
class LaggingHosts {
 public:
  explicit LaggingHosts(HostOptions options) : hosts_(options) {
    hosts_.tune(eager);
    for (std::size_t at = 0; at < Hosts::kSize; ++at)
      hosts_.start(at);
    for (std::uint64_t id = 1; id <= kSnapshotGroups; ++id) {
      hosts_.add(GroupId{id});
      hosts_.commit(GroupId{id}, "before");
    }
    hosts_.stop(kLaggard);
    for (std::uint64_t id = 1; id <= kSnapshotGroups; ++id) {
      for (int i = 1; i <= 40; ++i)
        hosts_.commit(GroupId{id}, "g" + std::to_string(id) + " c" + std::to_string(i));
    }
    for (std::uint64_t id = 1; id <= kSnapshotGroups; ++id)
      REQUIRE(eventually([&] { return first_of(GroupId{id}) > Index{10}; }));
  }

  void come_back() {
    hosts_.start(kLaggard);
    for (std::uint64_t id = 1; id <= kSnapshotGroups; ++id)
      hosts_.add_at(kLaggard, GroupId{id}, Hosts::Voters::kAll);
  }
  [[nodiscard]] bool has_caught_up(GroupId id) {
    const std::size_t other = hosts_.leader(id);
    return hosts_.machine(kLaggard, id).commands() == hosts_.machine(other, id).commands();
  }
  [[nodiscard]] std::uint64_t bytes_sent() {
    std::uint64_t bytes = 0;
    for (std::uint64_t id = 1; id <= kSnapshotGroups; ++id) {
      for (std::size_t at = 0; at < kLaggard; ++at)
        bytes += hosts_.host(at).group(GroupId{id})->metrics().snapshot_bytes_sent;
    }
    return bytes;
  }
  Hosts& operator*() { return hosts_; }
  Hosts* operator->() { return &hosts_; }

 private:
  Index first_of(GroupId id) {
    return hosts_.host(hosts_.leader(id)).group(id)->status().core.first;
  }

  Hosts hosts_;
};

TEST_CASE("a hosted group's follower that lags behind the log gets a snapshot",
          "[host][snapshot][P60]") {
  LaggingHosts hosts({});
  hosts.come_back();
  for (std::uint64_t id = 1; id <= kSnapshotGroups; ++id) {
    REQUIRE(eventually([&] { return hosts.has_caught_up(GroupId{id}); }));
    const auto group = hosts->host(kLaggard).group(GroupId{id});
    CHECK(hosts->machine(kLaggard, GroupId{id}).restores() == 1);
    CHECK(group->metrics().snapshots_installed == 1);
    CHECK_FALSE(group->snapshots().empty());
    CHECK(hosts->group_fatal_calls(kLaggard) == 0);
    hosts->commit(GroupId{id}, "after");
  }
  for (std::uint64_t id = 1; id <= kSnapshotGroups; ++id)
    CHECK(eventually([&] { return hosts.has_caught_up(GroupId{id}); }));
}

TEST_CASE("snapshots of several groups at once keep to the bytes per second of their host",
          "[host][snapshot]") {
  constexpr std::uint64_t kBytesPerSecond = 2000;
  HostOptions options;
  options.snapshot_send_bytes_per_second = kBytesPerSecond;
  LaggingHosts hosts(options);
  const std::int64_t begin_ns = system_clock().monotonic_ns();
  hosts.come_back();
  for (std::uint64_t id = 1; id <= kSnapshotGroups; ++id)
    REQUIRE(eventually([&] { return hosts.has_caught_up(GroupId{id}); }));
  const std::int64_t took_ns = system_clock().monotonic_ns() - begin_ns;
  // Two hosts lead and send; each lets one piece pass before it counts.
  const std::uint64_t counted = hosts.bytes_sent() - 2 * kChunkBytes;
  CHECK(hosts.bytes_sent() > kSnapshotGroups * 3 * kChunkBytes);
  CHECK(took_ns >= static_cast<std::int64_t>(counted * 1'000'000'000 / (2 * kBytesPerSecond)));
}

TEST_CASE("a hosted group starts from its newest snapshot", "[host][snapshot][P12]") {
  LaggingHosts hosts({});
  const GroupId group{3};
  hosts->remove_at(0, group);
  hosts->add_at(0, group, Hosts::Voters::kAll);
  CHECK(hosts->machine(0, group).restores() == 1);
  hosts->commit(group, "again");
  CHECK(eventually(
      [&] { return hosts->machine(0, group).commands() == hosts->machine(1, group).commands(); }));
}

}  // namespace
}  // namespace quorate::raft
