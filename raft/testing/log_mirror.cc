#include "raft/testing/log_mirror.h"

#include <algorithm>
#include <cstring>

#include "raft/testing/trace.h"

namespace quorate::raft::testing {

Value value_of(const Entry& entry) {
  Value value = 0;
  if (entry.kind != EntryKind::kNormal || entry.data.size() < sizeof value) return 0;
  std::memcpy(&value, entry.data.view().data(), sizeof value);
  return value;
}

std::uint64_t content_hash(const Entry& entry) {
  TraceHash hash;
  hash.mix(static_cast<std::uint64_t>(entry.kind));
  hash.mix(entry.data.view());
  return hash.value();
}

const MirrorEntry* LogMirror::at(Index index) const {
  if (index == Index{0} || index > last()) return nullptr;
  return &entries_[index.value - 1];
}

std::optional<std::uint64_t> LogMirror::prefix(Index index) const {
  if (index == Index{0}) return 0;
  const MirrorEntry* entry = at(index);
  if (!entry) return std::nullopt;
  return entry->prefix;
}

LogId LogMirror::last_id() const {
  if (entries_.empty()) return {};
  return {entries_.back().term, last()};
}

const Membership& LogMirror::membership() const {
  return memberships_.empty() ? base_ : *at(memberships_.back())->membership;
}

const Membership& LogMirror::membership_at(Index index) const {
  const auto behind = std::upper_bound(memberships_.begin(), memberships_.end(), index);
  return behind == memberships_.begin() ? base_ : *at(*std::prev(behind))->membership;
}

const Membership* LogMirror::membership_before() const {
  if (memberships_.empty()) return nullptr;
  return memberships_.size() == 1 ? &base_
                                  : at(memberships_[memberships_.size() - 2])->membership.get();
}

Index LogMirror::membership_index() const {
  return memberships_.empty() ? Index{0} : memberships_.back();
}

const Membership* LogMirror::membership_of(Index index) const {
  if (index == Index{0}) return &base_;
  const MirrorEntry* entry = at(index);
  return entry == nullptr ? nullptr : entry->membership.get();
}

std::size_t LogMirror::memberships_behind(Index index) const {
  return static_cast<std::size_t>(
      memberships_.end() - std::upper_bound(memberships_.begin(), memberships_.end(), index));
}

void LogMirror::cut(Index from) {
  if (from <= last()) entries_.resize(from.value - 1);
  while (!memberships_.empty() && memberships_.back() >= from)
    memberships_.pop_back();
}

const MirrorEntry& LogMirror::append(const Entry& entry) {
  QUORATE_CHECK(entry.id.index == last().next());
  MirrorEntry mirrored{.term = entry.id.term,
                       .kind = entry.kind,
                       .value = value_of(entry),
                       .content = content_hash(entry),
                       .prefix = 0,
                       .bytes = entry.bytes(),
                       .membership = nullptr};
  if (entry.kind == EntryKind::kMembership) {
    auto membership = decode_membership(entry.data.view());
    QUORATE_CHECK(membership.is_ok());
    mirrored.membership = std::make_shared<const Membership>(std::move(membership).value());
  }
  return append(mirrored);
}

const MirrorEntry& LogMirror::append(const MirrorEntry& entry) {
  TraceHash hash;
  hash.mix(entries_.empty() ? 0 : entries_.back().prefix);
  hash.mix(entry.term.value);
  hash.mix(entry.content);
  entries_.push_back(entry);
  entries_.back().prefix = hash.value();
  if (entry.membership) memberships_.push_back(last());
  return entries_.back();
}

}  // namespace quorate::raft::testing
