#include "broker-stub/log/log_directory.h"

#include <charconv>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

namespace quorate::broker {
namespace {

constexpr std::string_view kStray = ".stray";
constexpr std::string_view kDelete = ".delete";
constexpr std::size_t kNameKept = 200;  // a file name has at most 255 bytes

std::string directory_name(const LogName& name) {
  return name.first + "-" + std::to_string(name.second);
}

std::optional<std::int64_t> to_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "<topic>-<partition>", or nothing.
std::optional<LogName> log_name_of(const std::string& directory) {
  const std::size_t dash = directory.rfind('-');
  if (dash == std::string::npos || dash == 0) return std::nullopt;
  const auto partition = to_number(std::string_view(directory).substr(dash + 1));
  if (!partition || *partition < 0 || *partition > INT32_MAX) return std::nullopt;
  return LogName{directory.substr(0, dash), static_cast<std::int32_t>(*partition)};
}

using Properties = std::map<std::string, std::string>;

Properties properties_of(std::string_view text) {
  Properties properties;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    const std::size_t equals = line.find('=');
    if (line.starts_with('#') || equals == std::string::npos) continue;
    properties[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return properties;
}

std::string to_text(const Properties& properties) {
  std::string text;
  for (const auto& [key, value] : properties)
    text += key + "=" + value + "\n";
  return text;
}

Result<OffsetCheckpoint> read_offsets(const std::filesystem::path& path) {
  const auto text = read_file(path);
  if (!text.is_ok() && text.status().code() == Code::kNotFound) return OffsetCheckpoint{};
  if (!text.is_ok()) return text.status();
  auto offsets = offset_checkpoint_from_text(*text);
  if (!offsets.is_ok()) return offsets.status().with_context(path.string());
  return offsets;
}

Result<kafka::Uuid> topic_id_in(const std::filesystem::path& directory) {
  const auto text = read_file(directory / "partition.metadata");
  if (!text.is_ok()) return text.status();
  const auto id = uuid_from_text(properties_of(*text)["topic_id"]);
  if (!id)
    return {Code::kCorruption, (directory / "partition.metadata").string() + ": no topic id"};
  return *id;
}

// Nothing but what this broker itself puts into a new directory before meta.properties.
Result<bool> is_unused(const std::filesystem::path& path) {
  std::error_code reason;
  for (const auto& entry : std::filesystem::directory_iterator(path, reason)) {
    const std::string name = entry.path().filename();
    if (name != ".lock" && name != "meta.properties.fresh" && name != "lost+found") return false;
  }
  if (reason) return {Code::kIoError, "list " + path.string() + ": " + reason.message()};
  return true;
}

}  // namespace

std::string to_text(const kafka::Uuid& id) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const std::uint8_t byte : id.bytes) {
    bits = bits << 8U | byte;
    for (count += 8; count >= 6; count -= 6)
      text += kDigits[bits >> (count - 6) & 63U];
  }
  text += kDigits[bits << (6 - count) & 63U];
  return text;
}

std::optional<kafka::Uuid> uuid_from_text(std::string_view text) {
  if (text.size() != 22) return std::nullopt;
  kafka::Uuid id;
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t filled = 0;
  for (const char c : text) {
    unsigned digit = 0;
    if (c >= 'A' && c <= 'Z')
      digit = static_cast<unsigned>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      digit = static_cast<unsigned>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      digit = static_cast<unsigned>(c - '0') + 52;
    else if (c == '-')
      digit = 62;
    else if (c == '_')
      digit = 63;
    else
      return std::nullopt;
    bits = bits << 6U | digit;
    count += 6;
    if (count >= 8 && filled < id.bytes.size()) {
      id.bytes[filled++] = static_cast<std::uint8_t>(bits >> (count - 8));
      count -= 8;
    }
  }
  return id;
}

LogDirectory::LogDirectory(std::filesystem::path path, DiskFile lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

Result<LogDirectory> LogDirectory::open(const std::filesystem::path& path,
                                        const DirectoryIdentity& identity,
                                        const kafka::Uuid& fresh_directory_id) {
  QUORATE_TRY(make_directory(path));
  auto lock = DiskFile::open(path / ".lock");
  if (!lock.is_ok()) return lock.status();
  QUORATE_TRY(lock->lock());
  LogDirectory directory(path, *std::move(lock));
  QUORATE_TRY(directory.check_identity(identity, fresh_directory_id));
  QUORATE_TRY(directory.finish_removals());
  return directory;
}

Status LogDirectory::check_identity(const DirectoryIdentity& identity,
                                    const kafka::Uuid& fresh_directory_id) {
  const std::filesystem::path file = path_ / "meta.properties";
  const auto text = read_file(file);
  if (!text.is_ok() && text.status().code() != Code::kNotFound) return text.status();
  if (!text.is_ok()) {
    const auto unused = is_unused(path_);
    if (!unused.is_ok()) return unused.status();
    if (!*unused) {
      return {Code::kFailedPrecondition,
              path_.string() + " holds files but no meta.properties: not a directory of a broker"};
    }
    directory_id_ = fresh_directory_id;
    return replace_file(file,
                        to_text(Properties{{"version", "1"},
                                           {"cluster.id", identity.cluster_id},
                                           {"node.id", std::to_string(identity.node_id)},
                                           {"directory.id", to_text(directory_id_)}}));
  }
  Properties found = properties_of(*text);
  if (found["version"] != "1") {
    return {Code::kUnsupported, file.string() + ": unknown version '" + found["version"] + "'"};
  }
  if (found["cluster.id"] != identity.cluster_id) {
    return {Code::kFailedPrecondition,
            path_.string() + " belongs to cluster " + found["cluster.id"] + ", not to " +
                identity.cluster_id};
  }
  if (found["node.id"] != std::to_string(identity.node_id)) {
    return {Code::kFailedPrecondition,
            path_.string() + " belongs to node " + found["node.id"] + ", not to " +
                std::to_string(identity.node_id)};
  }
  const auto directory_id = uuid_from_text(found["directory.id"]);
  if (!directory_id) return {Code::kCorruption, file.string() + ": no directory.id"};
  directory_id_ = *directory_id;
  return {};
}

Result<std::optional<std::uint64_t>> LogDirectory::take_clean_shutdown() {
  const std::filesystem::path marker = path_ / "clean-shutdown";
  const auto text = read_file(marker);
  if (!text.is_ok() && text.status().code() == Code::kNotFound) {
    return std::optional<std::uint64_t>();
  }
  if (!text.is_ok()) return text.status();
  QUORATE_TRY(remove_file(marker));
  QUORATE_TRY(sync_directory(path_));
  const auto epoch = to_number(properties_of(*text)["broker.epoch"]);
  if (!epoch || *epoch < 0) return std::optional<std::uint64_t>();
  return std::optional<std::uint64_t>(static_cast<std::uint64_t>(*epoch));
}

Status LogDirectory::mark_clean_shutdown(std::uint64_t broker_epoch) {
  return replace_file(path_ / "clean-shutdown",
                      "version=1\nbroker.epoch=" + std::to_string(broker_epoch) + "\n");
}

Result<std::vector<FoundLog>> LogDirectory::find_logs() const {
  std::vector<FoundLog> found;
  std::error_code reason;
  for (const auto& entry : std::filesystem::directory_iterator(path_, reason)) {
    if (!entry.is_directory()) continue;
    const auto name = log_name_of(entry.path().filename());
    if (!name) continue;
    const auto id = topic_id_in(entry.path());
    if (id.is_ok()) found.push_back({*name, *id});
  }
  if (reason) return {Code::kIoError, "list " + path_.string() + ": " + reason.message()};
  return found;
}

Result<kafka::Uuid> LogDirectory::owner_of(const LogName& name) const {
  auto id = topic_id_in(path_ / directory_name(name));
  if (!id.is_ok() && id.status().code() == Code::kIoError) return id.status();
  return id.is_ok() ? *id : kafka::Uuid{};
}

Result<std::filesystem::path> LogDirectory::claim(const LogName& name,
                                                  const kafka::Uuid& topic_id) {
  const std::filesystem::path directory = path_ / directory_name(name);
  std::error_code reason;
  if (std::filesystem::exists(directory, reason)) {
    const auto owner = topic_id_in(directory);
    if (owner.is_ok() && *owner == topic_id) return directory;
    // Without a readable id nobody can say whose data this is: not ours.
    if (!owner.is_ok() && owner.status().code() == Code::kIoError) return owner.status();
    QUORATE_TRY(rename_away(name, owner.is_ok() ? *owner : kafka::Uuid{}, kStray));
  }
  const std::filesystem::path fresh = path_ / ".claim";
  QUORATE_TRY(remove_tree(fresh));
  QUORATE_TRY(make_directory(fresh));
  QUORATE_TRY(replace_file(fresh / "partition.metadata",
                           to_text(Properties{{"version", "0"}, {"topic_id", to_text(topic_id)}})));
  std::filesystem::rename(fresh, directory, reason);
  if (reason) return {Code::kIoError, "rename to " + directory.string() + ": " + reason.message()};
  QUORATE_TRY(sync_directory(path_));
  return directory;
}

Status LogDirectory::remove(const LogName& name, const kafka::Uuid& topic_id) {
  QUORATE_TRY(rename_away(name, topic_id, kDelete));
  return finish_removals();
}

Status LogDirectory::set_aside(const LogName& name, const kafka::Uuid& topic_id) {
  return rename_away(name, topic_id, kStray);
}

Status LogDirectory::rename_away(const LogName& name,
                                 const kafka::Uuid& topic_id,
                                 std::string_view suffix) {
  const std::string from = directory_name(name);
  const std::string base = from.substr(0, kNameKept) + "." + to_text(topic_id);
  std::filesystem::path target = path_ / (base + std::string(suffix));
  std::error_code reason;
  for (int n = 1; std::filesystem::exists(target, reason); ++n) {
    target = path_ / (base + "." + std::to_string(n) + std::string(suffix));
  }
  std::filesystem::rename(path_ / from, target, reason);
  if (reason) return {Code::kIoError, "rename to " + target.string() + ": " + reason.message()};
  return sync_directory(path_);
}

Status LogDirectory::finish_removals() const {
  std::error_code reason;
  std::vector<std::filesystem::path> doomed;
  for (const auto& entry : std::filesystem::directory_iterator(path_, reason)) {
    if (entry.path().filename().string().ends_with(kDelete)) doomed.push_back(entry.path());
  }
  if (reason) return {Code::kIoError, "list " + path_.string() + ": " + reason.message()};
  for (const auto& path : doomed)
    QUORATE_TRY(remove_tree(path));
  return {};
}

Result<OffsetCheckpoint> LogDirectory::recovery_points() const {
  return read_offsets(path_ / "recovery-point-offset-checkpoint");
}
Result<OffsetCheckpoint> LogDirectory::high_watermarks() const {
  return read_offsets(path_ / "replication-offset-checkpoint");
}
Status LogDirectory::save_recovery_points(const OffsetCheckpoint& offsets) const {
  return replace_file(path_ / "recovery-point-offset-checkpoint", to_text(offsets));
}
Status LogDirectory::save_high_watermarks(const OffsetCheckpoint& offsets) const {
  return replace_file(
      path_ / "replication-offset-checkpoint", to_text(offsets), Durability::kCached);
}

}  // namespace quorate::broker
