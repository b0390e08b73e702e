#include "raft/storage/identity.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <sstream>

#include <sys/random.h>

#include "raft/base/check.h"
#include "raft/base/crc32c.h"
#include "raft/storage/data_dir.h"
#include "raft/storage/durable_file.h"

namespace quorate::raft {

namespace {

constexpr std::string_view kIdentityHeading =
    "# Quorate data directory. Written once: never edit or copy.\n";
constexpr std::string_view kIdentityChecksum = "checksum=";

std::string hex32(std::uint32_t value) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08x", value);
  return text.data();
}

// The value of "<name>=<value>\n" in `text`; nothing when there is no such line.
std::optional<std::string_view> field(std::string_view text, std::string_view name) {
  const std::string wanted = "\n" + std::string(name) + "=";
  const std::size_t at = text.find(wanted);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + wanted.size());
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  return rest.substr(0, end);
}

template <typename T>
std::optional<T> number(std::string_view text, std::string_view name) {
  const std::optional<std::string_view> value = field(text, name);
  if (!value) return std::nullopt;
  T parsed{};
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), parsed);
  if (error != std::errc() || end != value->data() + value->size()) return std::nullopt;
  return parsed;
}

std::optional<Uuid> uuid(std::string_view text, std::string_view name) {
  const std::optional<std::string_view> value = field(text, name);
  return value ? parse_uuid(*value) : std::nullopt;
}

Status damaged_identity(const char* what) {
  return {Code::kCorruption, std::string("identity is damaged_identity: ") + what};
}

// The text in front of the checksum line, once that line proved it.
Result<std::string_view> checked_text(std::string_view text) {
  const std::size_t at = text.rfind(kIdentityChecksum);
  if (at == std::string_view::npos) return damaged_identity("no checksum line");
  const std::string_view body = text.substr(0, at);
  if (text.substr(at + kIdentityChecksum.size()) != hex32(crc32c(body)) + "\n") {
    return damaged_identity("checksum does not match");
  }
  return body;
}

// What to say of a directory without an identity.
Status not_formatted(const std::string& dir) {
  const Result<std::vector<std::string>> names = list_directory(dir);
  if (!names.is_ok()) return names.status();
  std::string found;
  for (const std::string& name : *names) {
    if (name != kLockName) found += (found.empty() ? "" : ", ") + name;
  }
  if (found.empty()) return {Code::kNotFound, dir + " is empty: it was never formatted, or wiped"};
  return {Code::kFailedPrecondition,
          dir + " has no identity but holds " + found + ": an interrupted format or other data"};
}

}  // namespace

Uuid draw_uuid() {
  std::array<std::uint64_t, 2> words{};
  QUORATE_CHECK(::getrandom(words.data(), sizeof(words), 0) == ssize_t{sizeof(words)});
  return {words[0], words[1]};
}

std::string encode_identity(const Identity& identity) {
  std::ostringstream out;
  out << kIdentityHeading << "format=" << identity.format << "\n"
      << "cluster=" << to_string(identity.cluster) << "\n"
      << "node=" << identity.node.value << "\n"
      << "incarnation=" << to_string(identity.incarnation) << "\n";
  if (!identity.fence.is_none()) out << "fence=" << to_string(identity.fence) << "\n";
  std::string text = out.str();
  const std::uint32_t checksum = crc32c(text);
  text += std::string(kIdentityChecksum) + hex32(checksum) + "\n";
  return text;
}

Result<Identity> decode_identity(std::string_view text) {
  const Result<std::string_view> body = checked_text(text);
  if (!body.is_ok()) return body.status();
  const std::optional<std::uint32_t> format = number<std::uint32_t>(*body, "format");
  if (!format) return damaged_identity("no format");
  if (*format > kFencedDataDirFormat) {
    return {Code::kUnsupported,
            "identity has format " + std::to_string(*format) + "; this program reads up to " +
                std::to_string(kFencedDataDirFormat)};
  }
  const std::optional<Uuid> cluster = uuid(*body, "cluster");
  const std::optional<std::uint64_t> node = number<std::uint64_t>(*body, "node");
  const std::optional<Uuid> incarnation = uuid(*body, "incarnation");
  if (!cluster || !node || !incarnation) return damaged_identity("a field is missing or malformed");
  const bool is_fenced = *format == kFencedDataDirFormat;
  const std::optional<Uuid> fence = is_fenced ? uuid(*body, "fence") : Uuid{};
  if (!fence || (is_fenced && fence->is_none())) return damaged_identity("the fence is malformed");
  const Identity identity{*cluster, NodeId{*node}, *incarnation, *format, *fence};
  if (encode_identity(identity) != text)
    return damaged_identity("it is not as this program writes it");
  return identity;
}

Result<Identity> open_identity(const std::string& dir, const ExpectedIdentity& expected) {
  const Result<std::string> text = read_file(identity_path(dir));
  if (!text.is_ok()) {
    return text.status().code() == Code::kNotFound ? not_formatted(dir) : text.status();
  }
  const Result<Identity> identity = decode_identity(*text);
  if (!identity.is_ok()) return identity.status().with_context(identity_path(dir));
  if (expected.cluster && *expected.cluster != identity->cluster) {
    return {Code::kFailedPrecondition,
            dir + " belongs to cluster " + to_string(identity->cluster) + ", not to " +
                to_string(*expected.cluster)};
  }
  if (expected.node && *expected.node != identity->node) {
    return {Code::kFailedPrecondition,
            dir + " belongs to node " + std::to_string(identity->node.value) + ", not to node " +
                std::to_string(expected.node->value)};
  }
  return identity;
}

}  // namespace quorate::raft
