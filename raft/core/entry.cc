#include "raft/core/entry.h"

#include <array>

#include "raft/base/crc32c.h"

namespace quorate::raft {

std::uint32_t entry_checksum(const LogId& id, EntryKind kind, std::string_view data) {
  std::array<char, 17> head{};
  for (std::size_t i = 0; i < 8; ++i) {
    head[i] = static_cast<char>(id.term.value >> (8 * i));
    head[i + 8] = static_cast<char>(id.index.value >> (8 * i));
  }
  head[16] = static_cast<char>(kind);
  return crc32c(data, crc32c(std::string_view(head.data(), head.size())));
}

bool is_intact(const Entry& entry) {
  return entry.checksum == entry_checksum(entry.id, entry.kind, entry.data.view());
}

Entry make_entry(LogId id, EntryKind kind, SharedBytes data) {
  Entry entry{id, kind, std::move(data), 0};
  entry.checksum = entry_checksum(entry.id, entry.kind, entry.data.view());
  return entry;
}

}  // namespace quorate::raft
