// Any bytes are a membership or are refused; what is accepted keeps the invariants.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "raft/core/membership.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto membership = quorate::raft::decode_membership(bytes);
  if (membership.is_ok()) {
    QUORATE_CHECK(quorate::raft::encode_membership(*membership) == bytes);
  }
  return 0;
}
