// Which survivors there are, what they hold, and what becomes of it.
#include <algorithm>
#include <memory>
#include <utility>

#include "raft/storage/recovery.h"
#include "raft/storage/recovery_parts.h"

namespace quorate::raft {

namespace {

// One directory, while the plan is made.
struct Candidate {
  std::string dir;
  SurveyedDir found;
  std::unique_ptr<DataDirInspector> inspector;

  [[nodiscard]] ReplicaId replica() const { return found.identity.replica(); }
  [[nodiscard]] const InspectedGroup* group(GroupId id) const {
    for (const InspectedGroup& one : found.inspection.groups) {
      if (one.group == id) return &one;
    }
    return nullptr;
  }
};
using Candidates = std::vector<Candidate>;

std::string text(const ReplicaId& replica) {
  return "node " + std::to_string(replica.node.value);
}

const Membership& effective(const InspectedGroup& group) {
  const Recovered& recovered = group.recovered;
  return recovered.memberships.empty() ? recovered.snapshot.membership
                                       : recovered.memberships.back().membership;
}

// The greatest index up to which both logs are equal: where index and term agree, so does all in
// front of it (P42). Nothing when one begins behind that.
std::optional<Index> match(const GroupLog& a, const GroupLog& b) {
  const Index base = std::max(a.snapshot.last.index, b.snapshot.last.index);
  for (Index at = std::min(a.last.index, b.last.index); at >= base; at = at.prev()) {
    const std::optional<Term> term = a.term_at(at);
    if (term && term == b.term_at(at)) return at;
    if (at == Index{0}) break;
  }
  return std::nullopt;
}

std::size_t count_present(const std::vector<ReplicaId>& half, const Candidates& candidates) {
  return static_cast<std::size_t>(
      std::count_if(half.begin(), half.end(), [&](const ReplicaId& voter) {
        return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& one) {
          return one.replica() == voter;
        });
      }));
}

Status refuse_quorum(const Membership& membership, GroupId group, const Candidates& candidates) {
  for (const auto* half : {&membership.voters, &membership.outgoing}) {
    if (half->empty()) continue;
    if (count_present(*half, candidates) <= half->size() / 2) return Status::ok();
  }
  return {Code::kFailedPrecondition,
          "group " + std::to_string(group.value) + ": " +
              std::to_string(count_present(membership.voters, candidates)) + " of " +
              std::to_string(membership.voters.size()) +
              " voters are here: that is a quorum, start them instead"};
}

Status check_together(const Candidates& candidates) {
  const Candidate& front = candidates.front();
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    const Candidate& one = candidates[i];
    const Identity& identity = one.found.identity;
    if (identity.cluster != front.found.identity.cluster ||
        identity.fence != front.found.identity.fence) {
      return {Code::kInvalidArgument,
              one.dir + " belongs to another cluster or to another recovery than " + front.dir};
    }
    if (identity.node == candidates[i - 1].found.identity.node) {
      return {Code::kInvalidArgument,
              one.dir + " and " + candidates[i - 1].dir + " are both of " + text(one.replica())};
    }
    for (const InspectedGroup& group : front.found.inspection.groups) {
      if (one.group(group.group) != nullptr) continue;
      return {Code::kInvalidArgument,
              one.dir + " has no group " + std::to_string(group.group.value)};
    }
  }
  return Status::ok();
}

class Planner {
 public:
  explicit Planner(const RecoveryLimits& limits) : limits_(limits) {}

  Status survey_all(const std::vector<std::string>& dirs) {
    for (const std::string& dir : dirs) {
      auto inspector = DataDirInspector::open(dir);
      if (!inspector.is_ok()) return inspector.status();
      Result<SurveyedDir> found = survey(**inspector);
      if (!found.is_ok()) {
        exclude(dir, found.status().message());
        continue;
      }
      candidates_.push_back({dir, *std::move(found), *std::move(inspector)});
    }
    std::sort(candidates_.begin(), candidates_.end(), [](const auto& a, const auto& b) {
      return a.replica() < b.replica();
    });
    if (candidates_.empty()) return nobody();
    return check_together(candidates_);
  }

  // Leaves only those who can take part in every group.
  Status drop_unfit() {
    std::vector<GroupId> ids;
    for (const InspectedGroup& group : candidates_.front().found.inspection.groups)
      ids.push_back(group.group);
    for (const GroupId id : ids) {
      QUORATE_TRY(refuse_quorum(effective(*source_of(id)->group(id)), id, candidates_));
    }
    // Whoever goes may have been the source of a group that was looked at before.
    for (std::size_t at = 0; at < ids.size();) {
      const std::vector<RecoveryExcluded> unfit = unfit_for(*source_of(ids[at]), ids[at]);
      for (const RecoveryExcluded& one : unfit) {
        std::erase_if(candidates_, [&](const Candidate& other) { return other.dir == one.dir; });
        exclude(one.dir, one.why);
      }
      if (candidates_.empty()) return nobody();
      at = unfit.empty() ? at + 1 : 0;
    }
    return Status::ok();
  }

  RecoveryPlan plan() {
    const Identity& identity = candidates_.front().found.identity;
    plan_.cluster = identity.cluster;
    plan_.fence = draw_uuid();
    plan_.fence_before = identity.fence;
    for (const Candidate& one : candidates_) {
      plan_.survivors.push_back({one.replica(), one.dir, one.found.state});
    }
    for (const InspectedGroup& group : candidates_.front().found.inspection.groups)
      plan_.groups.push_back(plan_group(group.group));
    return std::move(plan_);
  }

 private:
  void exclude(const std::string& dir, std::string why) {
    plan_.excluded.push_back({dir, std::move(why)});
  }

  [[nodiscard]] Status nobody() const {
    std::string why = "no directory can take part";
    for (const RecoveryExcluded& one : plan_.excluded)
      why += "; " + one.dir + ": " + one.why;
    return {Code::kFailedPrecondition, why};
  }

  // The most recent log; of equal ones the one of the lowest node.
  [[nodiscard]] const Candidate* source_of(GroupId id) const {
    return &*std::max_element(
        candidates_.begin(), candidates_.end(), [&](const auto& a, const auto& b) {
          return a.group(id)->last < b.group(id)->last;
        });
  }

  [[nodiscard]] std::vector<RecoveryExcluded> unfit_for(const Candidate& source, GroupId id) const {
    std::vector<RecoveryExcluded> unfit;
    for (const Candidate& one : candidates_) {
      std::string why = why_unfit(source, one, id);
      if (!why.empty()) unfit.push_back({one.dir, std::move(why)});
    }
    return unfit;
  }

  [[nodiscard]] std::string why_unfit(const Candidate& source,
                                      const Candidate& one,
                                      GroupId id) const {
    if (!effective(*source.group(id)).contains(one.replica())) {
      return text(one.replica()) + " is no member of group " + std::to_string(id.value) +
             " any more";
    }
    const GroupLog from = log_of(*source.group(id));
    const std::optional<Index> equal = match(from, log_of(*one.group(id)));
    if (!equal) {
      return "its log ends at " + std::to_string(one.group(id)->last.index.value) +
             " and does not lead to the one of " + text(source.replica()) + ", which begins at " +
             std::to_string(from.first().value) + ": format it anew and add it afterwards";
    }
    std::uint64_t bytes = 0;
    const Status read = *equal == from.last.index
                            ? Status::ok()
                            : source.inspector->for_each_entry(
                                  id, equal->next(), from.last.index, [&](const Entry& entry) {
                                    bytes += entry.bytes();
                                  });
    if (!read.is_ok()) return read.message();
    if (bytes <= limits_.copied_bytes_max) return {};
    return std::to_string(bytes) + " bytes of entries are missing in it, more than " +
           std::to_string(limits_.copied_bytes_max) + ": format it anew and add it afterwards";
  }

  [[nodiscard]] RecoveryGroup plan_group(GroupId id) const {
    const Candidate* source = source_of(id);
    const GroupLog from = log_of(*source->group(id));
    RecoveryGroup group;
    group.group = id;
    group.source = source->replica();
    group.source_last = from.last;
    group.before = effective(*source->group(id));
    for (const Candidate& one : candidates_) {
      const GroupLog log = log_of(*one.group(id));
      group.after.voters.push_back(one.replica());
      group.logs.push_back({one.replica(), log.last, *match(from, log)});
      group.committed = std::max(group.committed, log.snapshot.last.index);
      group.seen = std::max(group.seen, log.hard_state.term);
    }
    group.entry = {Term{group.seen.value + limits_.term_gap}, from.last.index.next()};
    return group;
  }

  const RecoveryLimits limits_;
  Candidates candidates_;  // by replica
  RecoveryPlan plan_;
};

}  // namespace

GroupLog log_of(const InspectedGroup& group) {
  GroupLog log;
  log.hard_state = group.recovered.hard_state;
  log.snapshot = group.recovered.snapshot;
  log.last = group.last;
  log.runs = group.recovered.term_runs;
  for (const MembershipAt& at : group.recovered.memberships)
    log.memberships.push_back(at.index);
  return log;
}

Result<SurveyedDir> survey(DataDirInspector& inspector) {
  SurveyedDir found;
  found.inspection = inspector.verify({});
  for (const Finding& finding : found.inspection.findings) {
    if (finding.severity == Severity::kNote) continue;
    return {Code::kCorruption,
            "it is damaged: " + std::string(to_string(finding.kind)) + " " + finding.file + ": " +
                finding.message};
  }
  found.identity = *found.inspection.identity;
  Fingerprint state;
  state(encode_identity(found.identity));
  for (const InspectedGroup& group : found.inspection.groups) {
    const Recovered& recovered = group.recovered;
    state(group.group, recovered.hard_state, recovered.snapshot.last, group.last);
    state(encode_membership(recovered.snapshot.membership), group.hash.value);
  }
  found.state = state.value();
  return found;
}

Result<RecoveryPlan> plan_recovery(const std::vector<std::string>& dirs,
                                   const RecoveryLimits& limits) {
  if (dirs.empty()) return {Code::kInvalidArgument, "no directory was named"};
  Planner planner(limits);
  QUORATE_TRY(planner.survey_all(dirs));
  QUORATE_TRY(planner.drop_unfit());
  return planner.plan();
}

}  // namespace quorate::raft
