// The text of a recovery plan: lines of a word and of name=value, the last one a checksum.
#include <charconv>
#include <cstdio>
#include <map>
#include <sstream>
#include <utility>

#include "raft/base/crc32c.h"
#include "raft/storage/inspect.h"
#include "raft/storage/recovery.h"

namespace quorate::raft {

namespace {

constexpr std::string_view kPlanChecksum = "checksum=";
constexpr std::string_view kPlanHeading =
    "# Quorate recovery plan. Apply it with: quorate raft recover --apply <this file>\n";

std::string hex(std::string_view bytes) {
  std::string out;
  char digits[3];
  for (const char c : bytes) {
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(c));
    out += digits;
  }
  return out;
}

std::optional<std::uint64_t> number(std::string_view text, int base = 10) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string checksum_line(std::string_view body) {
  char text[32];
  std::snprintf(text, sizeof text, "checksum=%08x\n", crc32c(body));
  return text;
}

// One line; a field that is missing or malformed makes it bad.
class Line {
 public:
  explicit Line(std::string_view line) {
    kind_ = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), kind_.size() + 1));
    while (!line.empty()) {
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) return;
      const std::string_view name = line.substr(0, equals);
      line.remove_prefix(equals + 1);
      // A path may hold anything but a line's end, and is the last.
      const std::size_t end = name == "dir" ? line.size() : line.find(' ');
      fields_[name] = line.substr(0, end);
      line.remove_prefix(end == std::string_view::npos ? line.size() : end);
      if (!line.empty()) line.remove_prefix(1);
    }
  }
  [[nodiscard]] std::string_view kind() const { return kind_; }
  [[nodiscard]] bool is_bad() const { return is_bad_; }

  std::string_view text(std::string_view name) {
    const auto found = fields_.find(name);
    return found == fields_.end() ? bad(std::string_view()) : found->second;
  }
  std::uint64_t number_of(std::string_view name) {
    const auto value = number(text(name));
    return value ? *value : bad(std::uint64_t{0});
  }
  Uuid uuid(std::string_view name) {
    const auto value = parse_uuid(text(name));
    return value ? *value : bad(Uuid{});
  }
  ReplicaId replica(std::string_view name) {
    const std::string_view value = text(name);
    const std::size_t at = value.find('@');
    if (at == std::string_view::npos) return bad(ReplicaId{});
    const auto node = number(value.substr(0, at));
    const auto incarnation = parse_uuid(value.substr(at + 1));
    return node && incarnation ? ReplicaId{NodeId{*node}, *incarnation} : bad(ReplicaId{});
  }
  LogId log_id(std::string_view name) {
    const std::string_view value = text(name);
    const std::size_t at = value.find(':');
    if (at == std::string_view::npos) return bad(LogId{});
    const auto term = number(value.substr(0, at));
    const auto index = number(value.substr(at + 1));
    return term && index ? LogId{Term{*term}, Index{*index}} : bad(LogId{});
  }
  Membership membership(std::string_view name) {
    const std::string_view value = text(name);
    std::string bytes;
    for (std::size_t i = 0; i + 1 < value.size(); i += 2) {
      const auto byte = number(value.substr(i, 2), 16);
      if (!byte) return bad(Membership{});
      bytes.push_back(static_cast<char>(static_cast<unsigned char>(*byte)));
    }
    auto decoded = decode_membership(bytes);
    return decoded.is_ok() ? *std::move(decoded) : bad(Membership{});
  }
  Fingerprint::Value state(std::string_view name) {
    const std::string_view value = text(name);
    if (value.size() != 32) return bad(Fingerprint::Value{});
    const auto high = number(value.substr(0, 16), 16);
    const auto low = number(value.substr(16), 16);
    return high && low ? Fingerprint::Value{*high, *low} : bad(Fingerprint::Value{});
  }

 private:
  template <typename T>
  T bad(T value) {
    is_bad_ = true;
    return value;
  }

  std::string_view kind_;
  std::map<std::string_view, std::string_view> fields_;
  bool is_bad_ = false;
};

void print(const RecoveryGroup& group, std::ostream& out) {
  out << "group id=" << group.group.value << " source=" << group.source
      << " source_last=" << group.source_last << " entry=" << group.entry
      << " committed=" << group.committed.value << " seen=" << group.seen.value
      << " before=" << hex(encode_membership(group.before))
      << " after=" << hex(encode_membership(group.after)) << "\n";
  for (const SurvivorLog& log : group.logs) {
    out << "log group=" << group.group.value << " replica=" << log.replica << " last=" << log.last
        << " match=" << log.match.value << "\n";
  }
}

bool read_group(Line& line, RecoveryPlan& plan) {
  RecoveryGroup group;
  group.group = GroupId{line.number_of("id")};
  group.source = line.replica("source");
  group.source_last = line.log_id("source_last");
  group.entry = line.log_id("entry");
  group.committed = Index{line.number_of("committed")};
  group.seen = Term{line.number_of("seen")};
  group.before = line.membership("before");
  group.after = line.membership("after");
  plan.groups.push_back(std::move(group));
  return !line.is_bad();
}

// Whether `line` is one of a plan's.
bool read_line(std::string_view text, RecoveryPlan& plan) {
  Line line(text);
  if (line.kind() == "plan") {
    plan.cluster = line.uuid("cluster");
    plan.fence = line.uuid("fence");
    plan.fence_before = line.uuid("fence_before");
    return line.number_of("format") == 1 && !line.is_bad();
  }
  if (line.kind() == "survivor") {
    plan.survivors.push_back(
        {line.replica("replica"), std::string(line.text("dir")), line.state("state")});
    return !line.is_bad();
  }
  if (line.kind() == "group") return read_group(line, plan);
  if (line.kind() != "log" || plan.groups.empty()) return false;
  plan.groups.back().logs.push_back(
      {line.replica("replica"), line.log_id("last"), Index{line.number_of("match")}});
  return !line.is_bad() && GroupId{line.number_of("group")} == plan.groups.back().group;
}

}  // namespace

std::string encode_recovery_plan(const RecoveryPlan& plan) {
  std::ostringstream out;
  out << kPlanHeading << "plan format=1 cluster=" << plan.cluster << " fence=" << plan.fence
      << " fence_before=" << plan.fence_before << "\n";
  for (const RecoverySurvivor& survivor : plan.survivors) {
    out << "survivor replica=" << survivor.replica << " state=" << to_string(survivor.state)
        << " dir=" << survivor.dir << "\n";
  }
  for (const RecoveryGroup& group : plan.groups)
    print(group, out);
  std::string text = out.str();
  return text + checksum_line(text);
}

Result<RecoveryPlan> decode_recovery_plan(std::string_view text) {
  const std::size_t at = text.rfind(kPlanChecksum);
  if (at == std::string_view::npos || text.substr(at) != checksum_line(text.substr(0, at))) {
    return {Code::kCorruption, "not a recovery plan, or changed: its checksum does not match"};
  }
  RecoveryPlan plan;
  std::string_view rest = text.substr(0, at);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.starts_with('#') || read_line(line, plan)) continue;
    return {Code::kCorruption, "recovery plan: malformed line '" + std::string(line) + "'"};
  }
  if (plan.survivors.empty() || plan.groups.empty() || plan.fence.is_none()) {
    return {Code::kCorruption, "recovery plan: incomplete"};
  }
  return plan;
}

}  // namespace quorate::raft
