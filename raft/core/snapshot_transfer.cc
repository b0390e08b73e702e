#include "raft/core/snapshot_transfer.h"

#include <algorithm>

#include "raft/base/check.h"

namespace quorate::raft {
namespace {

constexpr std::uint32_t kDoublingsMax = 4;  // of a pause

std::uint64_t doubled(std::uint64_t ticks, std::uint32_t times) {
  return ticks << std::min(times, kDoublingsMax);
}

}  // namespace

SnapshotSending::SnapshotSending(SnapshotTransfer transfer,
                                 Limits limits,
                                 std::uint32_t failures,
                                 std::uint64_t now)
    : transfer_(transfer), limits_(limits), failures_(failures), resume_at_(now), news_at_(now) {
  QUORATE_CHECK(limits_.chunk_bytes > 0 && limits_.chunks_in_flight_max > 0);
  if (failures_ > 0) resume_at_ = now + doubled(limits_.patience_ticks, failures_ - 1);
}

std::uint64_t SnapshotSending::window_bytes() const {
  const std::uint64_t chunks = is_answered_ ? limits_.chunks_in_flight_max : 1;
  return chunks * limits_.chunk_bytes;
}

std::optional<SnapshotRequest> SnapshotSending::next_request(std::uint64_t now) {
  if (now < resume_at_ || is_all_asked_) return std::nullopt;
  if (!meta_ && reading_ > 0) return std::nullopt;  // its length is not known yet
  if (asked_ - acknowledged_ + limits_.chunk_bytes > window_bytes()) return std::nullopt;
  const SnapshotRequest request{transfer_, asked_, limits_.chunk_bytes};
  asked_ += limits_.chunk_bytes;
  if (meta_ && asked_ >= meta_->bytes) {
    asked_ = meta_->bytes;
    is_all_asked_ = true;
  }
  ++reading_;
  check();
  return request;
}

bool SnapshotSending::on_read(const SnapshotPiece& piece) {
  QUORATE_CHECK(reading_ > 0);
  --reading_;
  if (!meta_) {
    meta_ = piece.meta;
    is_all_asked_ = asked_ >= meta_->bytes;
    asked_ = std::min(asked_, meta_->bytes);
  }
  check();
  return piece.meta == *meta_ && piece.offset <= meta_->bytes &&
         piece.bytes.size() <= meta_->bytes - piece.offset;
}

bool SnapshotSending::on_acknowledged(std::uint64_t next_offset, std::uint64_t now) {
  if (!meta_ || next_offset > meta_->bytes) return false;
  is_answered_ = true;
  heard_ = next_offset;
  if (next_offset > acknowledged_) {
    acknowledged_ = next_offset;
    asked_ = std::max(asked_, acknowledged_);  // it has kept some from an earlier transfer
    news_at_ = now;
    retries_ = 0;
  }
  check();
  return true;
}

void SnapshotSending::on_lost(std::uint64_t now) {
  if (reading_ > 0) return;  // I3
  acknowledged_ = heard_;
  asked_ = heard_;
  is_all_asked_ = false;
  is_answered_ = false;
  news_at_ = now;
  check();
}

void SnapshotSending::on_contact(std::uint64_t now) {
  if (now < resume_at_ || now - news_at_ < doubled(limits_.patience_ticks, retries_)) return;
  ++retries_;
  on_lost(now);
}

void SnapshotSending::check() const {
  QUORATE_CHECK(acknowledged_ <= asked_);                                    // I1
  QUORATE_CHECK(!meta_ || asked_ <= meta_->bytes);                           // I1
  QUORATE_CHECK(asked_ - acknowledged_ <= window_bytes() || !is_answered_);  // I2
  QUORATE_CHECK(meta_ || reading_ <= 1);
}

}  // namespace quorate::raft
