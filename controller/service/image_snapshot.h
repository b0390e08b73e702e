// An image as the content of a Raft snapshot, and back (controller/image/image_codec.h).
//
// Thread: any.
#pragma once

#include <memory>

#include "controller/image/image.h"
#include "raft/base/status.h"
#include "raft/storage/snapshot_source.h"

namespace quorate::controller {

// Costs a few pointers now, and one chunk of memory while it is read.
[[nodiscard]] std::unique_ptr<raft::SnapshotSource> image_snapshot(const MetadataImage& image);

// Errors: ImageDecoder's, and those of the source.
Result<MetadataImage> read_image_snapshot(raft::SnapshotSource& content);

}  // namespace quorate::controller
