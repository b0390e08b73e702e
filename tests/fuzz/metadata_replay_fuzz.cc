// Any bytes that parse as a batch of metadata records are replayed, void or refused.
#include <cstddef>
#include <cstdint>
#include <utility>

#include "quorate/controller/v1/record.pb.h"

#include "controller/image/delta.h"
#include "controller/image/image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  quorate::controller::v1::RecordBatch batch;
  if (!batch.ParseFromArray(data, static_cast<int>(size))) return 0;
  batch.set_base_offset(0);
  const auto replayed = quorate::controller::replay(quorate::controller::MetadataImage(), batch);
  if (replayed.is_ok()) {
    QUORATE_CHECK(replayed->image.end_offset == static_cast<std::uint64_t>(batch.records_size()));
  }
  return 0;
}
