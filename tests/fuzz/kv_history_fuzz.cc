// Any text is a line of a history or is refused; what is accepted is written and read again alike.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "examples/kv/history_line.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto operation = quorate::kv::parse_line(text);
  if (!operation.is_ok()) return 0;
  const std::string line = quorate::kv::to_line(*operation);
  const auto again = quorate::kv::parse_line(line);
  QUORATE_CHECK(again.is_ok() && quorate::kv::to_line(*again) == line);
  return 0;
}
