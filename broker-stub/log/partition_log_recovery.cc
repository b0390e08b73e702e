// PartitionLog: opening, truncating, and what is made anew from the log itself.
#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "broker-stub/log/partition_log.h"
#include "raft/base/check.h"

namespace quorate::broker {
namespace {

constexpr std::string_view kEpochsFile = "leader-epoch-checkpoint";

// The offsets in the names of the files with this extension, ascending.
Result<std::vector<std::int64_t>> offsets_of(const std::filesystem::path& directory,
                                             std::string_view extension) {
  std::vector<std::int64_t> offsets;
  std::error_code reason;
  for (const auto& entry : std::filesystem::directory_iterator(directory, reason)) {
    const std::string name = entry.path().filename();
    std::int64_t offset = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), offset);
    if (error == std::errc() && std::string_view(end) == extension) offsets.push_back(offset);
  }
  if (reason) return {Code::kIoError, "list " + directory.string() + ": " + reason.message()};
  std::sort(offsets.begin(), offsets.end());
  return offsets;
}

}  // namespace

Result<std::unique_ptr<PartitionLog>> PartitionLog::open(const std::filesystem::path& directory,
                                                         PartitionLogOptions options,
                                                         std::int64_t recovery_point) {
  std::unique_ptr<PartitionLog> log(new PartitionLog(directory, options));
  if (const Status status = log->recover(recovery_point); !status.is_ok()) {
    return status.with_context(directory.string());
  }
  return log;
}

Status PartitionLog::recover(std::int64_t recovery_point) {
  QUORATE_TRY(load_epochs());
  QUORATE_TRY(recover_segments(recovery_point));
  recovery_point_ = std::min(recovery_point, end_offset());
  epochs_.truncate_to(end_offset() + 1);
  QUORATE_TRY(save_epochs(Durability::kCached));
  return rebuild_producers();
}

Status PartitionLog::load_epochs() {
  const auto text = read_file(directory_ / kEpochsFile);
  if (!text.is_ok() && text.status().code() != Code::kNotFound) return text.status();
  if (!text.is_ok()) return {};
  auto epochs = LeaderEpochs::from_text(*text);
  if (!epochs.is_ok()) return {};  // made anew: every batch names its epoch
  epochs_ = *std::move(epochs);
  epochs_known_ = true;
  return {};
}

Status PartitionLog::recover_segments(std::int64_t recovery_point) {
  auto bases = offsets_of(directory_, ".log");
  if (!bases.is_ok()) return bases.status();
  if (bases->empty()) bases->push_back(0);
  for (std::size_t i = 0; i < bases->size(); ++i) {
    const std::int64_t base = (*bases)[i];
    if (!segments_.empty() && base != end_offset()) {
      if (end_offset() < recovery_point) {
        return {Code::kCorruption,
                "a segment is missing between offset " + std::to_string(end_offset()) + " and " +
                    std::to_string(base)};
      }
      QUORATE_TRY(remove_file(directory_ / segment_file_name(base, ".log")));
      continue;
    }
    auto opened = Segment::open(directory_, base);
    if (!opened.is_ok()) return opened.status();
    Segment segment = *std::move(opened);
    const bool believable =
        epochs_known_ && segment.load_index().is_ok() && segment.next_offset() <= recovery_point;
    if (!believable) {
      epochs_.truncate_to(base);  // the batches say it better
      const auto end = segment.scan([this](const kafka::RecordBatchView& batch, std::uint64_t) {
        epochs_.assign(batch.leader_epoch(), batch.base_offset());
      });
      if (!end.is_ok()) return end.status();
      if (!end->reason.empty() && end->next_offset < recovery_point) {
        return {Code::kCorruption,
                "offset " + std::to_string(end->next_offset) + " lies before the recovery point " +
                    std::to_string(recovery_point) + " and does not verify: " + end->reason};
      }
      if (!end->reason.empty()) {
        recovery_.bytes_cut += end->bytes_left;
        recovery_.reason = end->reason;
        QUORATE_TRY(segment.cut_to(end->position));
      }
    }
    segments_.push_back(std::move(segment));
  }
  if (end_offset() < recovery_point) {
    return {Code::kCorruption,
            "the log ends at offset " + std::to_string(end_offset()) +
                ", before the recovery point " + std::to_string(recovery_point)};
  }
  return {};
}

Status PartitionLog::rebuild_producers() {
  producers_ = ProducerStates();
  std::int64_t from = start_offset();
  auto snapshots = offsets_of(directory_, ".snapshot");
  if (!snapshots.is_ok()) return snapshots.status();
  for (auto offset = snapshots->rbegin(); offset != snapshots->rend(); ++offset) {
    if (*offset > end_offset()) continue;
    const auto bytes = read_file(directory_ / segment_file_name(*offset, ".snapshot"));
    if (!bytes.is_ok()) return bytes.status();
    auto states = ProducerStates::from_bytes(*bytes);
    if (!states.is_ok()) continue;  // an older one, or the log from its start, says the same
    producers_ = *std::move(states);
    from = *offset;
    break;
  }
  for (const Segment& segment : segments_) {
    if (segment.next_offset() <= from) continue;
    QUORATE_TRY(segment.visit_from(from, [&](const kafka::RecordBatchView& batch, std::uint64_t) {
      producers_.on_appended(producer_batch_of(batch));
    }));
  }
  return {};
}

Status PartitionLog::save_epochs(Durability durability) const {
  return replace_file(directory_ / kEpochsFile, epochs_.to_text(), durability);
}

Status PartitionLog::save_producers() {
  const std::filesystem::path file = directory_ / segment_file_name(end_offset(), ".snapshot");
  QUORATE_TRY(replace_file(file, producers_.to_bytes()));
  const auto snapshots = offsets_of(directory_, ".snapshot");
  if (!snapshots.is_ok()) return snapshots.status();
  // The newest two stay: a truncation may go back behind the last.
  for (std::size_t i = 0; i + 2 < snapshots->size(); ++i) {
    QUORATE_TRY(remove_file(directory_ / segment_file_name((*snapshots)[i], ".snapshot")));
  }
  return {};
}

Status PartitionLog::remove_producer_snapshots_above(std::int64_t offset) {
  const auto snapshots = offsets_of(directory_, ".snapshot");
  if (!snapshots.is_ok()) return snapshots.status();
  for (const std::int64_t at : *snapshots) {
    if (at <= offset) continue;
    QUORATE_TRY(remove_file(directory_ / segment_file_name(at, ".snapshot")));
  }
  return {};
}

Status PartitionLog::truncate_to(std::int64_t end) {
  QUORATE_TRY(failure_);
  if (end > end_offset()) return {};
  const auto cut = [&]() -> Status {
    // From the end, so that a death in between leaves a shorter log without a hole.
    while (segments_.size() > 1 && segments_.back().base_offset() >= end) {
      QUORATE_TRY(segments_.back().remove());
      segments_.pop_back();
    }
    QUORATE_TRY(segments_.back().truncate_to(std::max(end, start_offset())));
    recovery_point_ = std::min(recovery_point_, end_offset());
    QUORATE_TRY(remove_producer_snapshots_above(end_offset()));
    return rebuild_producers();
  };
  if (end < end_offset()) {
    if (const Status status = cut(); !status.is_ok()) return fail(status);
  }
  // Also an epoch that wrote nothing goes.
  if (epochs_.truncate_to(end_offset()) == EpochChange::kNone) return {};
  if (const Status status = save_epochs(Durability::kCached); !status.is_ok()) return fail(status);
  return {};
}

Status PartitionLog::flush() {
  QUORATE_TRY(failure_);
  if (records_since_sync_ == 0 && recovery_point_ == end_offset()) return {};
  if (const Status status = segments_.back().sync(); !status.is_ok()) return fail(status);
  records_since_sync_ = 0;
  recovery_point_ = end_offset();
  return {};
}

Status PartitionLog::close() {
  QUORATE_TRY(flush());
  if (const Status status = segments_.back().save_index(); !status.is_ok()) return fail(status);
  if (const Status status = save_producers(); !status.is_ok()) return fail(status);
  if (const Status status = save_epochs(Durability::kSynced); !status.is_ok()) return fail(status);
  return {};
}

Status PartitionLog::roll() {
  QUORATE_TRY(close());
  auto next = Segment::open(directory_, end_offset());
  if (!next.is_ok()) return fail(next.status());
  segments_.push_back(*std::move(next));
  if (const Status status = sync_directory(directory_); !status.is_ok()) return fail(status);
  return {};
}

}  // namespace quorate::broker
