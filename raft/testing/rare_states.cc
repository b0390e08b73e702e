#include "raft/testing/rare_states.h"

#include <algorithm>

namespace quorate::raft::testing {

namespace {

using enum RareState;

constexpr std::array<RareStateName, kRareStates> kNames = {{
    {kVoteSplit, "vote split", "two candidates of one term voted for themselves"},
    {kElectionWonByOneVote, "election won by one vote", "a winner had exactly a quorum"},
    {kTwoLeadersAtOnce, "two leaders at once", "an old leader did not know of the new one yet"},
    {kLeaderSteppedDownInTerm, "leader stepped down in its term", "without any higher term"},
    {kTransferWon, "transfer won", "a campaign for a transfer made a leader"},
    {kProcessGoneWon, "process-gone hint won an election", "the hint led to a new leader"},
    {kPreVoteRefusedLeaderKnown, "pre-vote refused as leader known", "stickiness held"},
    {kVoteRefusedLog, "vote refused for the log", "the candidate's log was behind"},
    {kVoteRefusedVoted, "vote refused as given", "the vote of the term was another's"},
    {kUncommittedTruncated, "truncated uncommitted entries", "a conflicting tail was cut"},
    {kSeveralTermsTruncated, "truncated entries of several terms", "in one cut"},
    {kLeaderCrashedUnsynced, "leader crashed with unsynced entries", "its own disk lagged"},
    {kUnsyncedEntriesLost, "unsynced entries lost", "a crash took written entries"},
    {kUnsyncedEntriesSurvived, "unsynced entries survived", "durable, but nobody was told"},
    {kAllCrashedAtOnce, "all crashed at once", "the whole group restarted from its disks"},
    {kSyncFailed, "sync failed", "the replica stopped"},
    {kDiskHungLeaderDeposed, "leader with a hung disk deposed", "the watchdog was believed"},
    {kPausedLeaderDeposed, "paused leader deposed", "it woke up as a leader of the past"},
    {kSeveralBatchesOneSync, "several batches in one sync", "group completion"},
    {kMatchAnsweredBeforeRestart,
     "match answered before a restart",
     "the answer arrived after the follower had crashed"},
    {kMessageFromBeforeRestart, "message from before a restart", "sent to the life before"},
    {kOldTermMessageDelivered, "message of an old term", "it arrived after the term had passed"},
    {kForeignMessageDelivered, "foreign message", "of another cluster, group or incarnation"},
    {kAppendRejectedWithHint, "append rejected", "the leader had to search the common point"},
    {kFetchFromDisk, "fetch from disk", "a peer needed entries that had left memory"},
    {kApplyFromDisk, "apply from disk", "committed entries had left memory"},
    {kCommitWithoutLeaderDisk,
     "commit without the leader's own disk",
     "the followers were durable first"},
    {kOldTermHeldBack,
     "old term held back",
     "an old entry on a quorum was not committed by counting"},
    {kOldTermCommittedBehindNew, "old term committed behind a new entry", "as in Figure 8"},
    {kProposalSuperseded, "proposal superseded", "rejected after it had been in a log"},
    {kProposalBusy, "proposal refused as busy", "the uncommitted bound was reached"},
    {kUnknownThenCommitted, "unknown outcome that committed", "the client could not tell"},
    {kFollowerReadServed, "follower read served", "the read index came from the leader"},
    {kReadRefusedLeaderChanged,
     "read round refused after leader change",
     "a read taken up by a leader ended without a grant"},
    {kReadBusy, "read refused as busy", "the bound of waiting reads was reached"},
    {kTermNearItsTop, "term near the top of its range", "terms above 2^63"},
    {kCommittedByJointQuorum, "commit by a joint quorum", "both halves were needed"},
    {kOneHalfHeldBack,
     "one half held a commit back",
     "a majority of one half had more than is committed, the other had not"},
    {kLearnerPromoted, "learner promoted", "it had caught up and got a vote"},
    {kDiskReplaced, "disk replaced", "a node's new incarnation took the vote of the old one"},
    {kJointLeftByLaterLeader,
     "joint left by a later leader",
     "the leader that began the change did not end it"},
    {kMembershipTruncated, "membership entry truncated", "the one before was in force again"},
    {kRemovedLeaderLeads, "removed leader leads on", "until its removal was committed"},
    {kOutgoingVoterWon, "outgoing voter won", "a leader that is on its way out"},
    {kStrangerFollowed, "unknown leader followed", "the follower's membership was the older one"},
    {kStrangerAsksForVote, "unknown candidate asked for a vote", "removed, or not known yet"},
    {kLearnerVoted, "vote by who has none", "the candidate's membership was the newer one"},
    {kCatchUpExpired, "catch-up expired", "the new voter was taken back"},
    {kChangeAbandoned, "change abandoned", "the leadership ended before the voters had changed"},
    {kChangeSuperseded, "change superseded", "its entry was replaced by a later leader's"},
    {kChangeOutlivedLeader,
     "change outlived its leader",
     "the replica that was asked learned as a follower that it is committed"},
    {kChangeUnknown, "change with unknown outcome", "who was asked was removed or cut off"},
    {kChangeUnderWay, "second change refused", "another one was not finished"},
    {kChangeQuorumLost, "change refused for the quorum", "too few could be reached"},
}};

}  // namespace

const std::array<RareStateName, kRareStates>& rare_state_names() {
  return kNames;
}

bool is_required(RareState state) {
  // Seen in too few seeds to be certain of in a short run.
  constexpr std::array kTooRare{RareState::kSeveralTermsTruncated,
                                RareState::kOutgoingVoterWon,
                                RareState::kLearnerVoted,
                                RareState::kChangeSuperseded,
                                RareState::kChangeUnknown};
  return std::find(kTooRare.begin(), kTooRare.end(), state) == kTooRare.end();
}

void RareStates::add(const RareStates& other) {
  for (std::size_t i = 0; i < kRareStates; ++i) {
    counts_[i] += other.counts_[i];
  }
}

}  // namespace quorate::raft::testing
