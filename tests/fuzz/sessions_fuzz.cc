// Any bytes are a table of sessions or are refused; what is accepted is written as it was read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "raft/server/sessions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto sessions = quorate::raft::Sessions::decode(bytes, {.expiry = 1000});
  if (sessions.is_ok()) QUORATE_CHECK(sessions->encode() == bytes);
  return 0;
}
