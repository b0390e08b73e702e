#include "raft/core/types.h"

#include <array>
#include <ostream>

#include "raft/base/check.h"

namespace quorate::raft {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kUuidCharacters = 22;

std::array<std::uint8_t, kUuidBytes> bytes_of(const Uuid& uuid) {
  std::array<std::uint8_t, kUuidBytes> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(uuid.high >> (56U - 8U * i));
    bytes[i + 8] = static_cast<std::uint8_t>(uuid.low >> (56U - 8U * i));
  }
  return bytes;
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::kFollower: return "follower";
    case Role::kPreCandidate: return "pre_candidate";
    case Role::kCandidate: return "candidate";
    case Role::kLeader: return "leader";
  }
  return "invalid_role";
}

std::string to_string(const Uuid& uuid) {
  std::string text;
  text.reserve(kUuidCharacters);
  std::uint32_t pending = 0;
  unsigned pending_bits = 0;
  for (const std::uint8_t byte : bytes_of(uuid)) {
    pending = (pending << 8U) | byte;
    pending_bits += 8;
    for (; pending_bits >= 6; pending_bits -= 6) {
      text.push_back(kAlphabet[(pending >> (pending_bits - 6)) & 63U]);
    }
  }
  text.push_back(kAlphabet[(pending << (6 - pending_bits)) & 63U]);
  QUORATE_CHECK(text.size() == kUuidCharacters);
  return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != kUuidCharacters) return std::nullopt;
  Uuid uuid;
  unsigned bits = 0;
  for (const char character : text) {
    const std::size_t digit = kAlphabet.find(character);
    if (digit == std::string_view::npos) return std::nullopt;
    for (unsigned shift = 6; shift-- > 0; ++bits) {
      const std::uint64_t bit = (digit >> shift) & 1U;
      if (bits >= 128) {
        if (bit != 0) return std::nullopt;  // two spellings of one id would not compare equal
      } else if (bits < 64) {
        uuid.high = (uuid.high << 1U) | bit;
      } else {
        uuid.low = (uuid.low << 1U) | bit;
      }
    }
  }
  return uuid;
}

std::ostream& operator<<(std::ostream& out, Term term) {
  return out << term.value;
}
std::ostream& operator<<(std::ostream& out, Index index) {
  return out << index.value;
}
std::ostream& operator<<(std::ostream& out, const LogId& id) {
  return out << id.term << ':' << id.index;
}
std::ostream& operator<<(std::ostream& out, NodeId node) {
  return out << node.value;
}
std::ostream& operator<<(std::ostream& out, GroupId group) {
  return out << group.value;
}
std::ostream& operator<<(std::ostream& out, const Uuid& uuid) {
  return out << to_string(uuid);
}
std::ostream& operator<<(std::ostream& out, const ReplicaId& replica) {
  return out << replica.node << '@' << replica.incarnation;
}
std::ostream& operator<<(std::ostream& out, Role role) {
  return out << to_string(role);
}

}  // namespace quorate::raft
