// One group of an inspected directory: its positions, then its entries.
#include <algorithm>
#include <memory>

#include "raft/storage/entry_codec.h"
#include "raft/storage/group_recovery.h"
#include "raft/storage/inspect_parts.h"
#include "raft/storage/log_database.h"
#include "raft/storage/log_keys.h"

namespace quorate::raft {

namespace {

// Reads the positions of one group, each on its own.
class Positions {
 public:
  Positions(const InspectedDatabase& where, InspectedGroup& group, Inspection& inspection)
      : where_(where), group_(group), inspection_(inspection) {}

  InspectedPositions read() {
    GroupLog& log = found_.log;
    const bool has_hard_state =
        read_one(KeyKind::kHardState, "hard state", &decode_hard_state, log.hard_state);
    const bool has_base =
        read_one(KeyKind::kSnapshot, "snapshot position", &decode_snapshot, log.snapshot);
    const bool has_end = read_one(KeyKind::kLogEnd, "log end", &decode_log_id, log.last);
    found_.is_complete = has_hard_state && has_base && has_end;
    read_runs();
    read_memberships();
    publish();
    if (found_.is_complete) check();
    return std::move(found_);
  }

 private:
  void flawed(FindingKind kind, std::string message, std::optional<LogId> at = std::nullopt) {
    Finding finding{.kind = kind, .severity = Severity::kDamage, .group = group_.group};
    if (at) {
      finding.index = at->index;
      finding.term = at->term;
    }
    finding.file = file_in_message(message);
    finding.message = std::move(message);
    add_finding(inspection_, std::move(finding));
  }

  template <typename T>
  bool read_one(KeyKind kind,
                const std::string& what,
                Result<T> (*decode)(std::string_view),
                T& out) {
    const std::string key = group_key(group_.group, kind);
    const Result<std::string> payload = read_sealed(where_.db, rocksdb::ReadOptions(), key, what);
    if (!payload.is_ok()) {
      const bool is_missing = payload.status().code() == Code::kNotFound;
      flawed(FindingKind::kPositionDamaged,
             is_missing ? what + " is missing" : payload.status().message());
      return false;
    }
    Result<T> value = decode(*payload);
    if (value.is_ok()) {
      out = *std::move(value);
    } else {
      flawed(FindingKind::kPositionDamaged, what + ": " + value.status().message());
    }
    return value.is_ok();
  }

  // Calls `visit` with index and payload of every key of `kind` that verifies.
  template <typename Visit>
  void each_indexed(KeyKind kind, const std::string& what, const Visit& visit) {
    const std::unique_ptr<rocksdb::Iterator> at(where_.db.NewIterator(rocksdb::ReadOptions()));
    for (at->Seek(group_key(group_.group, kind)); at->Valid(); at->Next()) {
      const std::string key = at->key().ToString();
      const std::optional<Index> index = key_index(key, group_.group, kind);
      if (!index) break;
      Result<std::string> payload = unseal(key, {at->value().data(), at->value().size()});
      const Status status = payload.is_ok() ? visit(*index, *payload) : payload.status();
      if (status.is_ok()) continue;
      flawed(FindingKind::kPositionDamaged,
             what + " at " + std::to_string(index->value) + ": " + status.message(),
             LogId{Term{0}, *index});
    }
    if (at->status().ok()) return;
    flawed(FindingKind::kPositionDamaged, from_rocksdb(at->status(), what).message());
  }

  void read_runs() {
    each_indexed(KeyKind::kTermRun, "term run", [this](Index index, const std::string& payload) {
      const Result<Term> term = decode_term(payload);
      if (term.is_ok()) found_.log.runs.push_back({index, *term});
      return term.status();
    });
  }

  void read_memberships() {
    each_indexed(
        KeyKind::kMembership, "membership", [this](Index index, const std::string& payload) {
          const Result<Membership> membership = decode_membership(payload);
          if (!membership.is_ok()) return membership.status();
          found_.log.memberships.push_back(index);
          found_.membership_entries.emplace(index, payload);
          group_.recovered.memberships.push_back({index, *membership});
          return Status::ok();
        });
  }

  void publish() {
    group_.recovered.hard_state = found_.log.hard_state;
    group_.recovered.snapshot = found_.log.snapshot;
    group_.recovered.last = found_.log.last.index;
    group_.recovered.term_runs = found_.log.runs;
    group_.recovered.applied = found_.log.snapshot.last.index;
    group_.last = found_.log.last;
  }

  void check() {
    GroupLog log = found_.log;
    if (log.hard_state.term < log.last.term) {
      flawed(FindingKind::kHardStateBehind,
             "the stored term is " + std::to_string(log.hard_state.term.value) +
                 " but the log ends at " + position_text(log.last),
             log.last);
      log.hard_state.term = log.last.term;
    }
    for (std::size_t i = 1; i < log.runs.size(); ++i) {
      if (log.runs[i].term > log.runs[i - 1].term) continue;
      return flawed(FindingKind::kTermFalls,
                    "the terms recorded do not rise: " + std::to_string(log.runs[i].term.value) +
                        " after " + std::to_string(log.runs[i - 1].term.value),
                    LogId{log.runs[i].term, log.runs[i].first});
    }
    const Status whole = check_group_log(log);
    if (!whole.is_ok()) flawed(FindingKind::kPositionMismatch, whole.message(), log.last);
  }

  const InspectedDatabase& where_;
  InspectedGroup& group_;
  Inspection& inspection_;
  InspectedPositions found_;
};

// Walks over the records of one group.
class Walk {
 public:
  Walk(const InspectedDatabase& where,
       const InspectedPositions& positions,
       InspectedGroup& group,
       Inspection& inspection)
      : where_(where), positions_(positions), group_(group), inspection_(inspection) {
    if (positions.is_complete) {
      wanted_ = positions.log.first();
      before_ = positions.log.snapshot.last;
    }
  }

  void run(const std::function<void(std::uint64_t)>& tick) {
    const std::unique_ptr<rocksdb::Iterator> at(where_.db.NewIterator(rocksdb::ReadOptions()));
    if (wanted_) {
      at->SeekForPrev(key_of(*wanted_));
      if (!at->Valid() || !index_of(*at)) at->Seek(key_of(*wanted_));
    } else {
      at->Seek(group_key(group_.group, KeyKind::kEntries));
    }
    while (true) {
      if (!at->status().ok()) {
        if (!skip_unreadable(*at)) return;
        continue;
      }
      const std::optional<Index> first = at->Valid() ? index_of(*at) : std::nullopt;
      if (!first) break;
      const std::uint64_t before = group_.entries;
      take_record(*first, at->value());
      tick(group_.entries - before);
      at->Next();
    }
    if (positions_.is_complete && wanted_ <= positions_.log.last.index) {
      missing(positions_.log.last.index);
    }
    group_.hash.last = before_.index;
    group_.hash.value = hash_.value();
  }

 private:
  [[nodiscard]] std::string key_of(Index index) const {
    return indexed_key(group_.group, KeyKind::kEntries, index);
  }
  [[nodiscard]] std::optional<Index> index_of(const rocksdb::Iterator& at) const {
    return key_index({at.key().data(), at.key().size()}, group_.group, KeyKind::kEntries);
  }
  void flawed(FindingKind kind, LogId at, std::string file, std::string message) {
    add_finding(inspection_,
                {kind,
                 Severity::kDamage,
                 std::move(file),
                 group_.group,
                 at.index,
                 at.term == Term{0} ? std::nullopt : std::optional(at.term),
                 std::move(message)});
  }
  void missing(Index last) {
    flawed(FindingKind::kEntryMissing,
           {positions_.log.term_at(*wanted_).value_or(Term{0}), *wanted_},
           "",
           *wanted_ == last ? "entry " + std::to_string(last.value) + " is missing"
                            : "entries " + std::to_string(wanted_->value) + " to " +
                                  std::to_string(last.value) + " are missing");
    wanted_ = last.next();
  }

  void take_record(Index first, const rocksdb::Slice& value) {
    RecordScan scan = scan_entries(SharedBytes(value.ToString()), first);
    if (!wanted_) wanted_ = first;
    auto flaw = scan.flaws.begin();
    for (const Entry& entry : scan.entries) {
      while (flaw != scan.flaws.end() && flaw->index < entry.id.index)
        take_flaw(*flaw++, first);
      take(entry, first);
    }
    while (flaw != scan.flaws.end())
      take_flaw(*flaw++, first);
  }

  void take_flaw(const RecordScan::Flaw& flaw, Index record) {
    if (flaw.index < *wanted_) return;
    if (*wanted_ < flaw.index) missing(flaw.index.prev());
    flawed(FindingKind::kEntryDamaged,
           {positions_.log.term_at(flaw.index).value_or(Term{0}), flaw.index},
           file_holding(where_, key_of(record)),
           flaw.status.message());
    wanted_ = flaw.index.next();
  }

  void take(const Entry& entry, Index record) {
    if (entry.id.index < *wanted_) return;
    if (*wanted_ < entry.id.index) missing(entry.id.index.prev());
    wanted_ = entry.id.index.next();
    if (positions_.is_complete && entry.id.index > positions_.log.last.index) {
      if (is_end_passed_) return;
      is_end_passed_ = true;
      return flawed(FindingKind::kEntryUnexpected,
                    entry.id,
                    file_holding(where_, key_of(record)),
                    "it lies behind the log's end " + position_text(positions_.log.last));
    }
    compare(entry, record);
    if (group_.entries++ == 0) group_.hash.first = entry.id.index;
    group_.payload_bytes += entry.data.size();
    hash_(entry.id, entry.kind, entry.data);
    before_ = entry.id;
  }

  void compare(const Entry& entry, Index record) {
    const auto differs = [&](FindingKind kind, std::string message) {
      flawed(kind, entry.id, file_holding(where_, key_of(record)), std::move(message));
    };
    if (entry.id.term < before_.term) {
      differs(FindingKind::kTermFalls,
              "entry " + position_text(entry.id) + " follows entry " + position_text(before_));
    } else if (const auto term = positions_.log.term_at(entry.id.index);
               positions_.is_complete && term != entry.id.term) {
      differs(FindingKind::kPositionMismatch,
              "entry " + position_text(entry.id) + " is recorded as one of term " +
                  (term ? std::to_string(term->value) : "unknown"));
    }
    const auto membership = positions_.membership_entries.find(entry.id.index);
    const bool is_recorded = membership != positions_.membership_entries.end() &&
                             membership->second == entry.data.view();
    if ((entry.kind == EntryKind::kMembership) == is_recorded) return;
    if (entry.kind != EntryKind::kMembership && membership == positions_.membership_entries.end()) {
      return;
    }
    differs(FindingKind::kPositionMismatch,
            "the membership recorded at " + std::to_string(entry.id.index.value) +
                " is not the entry's");
  }

  // The iterator stands in a damaged file: goes on behind it. False at the end.
  bool skip_unreadable(rocksdb::Iterator& at) {
    const Status status = from_rocksdb(at.status(), "the log database");
    const Index from = wanted_.value_or(Index{1});
    const Index last = positions_.is_complete ? positions_.log.last.index : from;
    std::uint64_t bad = 0;  // from + bad cannot be read
    std::uint64_t good = 1;
    const auto is_readable = [&](std::uint64_t step) {
      at.Seek(key_of(Index{from.value + step}));
      return at.status().ok();
    };
    while (from.value + good <= last.value && !is_readable(good)) {
      bad = good;
      good *= 2;
    }
    const bool goes_on = from.value + good <= last.value;
    while (goes_on && good - bad > 1) {
      const std::uint64_t middle = bad + (good - bad) / 2;
      (is_readable(middle) ? good : bad) = middle;
    }
    static_cast<void>(is_readable(good));
    const Index end = goes_on && at.Valid() && index_of(at) ? *index_of(at) : last.next();
    flawed(FindingKind::kEntryUnreadable,
           {positions_.log.term_at(from).value_or(Term{0}), from},
           file_in_message(status.message()),
           "entries " + std::to_string(from.value) + " to " + std::to_string(end.value - 1) +
               " cannot be read: " + status.message());
    wanted_ = end;
    return goes_on;
  }

  const InspectedDatabase& where_;
  const InspectedPositions& positions_;
  InspectedGroup& group_;
  Inspection& inspection_;
  std::optional<Index> wanted_;  // the next entry; unknown while the base is
  LogId before_;                 // the newest whole entry
  bool is_end_passed_ = false;
  Fingerprint hash_;
};

}  // namespace

InspectedPositions inspect_positions(const InspectedDatabase& where,
                                     InspectedGroup& group,
                                     Inspection& inspection) {
  return Positions(where, group, inspection).read();
}

void inspect_entries(const InspectedDatabase& where,
                     const InspectedPositions& positions,
                     InspectedGroup& group,
                     Inspection& inspection,
                     const std::function<void(std::uint64_t)>& tick) {
  Walk(where, positions, group, inspection).run(tick);
}

}  // namespace quorate::raft
