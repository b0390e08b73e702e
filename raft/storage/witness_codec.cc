// The bytes of a witness slot (docs/storage-format.md, "Witness").
#include "raft/base/check.h"
#include "raft/base/crc32c.h"
#include "raft/storage/byte_codec.h"
#include "raft/storage/witness_page.h"

namespace quorate::raft {

namespace {

constexpr std::string_view kSlotMagicOne = "QWITNES1";  // one page, which does not say its number
constexpr std::string_view kSlotMagic = "QWITNES2";

void append_uuid(std::string& out, const Uuid& uuid) {
  append_u64(out, uuid.high);
  append_u64(out, uuid.low);
}

// The braces fix the order of the two reads.
Uuid read_uuid(ByteReader& in) {
  return Uuid{in.u64(), in.u64()};
}

Status damaged_slot(const char* what) {
  return {Code::kCorruption, std::string("witness slot: ") + what};
}

std::pair<GroupId, WitnessedGroup> read_group(ByteReader& in) {
  const GroupId id{in.u64()};
  WitnessedGroup group;
  group.hard_state.term = Term{in.u64()};
  const bool voted = in.u8() != 0;
  const NodeId node{in.u64()};
  const Incarnation incarnation = read_uuid(in);
  if (voted) group.hard_state.voted_for = ReplicaId{node, incarnation};
  group.last.term = Term{in.u64()};
  group.last.index = Index{in.u64()};
  return {id, group};
}

}  // namespace

std::string encode_witness(const WitnessPage& page) {
  QUORATE_CHECK(page.groups.size() <= kWitnessPageGroupsMax);
  std::string out(kSlotMagic);
  append_u64(out, page.sequence);
  append_u32(out, page.number);
  append_u32(out, page.pages);
  append_u32(out, page.identity.format);
  append_uuid(out, page.identity.cluster);
  append_u64(out, page.identity.node.value);
  append_uuid(out, page.identity.incarnation);
  if (page.identity.format >= kFencedDataDirFormat) append_uuid(out, page.identity.fence);
  append_u32(out, static_cast<std::uint32_t>(page.groups.size()));
  for (const auto& [id, group] : page.groups) {
    const ReplicaId vote = group.hard_state.voted_for.value_or(ReplicaId{});
    append_u64(out, id.value);
    append_u64(out, group.hard_state.term.value);
    out.push_back(group.hard_state.voted_for ? '\1' : '\0');
    append_u64(out, vote.node.value);
    append_uuid(out, vote.incarnation);
    append_u64(out, group.last.term.value);
    append_u64(out, group.last.index.value);
  }
  QUORATE_CHECK(out.size() <= kWitnessSlotBytes - sizeof(std::uint32_t));
  out.resize(kWitnessSlotBytes - sizeof(std::uint32_t));
  append_u32(out, crc32c(out));
  return out;
}

Result<WitnessPage> decode_witness(std::string_view slot) {
  if (slot.size() != kWitnessSlotBytes) return damaged_slot("wrong size");
  const std::string_view body = slot.substr(0, kWitnessSlotBytes - sizeof(std::uint32_t));
  ByteReader checksum(slot.substr(body.size()));
  if (checksum.u32() != crc32c(body)) return damaged_slot("checksum does not match");
  ByteReader in(body);
  const std::string_view magic = in.bytes(kSlotMagic.size());
  if (magic != kSlotMagic && magic != kSlotMagicOne) return damaged_slot("not a witness");
  WitnessPage page;
  page.sequence = in.u64();
  if (magic == kSlotMagic) page.number = in.u32();
  if (magic == kSlotMagic) page.pages = in.u32();
  if (page.number >= kWitnessPagesMax || page.pages == 0 || page.pages > kWitnessPagesMax) {
    return damaged_slot("no such page");
  }
  page.identity.format = in.u32();
  page.identity.cluster = read_uuid(in);
  page.identity.node = NodeId{in.u64()};
  page.identity.incarnation = read_uuid(in);
  if (page.identity.format >= kFencedDataDirFormat) page.identity.fence = read_uuid(in);
  const std::uint32_t count = in.u32();
  if (count > kWitnessPageGroupsMax) return damaged_slot("too many groups");
  for (std::uint32_t i = 0; i < count; ++i)
    page.groups.insert(read_group(in));
  if (in.failed() || page.groups.size() != count) return damaged_slot("malformed");
  return page;
}

std::uint64_t witness_slot_offset(std::uint32_t page, std::uint64_t sequence) {
  return std::uint64_t{page} * kWitnessPageBytes + (sequence % kWitnessSlots) * kWitnessSlotBytes;
}

}  // namespace quorate::raft
