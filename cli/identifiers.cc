#include "cli/identifiers.h"

#include <cstdio>

#include "raft/core/types.h"

namespace quorate::cli {

std::string uuid_text(const controller::v1::Uuid& uuid) {
  return raft::to_string(raft::Uuid{uuid.high(), uuid.low()});
}

std::optional<controller::v1::Uuid> parse_uuid_text(std::string_view text) {
  const auto parsed = raft::parse_uuid(text);
  if (!parsed) return std::nullopt;
  controller::v1::Uuid uuid;
  uuid.set_high(parsed->high);
  uuid.set_low(parsed->low);
  return uuid;
}

std::string ids_text(const google::protobuf::RepeatedField<std::int32_t>& ids) {
  std::string text;
  for (const std::int32_t id : ids)
    text += (text.empty() ? "" : ",") + std::to_string(id);
  return text;
}

std::vector<std::int32_t> ids_list(const google::protobuf::RepeatedField<std::int32_t>& ids) {
  return {ids.begin(), ids.end()};
}

std::string hash_text(std::uint64_t hash) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

}  // namespace quorate::cli
