#include "broker-stub/metadata/metadata_replayer.h"

#include <string>
#include <utility>

#include "quorate/controller/v1/metadata_stream.pb.h"
#include "quorate/controller/v1/record.pb.h"

namespace quorate::broker {

using controller::MetadataImage;

MetadataReplayer::MetadataReplayer(MetadataCallbacks callbacks)
    : callbacks_(std::move(callbacks)), image_(std::make_shared<const MetadataImage>()) {}

ImagePtr MetadataReplayer::image() const {
  const MutexLock lock(mutex_);
  return image_;
}

Status MetadataReplayer::on_snapshot(const controller::MetadataSnapshot& snapshot) {
  controller::Replayer replayer(MetadataImage{}, controller::Replayer::Source::kSnapshot);
  for (const controller::v1::Record* record : snapshot.records) {
    QUORATE_TRY(replayer.apply(*record));
  }
  MetadataImage image =
      std::move(replayer).finish_snapshot(snapshot.end_offset, snapshot.timestamp_ms);
  if (controller::state_hash(image) != snapshot.state_hash) {
    return {Code::kCorruption,
            "the metadata snapshot at offset " + std::to_string(snapshot.end_offset) +
                " does not have the hash that came with it"};
  }
  publish(std::move(image), std::nullopt);
  return {};
}

Status MetadataReplayer::on_batch(const controller::v1::RecordBatch& batch) {
  auto replayed = controller::replay(*image(), batch);
  if (!replayed.is_ok()) return replayed.status();
  if (replayed->outcome == controller::ReplayOutcome::kVoid) return {};
  publish(std::move(replayed->image), std::move(replayed->delta));
  return {};
}

void MetadataReplayer::on_position(const controller::v1::Position& position) {
  callbacks_.on_position({position.end_offset(), position.active_controller()});
}

void MetadataReplayer::publish(MetadataImage image,
                               std::optional<controller::MetadataDelta> delta) {
  MetadataChange change;
  change.after = std::make_shared<const MetadataImage>(std::move(image));
  change.delta = std::move(delta);
  {
    const MutexLock lock(mutex_);
    change.before = std::exchange(image_, change.after);
  }
  callbacks_.on_change(std::move(change));
}

}  // namespace quorate::broker
