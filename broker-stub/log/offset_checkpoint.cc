#include "broker-stub/log/offset_checkpoint.h"

#include <sstream>

namespace quorate::broker {
namespace {

constexpr int kCheckpointVersion = 0;

}  // namespace

std::string to_text(const OffsetCheckpoint& offsets) {
  std::ostringstream out;
  out << kCheckpointVersion << '\n' << offsets.size() << '\n';
  for (const auto& [name, offset] : offsets) {
    out << name.first << ' ' << name.second << ' ' << offset << '\n';
  }
  return out.str();
}

Result<OffsetCheckpoint> offset_checkpoint_from_text(std::string_view text) {
  std::istringstream in{std::string(text)};
  int version = -1;
  std::size_t count = 0;
  if (!(in >> version >> count) || version != kCheckpointVersion) {
    return {Code::kCorruption, "offset checkpoint: unknown version"};
  }
  OffsetCheckpoint offsets;
  for (std::size_t i = 0; i < count; ++i) {
    LogName name;
    std::int64_t offset = 0;
    if (!(in >> name.first >> name.second >> offset) || offset < 0) {
      return {Code::kCorruption, "offset checkpoint: malformed line " + std::to_string(i + 3)};
    }
    offsets[name] = offset;
  }
  return offsets;
}

}  // namespace quorate::broker
