#include "cli/raft_recover.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

#include "cli/failure.h"
#include "raft/storage/recovery.h"

namespace quorate::cli {
namespace {

using nlohmann::ordered_json;
using raft::RecoveryGroup;
using raft::RecoveryPlan;

std::string number(std::uint64_t value) {
  return std::to_string(value);
}
std::string entry_text(const raft::LogId& id) {
  return number(id.index.value) + " of term " + number(id.term.value);
}

std::string nodes_text(const std::vector<raft::ReplicaId>& replicas) {
  std::string text;
  for (const raft::ReplicaId& replica : replicas)
    text += (text.empty() ? "" : ", ") + number(replica.node.value);
  return text.empty() ? "none" : text;
}

ordered_json nodes_json(const std::vector<raft::ReplicaId>& replicas) {
  ordered_json list = ordered_json::array();
  for (const raft::ReplicaId& replica : replicas)
    list.push_back(replica.node.value);
  return list;
}

// Voters of either half that the plan leaves behind.
std::vector<raft::ReplicaId> lost_voters(const RecoveryGroup& group) {
  std::vector<raft::ReplicaId> lost;
  for (const raft::ReplicaId& replica : group.before.all()) {
    if (group.before.is_voter(replica) && !group.after.contains(replica)) lost.push_back(replica);
  }
  return lost;
}

std::string group_text(const RecoveryGroup& group) {
  std::string text = "group " + number(group.group.value) + "\n";
  const std::string end = entry_text(group.source_last);
  text += "  kept              everything up to entry " + end + ": the log of node " +
          number(group.source.node.value) + ", given to every survivor\n";
  text += "  may be lost       what the lost voters (" + nodes_text(lost_voters(group)) +
          ") acknowledged behind entry " + number(group.source_last.index.value) +
          "; how much, nobody here can know\n";
  if (group.seen > group.source_last.term) {
    text += "                    term " + number(group.seen.value) +
            " was seen: its leader may have committed entries that nobody here holds\n";
  }
  if (group.committed < group.source_last.index) {
    text += "  will be committed entries " + number(group.committed.value + 1) + " to " +
            number(group.source_last.index.value) +
            ", of which the newest may never have been acknowledged\n";
  }
  for (const raft::SurvivorLog& log : group.logs) {
    if (log.last.index <= log.match) continue;
    text += "  dropped           entries " + number(log.match.value + 1) + " to " +
            entry_text(log.last) + " of node " + number(log.replica.node.value) +
            ": they contradict the log that is kept\n";
  }
  return text + "  new membership    nodes " + nodes_text(group.after.voters) + " from entry " +
         entry_text(group.entry) + " on";
}

ordered_json id_json(const raft::LogId& id) {
  return {{"index", id.index.value}, {"term", id.term.value}};
}

ordered_json group_json(const RecoveryGroup& group) {
  return {{"group", group.group.value},
          {"source", group.source.node.value},
          {"keptUpTo", id_json(group.source_last)},
          {"knownCommitted", group.committed.value},
          {"highestTermSeen", group.seen.value},
          {"lostVoters", nodes_json(lost_voters(group))},
          {"newVoters", nodes_json(group.after.voters)},
          {"newMembershipAt", id_json(group.entry)}};
}

void add_logs(const RecoveryPlan& plan, Listing& listing) {
  for (const RecoveryGroup& group : plan.groups) {
    for (std::size_t i = 0; i < group.logs.size(); ++i) {
      const raft::SurvivorLog& log = group.logs[i];
      const std::string& dir = plan.survivors.at(i).dir;
      const std::uint64_t copied = group.source_last.index.value - log.match.value;
      const std::uint64_t dropped = log.last.index.value - log.match.value;
      listing.add({number(group.group.value),
                   number(log.replica.node.value),
                   entry_text(log.last),
                   log.replica == group.source ? "source" : number(copied) + " entries",
                   number(dropped) + " entries",
                   dir},
                  {{"group", group.group.value},
                   {"node", log.replica.node.value},
                   {"last", id_json(log.last)},
                   {"match", log.match.value},
                   {"copied", copied},
                   {"dropped", dropped},
                   {"directory", dir}});
    }
  }
}

// A new file; never over another one.
Status write_new(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST) return {Code::kAlreadyExists, path + " exists already"};
  if (file < 0) return {Code::kIoError, path + ": " + std::strerror(errno)};
  const ssize_t written = ::write(file, text.data(), text.size());
  const bool is_written = written == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  ::close(file);
  return is_written ? Status::ok() : Status(Code::kIoError, path + ": cannot be written");
}

Result<RecoveryPlan> read_plan(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return {Code::kNotFound, path + " cannot be read"};
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  auto plan = raft::decode_recovery_plan(text);
  if (!plan.is_ok()) return plan.status().with_context(path);
  return plan;
}

int make_plan(const RecoverOptions& options, Format format) {
  std::vector<std::string> dirs;
  for (const std::string& dir : options.dirs)
    dirs.push_back(std::filesystem::absolute(dir).lexically_normal().string());
  const auto plan = raft::plan_recovery(dirs);
  if (!plan.is_ok()) return report(to_failure(plan.status()));
  const Status written = write_new(options.plan, encode_recovery_plan(*plan));
  if (!written.is_ok()) return report(to_failure(written));
  std::string title = "plan written to " + options.plan + "; nothing else was changed";
  ordered_json groups = ordered_json::array();
  for (const RecoveryGroup& group : plan->groups) {
    title += "\n" + group_text(group);
    groups.push_back(group_json(group));
  }
  ordered_json excluded = ordered_json::array();
  for (const raft::RecoveryExcluded& one : plan->excluded) {
    title += "\nleft out: " + one.dir + ": " + one.why;
    excluded.push_back({{"directory", one.dir}, {"why", one.why}});
  }
  title += "\nMake sure that the lost ones stay down: together they could go on without you.";
  title += "\nThen: quorate raft recover --apply " + options.plan;
  Listing listing("RecoveryPlan", {"GROUP", "NODE", "LOG ENDS AT", "GETS", "DROPS", "DIRECTORY"});
  listing.set_title(title);
  listing.set_field("cluster", to_string(plan->cluster));
  listing.set_field("fence", to_string(plan->fence));
  listing.set_field("groups", groups);
  listing.set_field("excluded", excluded);
  add_logs(*plan, listing);
  listing.print(format);
  return static_cast<int>(Exit::kOk);
}

const char* outcome_text(raft::RecoveryOutcome outcome) {
  switch (outcome) {
    case raft::RecoveryOutcome::kApplied: return "applied";
    case raft::RecoveryOutcome::kFinished: return "finished";
    case raft::RecoveryOutcome::kAlreadyApplied: return "already_applied";
  }
  return "unknown";
}

// Where the log that is kept lies: among `dirs`, or where the plan found it.
std::string source_dir(const RecoveryPlan& plan, const std::vector<std::string>& dirs) {
  const raft::ReplicaId source = plan.groups.front().source;
  for (const std::string& dir : dirs) {
    const auto identity = raft::open_identity(dir, {});
    if (identity.is_ok() && identity->replica() == source) return dir;
  }
  for (const raft::RecoverySurvivor& survivor : plan.survivors) {
    if (survivor.replica == source) return survivor.dir;
  }
  return {};
}

int apply_plan(const RecoverOptions& options, Format format) {
  const auto plan = read_plan(options.apply);
  if (!plan.is_ok()) return report(to_failure(plan.status()));
  std::vector<std::string> dirs = options.dirs;
  if (dirs.empty()) {
    for (const raft::RecoverySurvivor& survivor : plan->survivors)
      dirs.push_back(survivor.dir);
  }
  const std::string source = source_dir(*plan, dirs);
  // The source last: the others take its entries.
  std::stable_partition(dirs.begin(), dirs.end(), [&](const auto& dir) { return dir != source; });
  Listing listing("RecoveryApplied", {"DIRECTORY", "OUTCOME"});
  for (const std::string& dir : dirs) {
    const auto outcome = raft::apply_recovery(*plan, dir, source);
    if (!outcome.is_ok()) {
      Failure failure = to_failure(outcome.status().with_context(dir));
      failure.hint = "nothing was changed in it; what was applied before stays applied";
      return report(failure);
    }
    listing.add({dir, outcome_text(*outcome)},
                {{"directory", dir}, {"outcome", outcome_text(*outcome)}});
  }
  listing.set_title("fence " + to_string(plan->fence) +
                    ": start the survivors; whoever did not take part is refused by them");
  listing.set_field("fence", to_string(plan->fence));
  listing.print(format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace

int raft_recover(const RecoverOptions& options, Format format) {
  return options.apply.empty() ? make_plan(options, format) : apply_plan(options, format);
}

}  // namespace quorate::cli
