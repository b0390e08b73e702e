#include "cli/reassignment_file.h"

#include <fstream>
#include <limits>
#include <sstream>

#include <nlohmann/json.hpp>

namespace quorate::cli {
namespace {

using nlohmann::json;

Status invalid(const std::string& what) {
  return {Code::kInvalidArgument, "reassignment: " + what};
}

Result<std::int32_t> number_of(const json& value, const std::string& what) {
  constexpr auto kMax = std::numeric_limits<std::int32_t>::max();
  const bool is_good = value.is_number_unsigned() && value.get<std::uint64_t>() <= kMax;
  if (!is_good) return invalid(what + " is not a number from 0 to 2147483647");
  return value.get<std::int32_t>();
}

// Replicas are not given directories: brokers have one.
Status check_log_dirs(const json& dirs, const std::string& where) {
  if (!dirs.is_array()) return invalid(where + ": log_dirs is not a list");
  for (const json& dir : dirs) {
    if (dir != "any") return invalid(where + ": log_dirs says other than \"any\"");
  }
  return Status::ok();
}

Result<WantedReplicas> item_of(const json& entry, std::size_t at) {
  const std::string where = "partitions[" + std::to_string(at) + "]";
  if (!entry.is_object()) return invalid(where + " is not an object");
  for (const auto& [name, value] : entry.items()) {
    if (name == "log_dirs") {
      QUORATE_TRY(check_log_dirs(value, where));
    } else if (name != "topic" && name != "partition" && name != "replicas") {
      return invalid(where + " has a member '" + name.substr(0, 64) + "', which means nothing");
    }
  }
  WantedReplicas wanted;
  if (!entry.contains("topic") || !entry["topic"].is_string()) {
    return invalid(where + " names no topic");
  }
  wanted.topic = entry["topic"].get<std::string>();
  if (!entry.contains("partition")) return invalid(where + " names no partition");
  const auto partition = number_of(entry["partition"], where + ": partition");
  QUORATE_TRY(partition.status());
  wanted.partition = *partition;
  if (!entry.contains("replicas")) return wanted;
  if (!entry["replicas"].is_array()) return invalid(where + ": replicas is not a list");
  for (const json& replica : entry["replicas"]) {
    const auto id = number_of(replica, where + ": a replica");
    QUORATE_TRY(id.status());
    wanted.replicas.push_back(*id);
  }
  return wanted;
}

}  // namespace

Result<std::vector<WantedReplicas>> parse_reassignment(std::string_view text) {
  const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return invalid("this is not JSON");
  if (!document.is_object()) return invalid("this is not an object");
  if (document.contains("version") && document["version"] != 1) {
    return invalid("version is not 1");
  }
  if (!document.contains("partitions") || !document["partitions"].is_array()) {
    return invalid("there is no list of partitions");
  }
  std::vector<WantedReplicas> all;
  for (const json& entry : document["partitions"]) {
    auto wanted = item_of(entry, all.size());
    QUORATE_TRY(wanted.status());
    all.push_back(*std::move(wanted));
  }
  if (all.empty()) return invalid("the list of partitions is empty");
  return all;
}

Result<std::vector<WantedReplicas>> read_reassignment(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Status(Code::kNotFound, "reassignment file " + path + " cannot be opened");
  std::string text(kReassignmentFileBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kReassignmentFileBytesMax) return invalid(path + " has more than 64 MiB");
  return parse_reassignment(text);
}

}  // namespace quorate::cli
