// Any bytes under any key of the log database are a value or are refused; what is accepted is
// written and read as it was read.
#include <cstddef>
#include <cstdint>
#include <string>

#include "raft/storage/log_keys.h"
#include "tests/fuzz/byte_source.h"

namespace {

using namespace quorate::raft;  // NOLINT(google-build-using-namespace)

template <typename Decode, typename Encode>
void round_trip(std::string_view payload, Decode decode, Encode encode) {
  const auto value = decode(payload);
  if (!value.is_ok()) return;
  const auto again = decode(encode(*value));
  QUORATE_CHECK(again.is_ok() && *again == *value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  quorate::fuzz::ByteSource in(data, size);
  const std::size_t kind = in.below(6);
  const std::string key(in.bytes(in.below(32)));
  const std::string_view payload = in.rest();
  const auto unsealed = unseal(key, payload);
  if (unsealed.is_ok()) QUORATE_CHECK(seal(key, *unsealed) == payload);
  switch (kind) {
    case 0: round_trip(payload, decode_hard_state, encode_hard_state); break;
    case 1: round_trip(payload, decode_log_id, encode_log_id); break;
    case 2: round_trip(payload, decode_term, encode_term); break;
    case 3: round_trip(payload, decode_snapshot, encode_snapshot); break;
    default: {
      const auto group = key_group(key);
      if (!group) break;
      const auto index = key_index(key, *group, KeyKind::kEntries);
      if (index) QUORATE_CHECK(indexed_key(*group, KeyKind::kEntries, *index) == key);
    }
  }
  return 0;
}
