// An image as records: snapshot = records. Replaying them onto an empty image (Source::kSnapshot)
// gives an image of the same content and hash.
//
// Order: features, brokers, topics each with its configs and partitions, other configs, producer
// ids, answered requests oldest first. Equal images give equal records.
//
// Thread: any.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "controller/image/image.h"
#include "controller/image/types.h"

namespace quorate::controller {

struct ImageWriterOptions {
  std::size_t chunk_records_max = 1024;
  std::size_t chunk_bytes_max = 256U << 10U;  // a record larger than this is a chunk of its own
};

// Calls `sink` with each chunk, in order; the records may be moved from. `sink` returns whether to
// go on.
void write_image(const MetadataImage& image,
                 const ImageWriterOptions& options,
                 const std::function<bool(std::vector<v1::Record>& chunk)>& sink);

}  // namespace quorate::controller
