// Any bytes that a producer or a leader may send as record batches are checked without harm.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "broker-stub/kafka/record_batch_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static_cast<void>(quorate::kafka::check_fetched(bytes, 16));
  static_cast<void>(quorate::kafka::check_produced(quorate::kafka::Slice{bytes, {}},
                                                   {.version = 9, .batch_bytes_max = 1U << 20U}));
  return 0;
}
