#include "broker-stub/log/leader_epochs.h"

#include <sstream>

namespace quorate::broker {
namespace {

constexpr int kEpochsVersion = 0;

Status broken(std::string_view why) {
  return {Code::kCorruption, "leader-epoch-checkpoint: " + std::string(why)};
}

}  // namespace

Result<LeaderEpochs> LeaderEpochs::from_text(std::string_view text) {
  std::istringstream in{std::string(text)};
  int version = -1;
  std::size_t count = 0;
  if (!(in >> version >> count)) return broken("no version and count");
  if (version != kEpochsVersion) return broken("unknown version " + std::to_string(version));
  LeaderEpochs epochs;
  for (std::size_t i = 0; i < count; ++i) {
    EpochStart entry;
    if (!(in >> entry.epoch >> entry.start_offset)) return broken("fewer entries than counted");
    if (entry.epoch < 0 || entry.start_offset < 0) return broken("negative number");
    if (!epochs.entries_.empty() && (entry.epoch <= epochs.entries_.back().epoch ||
                                     entry.start_offset <= epochs.entries_.back().start_offset)) {
      return broken("entries do not increase");
    }
    epochs.entries_.push_back(entry);
  }
  return epochs;
}

std::string LeaderEpochs::to_text() const {
  std::ostringstream out;
  out << kEpochsVersion << '\n' << entries_.size() << '\n';
  for (const EpochStart& entry : entries_)
    out << entry.epoch << ' ' << entry.start_offset << '\n';
  return out.str();
}

std::optional<std::int32_t> LeaderEpochs::latest() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.back().epoch;
}

EpochChange LeaderEpochs::assign(std::int32_t epoch, std::int64_t start_offset) {
  if (epoch < 0) return EpochChange::kNone;
  if (!entries_.empty() && epoch <= entries_.back().epoch) return EpochChange::kNone;
  while (!entries_.empty() && entries_.back().start_offset >= start_offset)
    entries_.pop_back();
  entries_.push_back({epoch, start_offset});
  return EpochChange::kChanged;
}

EpochEnd LeaderEpochs::end_of(std::int32_t epoch, std::int64_t log_end) const {
  EpochEnd end;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].epoch > epoch) break;
    end.epoch = entries_[i].epoch;
    end.end_offset = i + 1 < entries_.size() ? entries_[i + 1].start_offset : log_end;
  }
  return end;
}

EpochChange LeaderEpochs::truncate_to(std::int64_t end_offset) {
  EpochChange change = EpochChange::kNone;
  while (!entries_.empty() && entries_.back().start_offset >= end_offset) {
    entries_.pop_back();
    change = EpochChange::kChanged;
  }
  return change;
}

}  // namespace quorate::broker
