#include "raft/testing/rare_states.h"

namespace quorate::raft::testing {

const std::array<RareStateName, kRareStates>& rare_state_names() {
  using enum RareState;
  static constexpr std::array<RareStateName, kRareStates> kNames{{
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
  }};
  return kNames;
}

bool is_required(RareState state) {
  // Seen in too few seeds to be certain of in a short run.
  return state != RareState::kSeveralTermsTruncated;
}

void RareStates::add(const RareStates& other) {
  for (std::size_t i = 0; i < kRareStates; ++i) {
    counts_[i] += other.counts_[i];
  }
}

}  // namespace quorate::raft::testing
