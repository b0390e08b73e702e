// Any text is an identity or is refused; what is accepted is written as it was read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "raft/storage/identity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto identity = quorate::raft::decode_identity(text);
  if (identity.is_ok()) {
    const auto again = quorate::raft::decode_identity(quorate::raft::encode_identity(*identity));
    QUORATE_CHECK(again.is_ok() && *again == *identity);
  }
  return 0;
}
