// One entry of the replicated log, and the bytes it carries.
//
// Payload bytes are shared, not copied, on their way from propose() to the store, the wire and the
// state machine. The checksum is computed once, where the entry gets its place in the log, and is
// verified wherever the entry comes back from a disk or a network.
// Thread: values; the shared bytes are immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "raft/core/types.h"

namespace quorate::raft {

// Immutable bytes with a shared owner: a string, or a slice of a larger buffer.
class SharedBytes {
 public:
  SharedBytes() = default;
  explicit SharedBytes(std::string bytes) {
    auto owner = std::make_shared<const std::string>(std::move(bytes));
    view_ = *owner;
    owner_ = std::move(owner);
  }
  // `view` must stay valid as long as `owner` lives.
  SharedBytes(std::shared_ptr<const void> owner, std::string_view view)
      : owner_(std::move(owner)), view_(view) {}

  [[nodiscard]] std::string_view view() const { return view_; }
  [[nodiscard]] std::size_t size() const { return view_.size(); }
  bool operator==(const SharedBytes& other) const { return view_ == other.view_; }

 private:
  std::shared_ptr<const void> owner_;
  std::string_view view_;
};

// The values are stored and sent: never renumber.
enum class EntryKind : std::uint8_t {
  kNormal = 0,      // a command of the embedder
  kNoop = 1,        // a new leader's first entry (§8); no data
  kMembership = 2,  // encode_membership() of the membership effective from here on (§6)
};

struct Entry {
  LogId id;
  EntryKind kind = EntryKind::kNormal;
  SharedBytes data;
  std::uint32_t checksum = 0;  // see entry_checksum()

  // What the entry costs in windows, quotas and batches, in bytes.
  [[nodiscard]] std::size_t bytes() const { return data.size() + kOverheadBytes; }
  bool operator==(const Entry&) const = default;

  static constexpr std::size_t kOverheadBytes = 32;
};

// CRC-32C over term, index, kind (little-endian, 8 + 8 + 1 bytes) and data: an entry that was moved
// to another place, or whose term was changed, does not verify.
[[nodiscard]] std::uint32_t entry_checksum(const LogId& id, EntryKind kind, std::string_view data);
[[nodiscard]] bool is_intact(const Entry& entry);
// Builds an entry with its checksum.
[[nodiscard]] Entry make_entry(LogId id, EntryKind kind, SharedBytes data);

}  // namespace quorate::raft
