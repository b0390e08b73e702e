#include "raft/storage/log_keys.h"

#include <utility>

#include "raft/base/crc32c.h"
#include "raft/storage/byte_codec.h"

namespace quorate::raft {

namespace {

constexpr char kGroupTag = 'g';
constexpr std::size_t kPrefixBytes = 1 + 8;

Status malformed(const char* what) {
  return {Code::kCorruption, std::string(what) + " malformed"};
}

}  // namespace

std::string identity_key() {
  return "i";
}

std::string group_prefix(GroupId group) {
  std::string key(1, kGroupTag);
  append_big_endian(key, group.value);
  return key;
}

std::string group_key(GroupId group, KeyKind kind) {
  std::string key = group_prefix(group);
  key.push_back(static_cast<char>(kind));
  return key;
}

std::string indexed_key(GroupId group, KeyKind kind, Index index) {
  std::string key = group_key(group, kind);
  append_big_endian(key, index.value);
  return key;
}

std::optional<GroupId> key_group(std::string_view key) {
  if (key.size() <= kPrefixBytes || key.front() != kGroupTag) return std::nullopt;
  return GroupId{ByteReader(key.substr(1)).big_endian()};
}

std::optional<Index> key_index(std::string_view key, GroupId group, KeyKind kind) {
  const std::string prefix = group_key(group, kind);
  if (key.size() != prefix.size() + 8 || key.substr(0, prefix.size()) != prefix) {
    return std::nullopt;
  }
  return Index{ByteReader(key.substr(prefix.size())).big_endian()};
}

std::string seal(std::string_view key, std::string payload) {
  append_u32(payload, crc32c(payload, crc32c(key)));
  return payload;
}

Result<std::string> unseal(std::string_view key, std::string_view value) {
  if (value.size() < 4) return malformed("a sealed value is");
  const std::string_view payload = value.substr(0, value.size() - 4);
  if (ByteReader(value.substr(payload.size())).u32() != crc32c(payload, crc32c(key))) {
    return {Code::kCorruption, "checksum does not match"};
  }
  return std::string(payload);
}

std::string encode_hard_state(const HardState& state) {
  const ReplicaId vote = state.voted_for.value_or(ReplicaId{});
  std::string out;
  append_u64(out, state.term.value);
  out.push_back(state.voted_for ? '\1' : '\0');
  append_u64(out, vote.node.value);
  append_u64(out, vote.incarnation.high);
  append_u64(out, vote.incarnation.low);
  return out;
}

Result<HardState> decode_hard_state(std::string_view payload) {
  ByteReader in(payload);
  HardState state;
  state.term = Term{in.u64()};
  const bool voted = in.u8() != 0;
  const ReplicaId vote{NodeId{in.u64()}, Incarnation{in.u64(), in.u64()}};
  if (voted) state.voted_for = vote;
  if (!in.finished()) return malformed("hard state is");
  return state;
}

std::string encode_log_id(const LogId& id) {
  std::string out;
  append_u64(out, id.term.value);
  append_u64(out, id.index.value);
  return out;
}

Result<LogId> decode_log_id(std::string_view payload) {
  ByteReader in(payload);
  const LogId id{Term{in.u64()}, Index{in.u64()}};
  if (!in.finished()) return malformed("log end is");
  return id;
}

std::string encode_term(Term term) {
  std::string out;
  append_u64(out, term.value);
  return out;
}

Result<Term> decode_term(std::string_view payload) {
  ByteReader in(payload);
  const Term term{in.u64()};
  if (!in.finished()) return malformed("term run is");
  return term;
}

std::string encode_snapshot(const SnapshotMeta& snapshot) {
  std::string out = encode_log_id(snapshot.last);
  append_u64(out, snapshot.bytes);
  append_u32(out, snapshot.checksum);
  out += encode_membership(snapshot.membership);
  return out;
}

Result<SnapshotMeta> decode_snapshot(std::string_view payload) {
  ByteReader in(payload);
  SnapshotMeta snapshot;
  snapshot.last = LogId{Term{in.u64()}, Index{in.u64()}};
  snapshot.bytes = in.u64();
  snapshot.checksum = in.u32();
  const std::string_view bytes = in.bytes(in.remaining());
  // A replica that joins has none before its first membership entry.
  if (!in.failed() && bytes == encode_membership(Membership{})) return snapshot;
  const Result<Membership> membership = decode_membership(bytes);
  if (in.failed()) return malformed("snapshot position is");
  if (!membership.is_ok()) return membership.status();
  snapshot.membership = *membership;
  return snapshot;
}

}  // namespace quorate::raft
