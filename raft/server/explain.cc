#include "raft/server/explain.h"

#include <algorithm>
#include <utility>

namespace quorate::raft {
namespace {

std::string number(std::uint64_t value) {
  return std::to_string(value);
}
std::string name_of(const ReplicaId& replica) {
  return "node " + number(replica.node.value);
}

class Explainer {
 public:
  Explainer(const ServerStatus& status, const Options& options)
      : status_(status), core_(status.core), options_(options) {}

  std::vector<Explanation> run() {
    if (explain_end()) return std::move(found_);
    explain_standing();
    explain_disk();
    if (core_.role == Role::kLeader) {
      explain_quorum();
      explain_commit();
      for (const PeerStatus& peer : core_.peers)
        explain_peer(peer);
    } else {
      explain_no_leader();
    }
    explain_change();
    explain_apply();
    return std::move(found_);
  }

 private:
  void add(Reason reason, std::string text, std::optional<ReplicaId> peer = std::nullopt) {
    found_.push_back({reason, peer, std::move(text)});
  }

  bool explain_end() {
    if (status_.fatal) {
      add(Reason::kStopped, "the server stopped itself: " + status_.fatal->message());
    } else if (core_.stopped) {
      add(Reason::kStopped, "a safety violation was seen: the group does nothing more here");
    }
    return !found_.empty();
  }

  void explain_standing() {
    if (core_.membership == Membership{}) {
      add(Reason::kWaitsToBeAdded, "it has no membership yet: a leader has to add it");
    } else if (core_.membership.is_learner(core_.self)) {
      add(Reason::kLearner, "it is a learner: it never campaigns");
    } else if (!core_.membership.is_voter(core_.self)) {
      add(Reason::kNotMember,
          "it is no member since index " + number(core_.membership_index.value) +
              " of its log: it never campaigns");
    }
    if (core_.restoring) {
      add(Reason::kRestoring, "a snapshot is being restored: it neither applies nor campaigns");
    }
  }

  void explain_disk() {
    if (status_.storage == StorageHealth::kHung) {
      add(Reason::kDiskHangs, "a sync does not return: it neither campaigns nor keeps leading");
    } else if (status_.storage == StorageHealth::kSlow) {
      add(Reason::kDiskSlow, "a sync takes long");
    }
  }

  void explain_no_leader() {
    if (core_.leader) return;
    if (core_.role == Role::kFollower) {
      return add(Reason::kNoLeaderHeard,
                 "no leader of term " + number(core_.term.value) + " was heard");
    }
    add(Reason::kElectionRunning,
        std::string(core_.role == Role::kCandidate ? "asks for votes in term "
                                                   : "asks who would vote behind term ") +
            number(core_.term.value) + ": " + need_text());
  }

  // "needs 2 of 3", and of both halves while joint.
  [[nodiscard]] std::string need_text() const {
    const auto need = [](const std::vector<ReplicaId>& half) {
      return number(half.size() / 2 + 1) + " of " + number(half.size());
    };
    std::string text = "needs " + need(core_.membership.voters);
    if (core_.membership.is_joint()) text += " and " + need(core_.membership.outgoing);
    return text;
  }

  [[nodiscard]] bool is_heard(const PeerStatus& peer) const {
    return peer.ticks_since_contact < options_.election_timeout_ticks;
  }

  // Whether `holds` is true of a majority of each half; we hold what is ours.
  template <typename Holds>
  [[nodiscard]] bool has_quorum(Holds holds) const {
    for (const auto* half : {&core_.membership.voters, &core_.membership.outgoing}) {
      const auto count = std::count_if(half->begin(), half->end(), holds);
      if (!half->empty() && static_cast<std::size_t>(count) <= half->size() / 2) return false;
    }
    return true;
  }
  [[nodiscard]] const PeerStatus* find(const ReplicaId& replica) const {
    const auto found = std::find_if(core_.peers.begin(), core_.peers.end(), [&](const auto& peer) {
      return peer.replica == replica;
    });
    return found == core_.peers.end() ? nullptr : &*found;
  }

  void explain_quorum() {
    std::size_t heard = 0;
    const auto hears = [&](const ReplicaId& voter) {
      const PeerStatus* peer = find(voter);
      const bool is_there = voter == core_.self || (peer != nullptr && is_heard(*peer));
      heard += is_there ? 1U : 0U;
      return is_there;
    };
    if (has_quorum(hears)) return;
    add(Reason::kQuorumUnreachable,
        "hears " + number(heard) + " voters, itself among them, and " + need_text() +
            ": nothing commits, and it will step down");
  }

  void explain_commit() {
    if (core_.commit >= core_.last.index) return;
    const Index next = core_.commit.next();
    std::string missing;
    for (const ReplicaId& voter : core_.membership.all()) {
      if (!core_.membership.is_voter(voter)) continue;
      const PeerStatus* peer = find(voter);
      const Index held = voter == core_.self ? core_.persisted
                         : peer != nullptr   ? peer->match
                                             : Index{0};
      if (held < next) missing += (missing.empty() ? "" : ", ") + name_of(voter);
    }
    add(Reason::kCommitWaits,
        "entries " + number(next.value) + " to " + number(core_.last.index.value) +
            " are not committed: " + need_text() +
            (missing.empty() ? "; they are of earlier terms and wait for one of this term"
                             : "; entry " + number(next.value) + " is not durable at " + missing));
    if (core_.uncommitted_bytes >= options_.uncommitted_bytes_max) {
      add(Reason::kQuotaFull,
          number(core_.uncommitted_bytes) +
              " bytes wait to be committed: more are refused as busy");
    }
  }

  void explain_peer(const PeerStatus& peer) {
    if (peer.is_leaving) return;
    const std::uint64_t behind =
        core_.last.index.value - std::min(peer.match, core_.last.index).value;
    if (!is_heard(peer)) {
      add(Reason::kPeerSilent,
          name_of(peer.replica) + " was not heard for " + number(peer.ticks_since_contact) +
              " ticks and is " + number(behind) + " entries behind",
          peer.replica);
    } else if (peer.state == "snapshot" || peer.next < core_.first) {
      add(Reason::kPeerNeedsSnapshot,
          name_of(peer.replica) + " lacks entries in front of " + number(core_.first.value) +
              ", which are compacted: it is sent a snapshot",
          peer.replica);
    } else if (behind > kLagEntries) {
      add(Reason::kPeerLags,
          name_of(peer.replica) + " is " + number(behind) + " entries behind",
          peer.replica);
    }
  }

  void explain_change() {
    if (!core_.change) return;
    std::string waits;
    for (const ReplicaId& replica : core_.change->waits_for)
      waits += (waits.empty() ? "" : ", ") + name_of(replica);
    add(Reason::kChangeWaits,
        "a change of the membership is at stage " + std::string(to_string(core_.change->stage)) +
            (waits.empty() ? "" : " and waits for " + waits));
  }

  void explain_apply() {
    const std::uint64_t waiting =
        core_.commit.value - std::min(status_.applied, core_.commit).value;
    if (waiting <= kLagEntries) return;
    add(Reason::kApplyLags, number(waiting) + " committed entries wait for the state machine");
  }

  const ServerStatus& status_;
  const CoreStatus& core_;
  const Options& options_;
  std::vector<Explanation> found_;
};

}  // namespace

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::kStopped: return "stopped";
    case Reason::kWaitsToBeAdded: return "waits_to_be_added";
    case Reason::kNotMember: return "not_member";
    case Reason::kLearner: return "learner";
    case Reason::kRestoring: return "restoring";
    case Reason::kDiskHangs: return "disk_hangs";
    case Reason::kDiskSlow: return "disk_slow";
    case Reason::kElectionRunning: return "election_running";
    case Reason::kNoLeaderHeard: return "no_leader_heard";
    case Reason::kQuorumUnreachable: return "quorum_unreachable";
    case Reason::kCommitWaits: return "commit_waits";
    case Reason::kChangeWaits: return "change_waits";
    case Reason::kPeerSilent: return "peer_silent";
    case Reason::kPeerNeedsSnapshot: return "peer_needs_snapshot";
    case Reason::kPeerLags: return "peer_lags";
    case Reason::kQuotaFull: return "quota_full";
    case Reason::kApplyLags: return "apply_lags";
  }
  return "unknown";
}

std::vector<Explanation> explain(const ServerStatus& status, const Options& options) {
  return Explainer(status, options).run();
}

}  // namespace quorate::raft
