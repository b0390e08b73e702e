// Any bytes are a record of the log or are refused; accepted entries verify and are contiguous.
#include <cstddef>
#include <cstdint>
#include <string>

#include "raft/storage/entry_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quorate::raft;  // NOLINT(google-build-using-namespace)
  const Index first{7};
  const auto entries =
      decode_entries(SharedBytes(std::string(reinterpret_cast<const char*>(data), size)), first);
  if (!entries.is_ok()) return 0;
  std::uint64_t expected = first.value;
  for (const Entry& entry : *entries) {
    QUORATE_CHECK(entry.id.index.value == expected++);
    QUORATE_CHECK(is_intact(entry));
  }
  return 0;
}
