// Identifiers as people see them: the same text in every format and every command.
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quorate/controller/v1/common.pb.h"

namespace quorate::cli {

// 22 characters of URL-safe base64, like Kafka's topic ids.
[[nodiscard]] std::string uuid_text(const controller::v1::Uuid& uuid);
[[nodiscard]] std::optional<controller::v1::Uuid> parse_uuid_text(std::string_view text);

// "3,1,2" in the order given; empty for none.
[[nodiscard]] std::string ids_text(const google::protobuf::RepeatedField<std::int32_t>& ids);
// The same for JSON.
[[nodiscard]] std::vector<std::int32_t> ids_list(
    const google::protobuf::RepeatedField<std::int32_t>& ids);

// 16 hexadecimal digits: a fingerprint, not a number.
[[nodiscard]] std::string hash_text(std::uint64_t hash);

}  // namespace quorate::cli
