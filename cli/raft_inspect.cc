#include "cli/raft_inspect.h"

#include <algorithm>
#include <memory>
#include <sstream>

#include "cli/failure.h"
#include "cli/progress.h"
#include "raft/storage/inspect.h"

namespace quorate::cli {
namespace {

using nlohmann::ordered_json;

template <typename T>
std::string text(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

template <typename T>
ordered_json number(const std::optional<T>& value) {
  return value ? ordered_json(value->value) : ordered_json(nullptr);
}
template <typename T>
std::string cell(const std::optional<T>& value) {
  return value ? std::to_string(value->value) : "-";
}

ordered_json json_of(const raft::LogId& id) {
  return {{"index", id.index.value}, {"term", id.term.value}};
}

ordered_json json_of(const raft::HardState& state) {
  return {
      {"term", state.term.value},
      {"votedFor", state.voted_for ? ordered_json(text(*state.voted_for)) : ordered_json(nullptr)}};
}

ordered_json json_of(const std::vector<raft::ReplicaId>& replicas) {
  ordered_json list = ordered_json::array();
  for (const raft::ReplicaId& replica : replicas)
    list.push_back(text(replica));
  return list;
}

ordered_json json_of(const raft::Membership& membership) {
  return {{"voters", json_of(membership.voters)},
          {"outgoing", json_of(membership.outgoing)},
          {"learners", json_of(membership.learners)},
          {"learnersNext", json_of(membership.learners_next)}};
}

ordered_json json_of(const raft::Identity& identity) {
  return {{"cluster", to_string(identity.cluster)},
          {"node", identity.node.value},
          {"incarnation", to_string(identity.incarnation)},
          {"format", identity.format}};
}

ordered_json json_of(const raft::InspectedGroup& group) {
  const raft::Recovered& recovered = group.recovered;
  ordered_json runs = ordered_json::array();
  for (const raft::TermRun& run : recovered.term_runs) {
    runs.push_back({{"first", run.first.value}, {"term", run.term.value}});
  }
  ordered_json memberships = ordered_json::array();
  for (const raft::MembershipAt& at : recovered.memberships) {
    memberships.push_back({{"index", at.index.value}, {"membership", json_of(at.membership)}});
  }
  ordered_json object = {{"group", group.group.value},
                         {"hardState", json_of(recovered.hard_state)},
                         {"base", json_of(recovered.snapshot.last)},
                         {"baseMembership", json_of(recovered.snapshot.membership)},
                         {"last", json_of(group.last)},
                         {"termRuns", runs},
                         {"memberships", memberships},
                         {"witnessed", nullptr}};
  if (group.witnessed) {
    object["witnessed"] = {{"hardState", json_of(group.witnessed->hard_state)},
                           {"last", json_of(group.witnessed->last)}};
  }
  return object;
}

std::string identity_line(const std::optional<raft::Identity>& identity) {
  if (!identity) return "identity unknown";
  return "cluster " + to_string(identity->cluster) + "   node " +
         std::to_string(identity->node.value) + "   incarnation " +
         to_string(identity->incarnation);
}

std::string group_line(const raft::InspectedGroup& group) {
  const raft::Recovered& recovered = group.recovered;
  const auto& vote = recovered.hard_state.voted_for;
  return "group " + std::to_string(group.group.value) + "   term " +
         std::to_string(recovered.hard_state.term.value) + "   vote " +
         (vote ? text(*vote) : "none") + "   log " +
         std::to_string(recovered.snapshot.last.index.value + 1) + ".." +
         std::to_string(group.last.index.value) + " (term " +
         std::to_string(group.last.term.value) + ")   snapshot at " +
         std::to_string(recovered.snapshot.last.index.value);
}

int fail(const Status& status) {
  Failure failure = to_failure(status);
  if (status.code() == Code::kFailedPrecondition) {
    failure.hint = "stop the process that uses it, or copy a directory that nobody uses";
  }
  return report(failure);
}

std::string kind_name(raft::EntryKind kind) {
  switch (kind) {
    case raft::EntryKind::kNormal: return "normal";
    case raft::EntryKind::kNoop: return "noop";
    case raft::EntryKind::kMembership: return "membership";
  }
  return "unknown";
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 15U]);
  }
  return out;
}

// The group that is meant, or why that is not clear.
Result<const raft::InspectedGroup*> chosen_group(const raft::DataDirInspector& inspector,
                                                 const InspectOptions& options) {
  const auto& groups = inspector.overview().groups;
  if (options.group) {
    const raft::InspectedGroup* group = inspector.find(raft::GroupId{*options.group});
    if (group != nullptr) return group;
    return {Code::kNotFound, "there is no group " + std::to_string(*options.group)};
  }
  if (groups.size() == 1) return &groups.front();
  if (groups.empty()) return {Code::kNotFound, options.dir + " holds no group"};
  std::string ids;
  for (const auto& group : groups)
    ids += (ids.empty() ? "" : ", ") + std::to_string(group.group.value);
  return {Code::kInvalidArgument, "--group says which of " + ids};
}

void add_finding(Listing& listing, const raft::Finding& finding) {
  const std::string severity = finding.severity == raft::Severity::kNote ? "note" : "damage";
  const std::string kind(to_string(finding.kind));
  listing.add({severity,
               kind,
               finding.file.empty() ? "-" : finding.file,
               cell(finding.group),
               cell(finding.index),
               cell(finding.term),
               finding.message},
              {{"severity", severity},
               {"kind", kind},
               {"file", finding.file},
               {"group", number(finding.group)},
               {"index", number(finding.index)},
               {"term", number(finding.term)},
               {"message", finding.message}});
}

ordered_json verified_groups(const raft::Inspection& inspection) {
  ordered_json groups = ordered_json::array();
  for (const raft::InspectedGroup& group : inspection.groups) {
    ordered_json object = json_of(group);
    object["entries"] = group.entries;
    object["payloadBytes"] = group.payload_bytes;
    object["hash"] = {{"first", group.hash.first.value},
                      {"last", group.hash.last.value},
                      {"value", to_string(group.hash.value)}};
    groups.push_back(std::move(object));
  }
  return groups;
}

ordered_json snapshots(const raft::Inspection& inspection) {
  ordered_json list = ordered_json::array();
  for (const raft::InspectedSnapshot& snapshot : inspection.snapshots) {
    list.push_back({{"group", snapshot.group.value},
                    {"file", snapshot.file},
                    {"last", json_of(snapshot.meta.last)},
                    {"bytes", snapshot.meta.bytes},
                    {"whole", snapshot.is_whole}});
  }
  return list;
}

std::string verdict(const raft::Inspection& inspection) {
  std::string title = identity_line(inspection.identity);
  for (const raft::InspectedGroup& group : inspection.groups) {
    title += "\n" + group_line(group) + "   " + std::to_string(group.entries) +
             " entries whole, hash " + to_string(group.hash.value);
  }
  title += inspection.is_whole() ? "\nwhole" : "\nDAMAGED";
  const std::size_t shown = inspection.findings.size();
  title += ": " + std::to_string(shown + inspection.findings_omitted) + " findings";
  if (inspection.findings_omitted > 0) title += ", the first " + std::to_string(shown) + " below";
  return title;
}

}  // namespace

int raft_verify(const InspectOptions& options, Format format) {
  const auto inspector = raft::DataDirInspector::open(options.dir);
  if (!inspector.is_ok()) return fail(inspector.status());
  ProgressLine progress("verify " + options.dir, "entries");
  const raft::Inspection inspection =
      (*inspector)->verify([&progress](const raft::InspectProgress& at) {
        progress.report(at.done, at.total);
      });
  Listing listing("DataDirFindings",
                  {"SEVERITY", "KIND", "FILE", "GROUP", "INDEX", "TERM", "MESSAGE"});
  listing.set_title(verdict(inspection));
  listing.set_field("whole", inspection.is_whole());
  listing.set_field("identity",
                    inspection.identity ? json_of(*inspection.identity) : ordered_json(nullptr));
  listing.set_field("groups", verified_groups(inspection));
  listing.set_field("snapshots", snapshots(inspection));
  listing.set_field("findingsOmitted", inspection.findings_omitted);
  for (const raft::Finding& finding : inspection.findings)
    add_finding(listing, finding);
  listing.print(format);
  return static_cast<int>(inspection.is_whole() ? Exit::kOk : Exit::kUnhealthy);
}

int raft_dump(const InspectOptions& options, Format format) {
  const auto inspector = raft::DataDirInspector::open(options.dir);
  if (!inspector.is_ok()) return fail(inspector.status());
  const auto group = chosen_group(**inspector, options);
  if (!group.is_ok()) return fail(group.status());
  const raft::Index begin = (*group)->recovered.snapshot.last.index.next();
  const raft::Index end = (*group)->last.index;
  const raft::Index first = std::max(begin, raft::Index{options.first.value_or(begin.value)});
  const raft::Index wanted = std::min(end, raft::Index{options.last.value_or(end.value)});
  const std::uint64_t count = first <= wanted ? wanted.value - first.value + 1 : 0;
  const std::uint64_t shown = std::min(count, options.limit);
  std::vector<std::string> columns{"INDEX", "TERM", "KIND", "BYTES", "CHECKSUM"};
  if (options.with_data) columns.emplace_back("DATA");
  Listing listing("RaftLog", columns);
  const auto add = [&](const raft::Entry& entry) {
    std::vector<std::string> cells{std::to_string(entry.id.index.value),
                                   std::to_string(entry.id.term.value),
                                   kind_name(entry.kind),
                                   std::to_string(entry.data.size()),
                                   std::to_string(entry.checksum)};
    ordered_json item = {{"index", entry.id.index.value},
                         {"term", entry.id.term.value},
                         {"kind", kind_name(entry.kind)},
                         {"bytes", entry.data.size()},
                         {"checksum", entry.checksum}};
    if (options.with_data) {
      cells.push_back(hex(entry.data.view()));
      item["data"] = cells.back();
    }
    listing.add(std::move(cells), std::move(item));
  };
  Status status;
  if (shown > 0) {
    status =
        (*inspector)
            ->for_each_entry((*group)->group, first, raft::Index{first.value + shown - 1}, add);
  }
  const std::string omitted = std::to_string(count - shown) + " more: --first, --last, --limit";
  listing.set_title(identity_line((*inspector)->overview().identity) + "\n" + group_line(**group) +
                    (count > shown ? "\n" + omitted : ""));
  listing.set_field("group", json_of(**group));
  listing.set_field("entriesOmitted", count - shown);
  listing.print(format);
  return status.is_ok() ? static_cast<int>(Exit::kOk) : fail(status);
}

int raft_hash_at(const InspectOptions& options, Format format) {
  const auto inspector = raft::DataDirInspector::open(options.dir);
  if (!inspector.is_ok()) return fail(inspector.status());
  const auto group = chosen_group(**inspector, options);
  if (!group.is_ok()) return fail(group.status());
  const std::uint64_t begin = (*group)->recovered.snapshot.last.index.value + 1;
  const raft::Index first{options.first.value_or(begin)};
  const raft::Index last{options.last.value_or((*group)->last.index.value)};
  const auto hash = (*inspector)->hash((*group)->group, first, last);
  if (!hash.is_ok()) return fail(hash.status());
  Listing listing("RaftLogHash", {"GROUP", "FIRST", "LAST", "HASH"});
  listing.add({std::to_string((*group)->group.value),
               std::to_string(first.value),
               std::to_string(last.value),
               to_string(hash->value)},
              {{"group", (*group)->group.value},
               {"first", first.value},
               {"last", last.value},
               {"hash", to_string(hash->value)}});
  listing.print(format);
  return static_cast<int>(Exit::kOk);
}

int raft_identity(const InspectOptions& options, Format format) {
  const auto identity = raft::inspect_identity(options.dir);
  if (!identity.is_ok()) return report(to_failure(identity.status()));
  Listing listing("DataDirIdentity", {"CLUSTER", "NODE", "INCARNATION", "FORMAT"});
  listing.add({to_string(identity->cluster),
               std::to_string(identity->node.value),
               to_string(identity->incarnation),
               std::to_string(identity->format)},
              json_of(*identity));
  listing.print(format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace quorate::cli
