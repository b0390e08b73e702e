#include "controller/service/metadata_state_machine.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "quorate/controller/v1/record.pb.h"

#include "controller/service/image_snapshot.h"

namespace quorate::controller {
namespace {

[[noreturn]] void stop_here(const raft::Entry& entry, const std::string& why) {
  throw std::runtime_error("metadata entry " + std::to_string(entry.id.index.value) + " of term " +
                           std::to_string(entry.id.term.value) + " cannot be replayed: " + why);
}

}  // namespace

ImagePointer MetadataStateMachine::image() const {
  const MutexLock lock(mutex_);
  return image_;
}

void MetadataStateMachine::apply(std::span<const raft::Entry> entries,
                                 raft::ApplyResults& results) {
  MetadataImage image = *this->image();
  raft::Term term;
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const raft::Entry& entry = entries[at];
    term = entry.id.term;
    if (entry.kind != raft::EntryKind::kNormal) continue;
    if (!apply_batch(entry, image)) results.set(at, raft::SharedBytes(std::string(kVoidResult)));
  }
  const std::uint64_t end_offset = image.end_offset;
  auto next = std::make_shared<const MetadataImage>(std::move(image));
  {
    const MutexLock lock(mutex_);
    image_.swap(next);
  }
  for (MetadataObserver* observer : observers_)
    observer->on_applied(term, end_offset);
}

bool MetadataStateMachine::apply_batch(const raft::Entry& entry, MetadataImage& image) {
  auto batch = std::make_shared<v1::RecordBatch>();
  const std::string_view bytes = entry.data.view();
  if (!batch->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    stop_here(entry, "not a record batch");
  }
  Result<Replayed> replayed = replay(image, *batch);
  if (!replayed.is_ok()) stop_here(entry, to_string(replayed.status()));
  if (replayed->outcome == ReplayOutcome::kVoid) {
    for (MetadataObserver* observer : observers_)
      observer->on_void(*batch);
    return false;
  }
  const BatchPointer shared = std::move(batch);
  for (MetadataObserver* observer : observers_) {
    observer->on_batch(shared, replayed->delta, image, replayed->image);
  }
  image = std::move(replayed->image);
  return true;
}

std::unique_ptr<raft::SnapshotSource> MetadataStateMachine::snapshot() {
  return image_snapshot(*image());
}

Status MetadataStateMachine::restore(const raft::SnapshotMeta& /*meta*/,
                                     raft::SnapshotSource& content) {
  Result<MetadataImage> read = read_image_snapshot(content);
  if (!read.is_ok()) return read.status();
  const ImagePointer image = std::make_shared<const MetadataImage>(*std::move(read));
  ImagePointer before = image;  // may be the last to hold it: freed without the lock
  {
    const MutexLock lock(mutex_);
    image_.swap(before);
  }
  snapshots_loaded_.fetch_add(1);
  for (MetadataObserver* observer : observers_)
    observer->on_restored(*image);
  return Status::ok();
}

void MetadataStateMachine::on_leader_start(raft::Term term) {
  const ImagePointer committed = image();
  for (MetadataObserver* observer : observers_)
    observer->on_leader_start(term, committed);
}

void MetadataStateMachine::on_leader_stop(raft::Term term) {
  for (MetadataObserver* observer : observers_)
    observer->on_leader_stop(term);
}

}  // namespace quorate::controller
