// A page of the witness file: the claims of up to 64 groups, in two slots that take turns.
//
//   file = page{1..}      page = slot[2]      slot = one block of 4 KiB with a checksum
//
// Pages share nothing but the identity: a change of one group's claim costs one block, however many
// groups there are. Thread: values. Source: docs/storage-format.md, docs/adr/0013-witness-pages.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "raft/base/status.h"
#include "raft/core/types.h"
#include "raft/storage/identity.h"

namespace quorate::raft {

inline constexpr std::size_t kWitnessSlotBytes = 4096;
inline constexpr std::size_t kWitnessSlots = 2;
inline constexpr std::size_t kWitnessPageBytes = kWitnessSlots * kWitnessSlotBytes;
inline constexpr std::size_t kWitnessPageGroupsMax = 64;
inline constexpr std::size_t kWitnessPagesMax = 1024;
// At most so many groups in one data directory.
inline constexpr std::size_t kWitnessGroupsMax = kWitnessPagesMax * kWitnessPageGroupsMax;

// What is claimed of one group.
struct WitnessedGroup {
  HardState hard_state;
  LogId last;  // an entry (or snapshot position) that the log holds; {0, 0} claims nothing
  bool operator==(const WitnessedGroup&) const = default;
};

// The content of one slot.
struct WitnessPage {
  std::uint64_t sequence = 0;  // of writes of this page; the slot with the higher one is newer
  std::uint32_t number = 0;
  // How many pages were durable when this was written. That of page 0 counts: those pages must be
  // there.
  std::uint32_t pages = 1;
  Identity identity;
  std::map<GroupId, WitnessedGroup> groups;  // at most kWitnessPageGroupsMax
  bool operator==(const WitnessPage&) const = default;
};

// Exactly kWitnessSlotBytes.
[[nodiscard]] std::string encode_witness(const WitnessPage& page);
// kCorruption with the reason. A slot of the first format is the only page of its file.
Result<WitnessPage> decode_witness(std::string_view slot);

// Where the write number `sequence` of a page goes.
[[nodiscard]] std::uint64_t witness_slot_offset(std::uint32_t page, std::uint64_t sequence);

}  // namespace quorate::raft
