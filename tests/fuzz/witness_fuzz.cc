// Any bytes are a witness slot or are refused; what is accepted is written and read as it was read.
// The first byte says whether the checksum is put right, so that the fields behind it are reached.
#include <cstddef>
#include <cstdint>
#include <string>

#include "raft/base/crc32c.h"
#include "raft/storage/byte_codec.h"
#include "raft/storage/witness_page.h"
#include "tests/fuzz/byte_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quorate::raft;  // NOLINT(google-build-using-namespace)
  quorate::fuzz::ByteSource in(data, size);
  const bool is_sealed = in.byte() % 2 == 0;
  std::string slot(in.rest());
  if (is_sealed) {
    slot.resize(kWitnessSlotBytes - sizeof(std::uint32_t));
    append_u32(slot, quorate::crc32c(slot));
  }
  const auto page = decode_witness(slot);
  if (page.is_ok()) {
    const auto again = decode_witness(encode_witness(*page));
    QUORATE_CHECK(again.is_ok() && *again == *page);
  }
  return 0;
}
