// The words of the paper as types: a term is not an index, and neither is a number.
//
// Ranges: term and index start at 0 ("none yet"); the first entry has index 1.
// Thread: values. Source: Raft paper, Figure 2; KIP-853 for identity = node id + disk.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace quorate::raft {

struct Term {
  std::uint64_t value = 0;
  auto operator<=>(const Term&) const = default;
  [[nodiscard]] Term next() const { return {value + 1}; }
};

struct Index {
  std::uint64_t value = 0;
  auto operator<=>(const Index&) const = default;
  [[nodiscard]] Index next() const { return {value + 1}; }
  // Requires value > 0.
  [[nodiscard]] Index prev() const { return {value - 1}; }
};

// Which entry: unique over the life of a group. Ordered by term, then index, which is the paper's
// "at least as up to date" (§5.4.1).
struct LogId {
  Term term;
  Index index;
  auto operator<=>(const LogId&) const = default;
};

struct NodeId {
  std::uint64_t value = 0;
  auto operator<=>(const NodeId&) const = default;
};

struct GroupId {
  std::uint64_t value = 0;
  auto operator<=>(const GroupId&) const = default;
};

// 128 random bits; all zero means "none". Written as 22 characters of URL-safe base64, like Kafka.
struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Uuid&) const = default;
  [[nodiscard]] bool is_none() const { return high == 0 && low == 0; }
};

// A reading of a replica's own monotonic clock, in nanoseconds; two replicas' readings are never
// compared.
using ClockTime = std::uint64_t;

using Incarnation = Uuid;  // drawn when a data directory is formatted, never again
using ClusterId = Uuid;

// Who takes part: a node *and* its disk. A wiped disk is another replica.
struct ReplicaId {
  NodeId node;
  Incarnation incarnation;
  auto operator<=>(const ReplicaId&) const = default;
};

// What must be durable before a promise leaves (Figure 2, "persistent state").
struct HardState {
  Term term;
  std::optional<ReplicaId> voted_for;
  bool operator==(const HardState&) const = default;
};

enum class Role : std::uint8_t { kFollower, kPreCandidate, kCandidate, kLeader };

[[nodiscard]] std::string_view to_string(Role role);  // "follower", "pre_candidate", ...
[[nodiscard]] std::string to_string(const Uuid& uuid);
// The inverse of to_string(Uuid); nothing when `text` is not 22 base64 characters.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);

std::ostream& operator<<(std::ostream& out, Term term);
std::ostream& operator<<(std::ostream& out, Index index);
std::ostream& operator<<(std::ostream& out, const LogId& id);  // "<term>:<index>"
std::ostream& operator<<(std::ostream& out, NodeId node);
std::ostream& operator<<(std::ostream& out, GroupId group);
std::ostream& operator<<(std::ostream& out, const Uuid& uuid);
std::ostream& operator<<(std::ostream& out, const ReplicaId& replica);  // "<node>@<incarnation>"
std::ostream& operator<<(std::ostream& out, Role role);

}  // namespace quorate::raft
