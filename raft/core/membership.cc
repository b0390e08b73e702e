#include "raft/core/membership.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <sstream>

namespace quorate::raft {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kReplicaBytes = 24;

Status refuse(std::string_view rule, const ReplicaId& replica) {
  std::ostringstream message;
  message << "membership: " << rule << ": replica " << replica;
  return {Code::kInvalidArgument, message.str()};
}

Status check_list(const std::vector<ReplicaId>& list, std::string_view name) {
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (!(list[i - 1] < list[i])) return refuse(std::string(name) + " is not sorted", list[i]);
    if (list[i - 1].node == list[i].node) {
      return refuse("I1 a node id stands twice in " + std::string(name), list[i]);
    }
  }
  return Status::ok();
}

void put_number(std::string& bytes, std::uint64_t number, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    bytes.push_back(static_cast<char>(number >> (8 * i)));
}

std::uint64_t take_number(std::string_view& bytes, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i) {
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  bytes.remove_prefix(size);
  return number;
}

// Empties `bytes` of one list; nothing when they are too short for what they announce.
std::optional<std::vector<ReplicaId>> take_list(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  const std::uint64_t count = take_number(bytes, 4);
  if (count > bytes.size() / kReplicaBytes) return std::nullopt;
  std::vector<ReplicaId> list(count);
  for (ReplicaId& replica : list) {
    replica.node.value = take_number(bytes, 8);
    replica.incarnation.high = take_number(bytes, 8);
    replica.incarnation.low = take_number(bytes, 8);
  }
  return list;
}

void print_list(std::ostream& out, const std::vector<ReplicaId>& list) {
  std::string_view separator;
  for (const ReplicaId& replica : list) {
    out << separator << replica;
    separator = ",";
  }
}

}  // namespace

bool holds(const std::vector<ReplicaId>& list, const ReplicaId& replica) {
  return std::find(list.begin(), list.end(), replica) != list.end();
}

bool Membership::is_voter(const ReplicaId& replica) const {
  return holds(voters, replica) || holds(outgoing, replica);
}

bool Membership::is_learner(const ReplicaId& replica) const {
  return holds(learners, replica);
}

bool Membership::contains(const ReplicaId& replica) const {
  return is_voter(replica) || is_learner(replica);
}

std::vector<ReplicaId> Membership::all() const {
  std::vector<ReplicaId> everyone;
  everyone.reserve(voters.size() + outgoing.size() + learners.size());
  for (const auto* list : {&voters, &outgoing, &learners}) {
    everyone.insert(everyone.end(), list->begin(), list->end());
  }
  std::sort(everyone.begin(), everyone.end());
  everyone.erase(std::unique(everyone.begin(), everyone.end()), everyone.end());
  return everyone;
}

Status validate(const Membership& membership) {
  if (membership.voters.empty()) {
    return {Code::kInvalidArgument, "membership: I1 there is no voter"};
  }
  QUORATE_TRY(check_list(membership.voters, "voters"));
  QUORATE_TRY(check_list(membership.outgoing, "outgoing"));
  QUORATE_TRY(check_list(membership.learners, "learners"));
  QUORATE_TRY(check_list(membership.learners_next, "learners_next"));
  if (membership.voters.size() > Membership::kVotersMax) {
    return refuse("I4 too many voters", membership.voters[Membership::kVotersMax]);
  }
  if (membership.outgoing.size() > Membership::kVotersMax) {
    return refuse("I4 too many outgoing voters", membership.outgoing[Membership::kVotersMax]);
  }
  if (membership.learners.size() > Membership::kLearnersMax) {
    return refuse("I4 too many learners", membership.learners[Membership::kLearnersMax]);
  }
  for (const ReplicaId& learner : membership.learners) {
    if (membership.is_voter(learner)) {
      return refuse("I2 both voter and learner", learner);
    }
  }
  for (const ReplicaId& next : membership.learners_next) {
    if (!holds(membership.outgoing, next) || holds(membership.voters, next)) {
      return refuse("I3 a learner to be must be a voter of the outgoing half alone", next);
    }
  }
  return Status::ok();
}

std::string encode_membership(const Membership& membership) {
  std::string bytes(1, kVersion);
  for (const auto* list : {&membership.voters,
                           &membership.outgoing,
                           &membership.learners,
                           &membership.learners_next}) {
    put_number(bytes, list->size(), 4);
    for (const ReplicaId& replica : *list) {
      put_number(bytes, replica.node.value, 8);
      put_number(bytes, replica.incarnation.high, 8);
      put_number(bytes, replica.incarnation.low, 8);
    }
  }
  return bytes;
}

Result<Membership> decode_membership(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kVersion) {
    return {Code::kCorruption, "membership entry: unknown version"};
  }
  bytes.remove_prefix(1);
  Membership membership;
  for (auto* list : {&membership.voters,
                     &membership.outgoing,
                     &membership.learners,
                     &membership.learners_next}) {
    auto taken = take_list(bytes);
    if (!taken) return {Code::kCorruption, "membership entry: a list is cut short"};
    *list = std::move(*taken);
  }
  if (!bytes.empty()) return {Code::kCorruption, "membership entry: bytes left over"};
  if (const Status status = validate(membership); !status.is_ok()) {
    return {Code::kCorruption, "membership entry: " + status.message()};
  }
  return membership;
}

std::ostream& operator<<(std::ostream& out, const Membership& membership) {
  out << "voters=";
  print_list(out, membership.voters);
  if (membership.is_joint()) {
    out << " outgoing=";
    print_list(out, membership.outgoing);
  }
  if (!membership.learners.empty()) {
    out << " learners=";
    print_list(out, membership.learners);
  }
  if (!membership.learners_next.empty()) {
    out << " learners_next=";
    print_list(out, membership.learners_next);
  }
  return out;
}

}  // namespace quorate::raft
