#include "raft/testing/rare_states.h"

#include <algorithm>

namespace quorate::raft::testing {

namespace {

using enum RareState;

constexpr std::array kOfFixedGroups{
    RareStateName{kVoteSplit, "vote split", "two candidates of one term voted for themselves"},
    RareStateName{
        kElectionWonByOneVote, "election won by one vote", "a winner had exactly a quorum"},
    RareStateName{
        kTwoLeadersAtOnce, "two leaders at once", "an old leader did not know of the new one yet"},
    RareStateName{
        kLeaderSteppedDownInTerm, "leader stepped down in its term", "without any higher term"},
    RareStateName{kTransferWon, "transfer won", "a campaign for a transfer made a leader"},
    RareStateName{
        kProcessGoneWon, "process-gone hint won an election", "the hint led to a new leader"},
    RareStateName{
        kPreVoteRefusedLeaderKnown, "pre-vote refused as leader known", "stickiness held"},
    RareStateName{kVoteRefusedLog, "vote refused for the log", "the candidate's log was behind"},
    RareStateName{kVoteRefusedVoted, "vote refused as given", "the vote of the term was another's"},
    RareStateName{
        kUncommittedTruncated, "truncated uncommitted entries", "a conflicting tail was cut"},
    RareStateName{kSeveralTermsTruncated, "truncated entries of several terms", "in one cut"},
    RareStateName{
        kLeaderCrashedUnsynced, "leader crashed with unsynced entries", "its own disk lagged"},
    RareStateName{kUnsyncedEntriesLost, "unsynced entries lost", "a crash took written entries"},
    RareStateName{
        kUnsyncedEntriesSurvived, "unsynced entries survived", "durable, but nobody was told"},
    RareStateName{
        kAllCrashedAtOnce, "all crashed at once", "the whole group restarted from its disks"},
    RareStateName{kSyncFailed, "sync failed", "the replica stopped"},
    RareStateName{
        kDiskHungLeaderDeposed, "leader with a hung disk deposed", "the watchdog was believed"},
    RareStateName{
        kPausedLeaderDeposed, "paused leader deposed", "it woke up as a leader of the past"},
    RareStateName{kSeveralBatchesOneSync, "several batches in one sync", "group completion"},
    RareStateName{kMatchAnsweredBeforeRestart,
                  "match answered before a restart",
                  "the answer arrived after the follower had crashed"},
    RareStateName{
        kMessageFromBeforeRestart, "message from before a restart", "sent to the life before"},
    RareStateName{
        kOldTermMessageDelivered, "message of an old term", "it arrived after the term had passed"},
    RareStateName{
        kForeignMessageDelivered, "foreign message", "of another cluster, group or incarnation"},
    RareStateName{
        kAppendRejectedWithHint, "append rejected", "the leader had to search the common point"},
    RareStateName{kFetchFromDisk, "fetch from disk", "a peer needed entries that had left memory"},
    RareStateName{kApplyFromDisk, "apply from disk", "committed entries had left memory"},
    RareStateName{kCommitWithoutLeaderDisk,
                  "commit without the leader's own disk",
                  "the followers were durable first"},
    RareStateName{kOldTermHeldBack,
                  "old term held back",
                  "an old entry on a quorum was not committed by counting"},
    RareStateName{
        kOldTermCommittedBehindNew, "old term committed behind a new entry", "as in Figure 8"},
    RareStateName{
        kProposalSuperseded, "proposal superseded", "rejected after it had been in a log"},
    RareStateName{kProposalBusy, "proposal refused as busy", "the uncommitted bound was reached"},
    RareStateName{
        kUnknownThenCommitted, "unknown outcome that committed", "the client could not tell"},
    RareStateName{
        kFollowerReadServed, "follower read served", "the read index came from the leader"},
    RareStateName{kReadRefusedLeaderChanged,
                  "read round refused after leader change",
                  "a read taken up by a leader ended without a grant"},
    RareStateName{kReadBusy, "read refused as busy", "the bound of waiting reads was reached"},
    RareStateName{kTermNearItsTop, "term near the top of its range", "terms above 2^63"},
};

constexpr std::array kOfChangingGroups{
    RareStateName{kCommittedByJointQuorum, "commit by a joint quorum", "both halves were needed"},
    RareStateName{kOneHalfHeldBack,
                  "one half held a commit back",
                  "a majority of one half had more than is committed, the other had not"},
    RareStateName{kLearnerPromoted, "learner promoted", "it had caught up and got a vote"},
    RareStateName{
        kDiskReplaced, "disk replaced", "a node's new incarnation took the vote of the old one"},
    RareStateName{kJointLeftByLaterLeader,
                  "joint left by a later leader",
                  "the leader that began the change did not end it"},
    RareStateName{
        kMembershipTruncated, "membership entry truncated", "the one before was in force again"},
    RareStateName{
        kRemovedLeaderLeads, "removed leader leads on", "until its removal was committed"},
    RareStateName{kOutgoingVoterWon, "outgoing voter won", "a leader that is on its way out"},
    RareStateName{kStrangerFollowed,
                  "unknown leader followed",
                  "the follower's membership was the older one"},
    RareStateName{
        kStrangerAsksForVote, "unknown candidate asked for a vote", "removed, or not known yet"},
    RareStateName{
        kLearnerVoted, "vote by who has none", "the candidate's membership was the newer one"},
    RareStateName{kCatchUpExpired, "catch-up expired", "the new voter was taken back"},
    RareStateName{
        kChangeAbandoned, "change abandoned", "the leadership ended before the voters had changed"},
    RareStateName{
        kChangeSuperseded, "change superseded", "its entry was replaced by a later leader's"},
    RareStateName{kChangeOutlivedLeader,
                  "change outlived its leader",
                  "the replica that was asked learned as a follower that it is committed"},
    RareStateName{
        kChangeUnknown, "change with unknown outcome", "who was asked was removed or cut off"},
    RareStateName{kChangeUnderWay, "second change refused", "another one was not finished"},
    RareStateName{kChangeQuorumLost, "change refused for the quorum", "too few could be reached"},
    RareStateName{kLogCompacted, "log compacted", "its base moved up behind a durable snapshot"},
    RareStateName{
        kLogReplacedBySnapshot, "log replaced by a snapshot", "nothing in it led to the snapshot"},
    RareStateName{
        kSuffixKeptBehindSnapshot, "suffix kept behind a snapshot", "the log led to what came"},
    RareStateName{kSnapshotPieceRead, "snapshot piece sent", "a peer's next entry was compacted"},
    RareStateName{
        kSnapshotRestored, "snapshot restored", "a state machine was replaced while it ran"},
    RareStateName{kStartedFromSnapshot,
                  "started from a snapshot",
                  "a restart did not begin at the first entry"},
    RareStateName{kTransferResumed,
                  "snapshot transfer resumed",
                  "the receiver held more than was sent to it"},
    RareStateName{kSnapshotTorn,
                  "snapshot write torn",
                  "the process ended in the middle of a file operation"},
    RareStateName{kUncoveredSnapshotRemoved,
                  "snapshot without its log removed",
                  "a crash fell between the file and the log, or left an old one behind"},
    RareStateName{kSnapshotBeforeMembership,
                  "snapshot put off",
                  "a replica that joined did not know yet who took part"},
    RareStateName{
        kSnapshotOfJoint, "snapshot in a joint membership", "two halves are written into it"},
    RareStateName{
        kJointInstalled, "joint membership from a snapshot", "a change was under way in it"},
    RareStateName{kFilledBySnapshot, "empty disk filled by a snapshot", "its log began behind one"},
    RareStateName{
        kLearnerGotSnapshot, "learner caught up by a snapshot", "it lagged behind the log's base"},
    RareStateName{kMembershipFromSnapshot,
                  "membership replaced by a snapshot",
                  "the log before it knew another one"},
};

constexpr std::array kOfLeading{
    RareStateName{kLeaseReadServed, "read served by a lease", "without a round of heartbeats"},
    RareStateName{
        kPromiseOutlivedLeader, "promise outlived its leader", "it bound a replica without one"},
    RareStateName{kHandedOver, "handed over to a preferred voter", "one with a higher priority"},
    RareStateName{kProposalForwarded, "proposal forwarded", "a leader took it for a follower"},
    RareStateName{kPlaceReadServed, "read at a place served", "the caller had seen it before"},
    RareStateName{kPlaceReadNever, "read at a place refused as never", "another entry is there"},
    RareStateName{kPlaceReadCompacted,
                  "read at a compacted place",
                  "which entry was there is not known any more"},
};

constexpr std::array<RareStateName, kRareStates> all_names() {
  static_assert(kOfFixedGroups.size() + kOfChangingGroups.size() + kOfLeading.size() ==
                kRareStates);
  std::array<RareStateName, kRareStates> all{};
  auto* behind = std::copy(kOfFixedGroups.begin(), kOfFixedGroups.end(), all.begin());
  behind = std::copy(kOfChangingGroups.begin(), kOfChangingGroups.end(), behind);
  std::copy(kOfLeading.begin(), kOfLeading.end(), behind);
  return all;
}

constexpr std::array<RareStateName, kRareStates> kNames = all_names();

}  // namespace

const std::array<RareStateName, kRareStates>& rare_state_names() {
  return kNames;
}

bool is_required(RareState state) {
  // Seen in too few seeds to be certain of in a short run.
  constexpr std::array kTooRare{RareState::kSeveralTermsTruncated,
                                RareState::kOutgoingVoterWon,
                                RareState::kLearnerVoted,
                                RareState::kChangeUnknown,
                                RareState::kTransferResumed,
                                RareState::kJointInstalled};
  return std::find(kTooRare.begin(), kTooRare.end(), state) == kTooRare.end();
}

void RareStates::add(const RareStates& other) {
  for (std::size_t i = 0; i < kRareStates; ++i) {
    counts_[i] += other.counts_[i];
  }
}

}  // namespace quorate::raft::testing
