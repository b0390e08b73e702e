// Rare states: situations that a good run of the simulator must have been in. They are counted over
// all seeds; one that is never reached says that the simulator, not the core, needs work.
//
// Thread: values. Source: FoundationDB's and TigerBeetle's "sometimes" assertions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace quorate::raft::testing {

enum class RareState : std::uint8_t {
  kVoteSplit,
  kElectionWonByOneVote,
  kTwoLeadersAtOnce,
  kLeaderSteppedDownInTerm,
  kTransferWon,
  kProcessGoneWon,
  kPreVoteRefusedLeaderKnown,
  kVoteRefusedLog,
  kVoteRefusedVoted,
  kUncommittedTruncated,
  kSeveralTermsTruncated,
  kLeaderCrashedUnsynced,
  kUnsyncedEntriesLost,
  kUnsyncedEntriesSurvived,
  kAllCrashedAtOnce,
  kSyncFailed,
  kDiskHungLeaderDeposed,
  kPausedLeaderDeposed,
  kSeveralBatchesOneSync,
  kMatchAnsweredBeforeRestart,
  kMessageFromBeforeRestart,
  kOldTermMessageDelivered,
  kForeignMessageDelivered,
  kAppendRejectedWithHint,
  kFetchFromDisk,
  kApplyFromDisk,
  kCommitWithoutLeaderDisk,
  kOldTermHeldBack,
  kOldTermCommittedBehindNew,
  kProposalSuperseded,
  kProposalBusy,
  kUnknownThenCommitted,
  kFollowerReadServed,
  kReadRefusedLeaderChanged,
  kReadBusy,
  kTermNearItsTop,
  kCommittedByJointQuorum,
  kOneHalfHeldBack,
  kLearnerPromoted,
  kDiskReplaced,
  kJointLeftByLaterLeader,
  kMembershipTruncated,
  kRemovedLeaderLeads,
  kOutgoingVoterWon,
  kStrangerFollowed,
  kStrangerAsksForVote,
  kLearnerVoted,
  kCatchUpExpired,
  kChangeAbandoned,
  kChangeSuperseded,
  kChangeOutlivedLeader,
  kChangeUnknown,
  kChangeUnderWay,
  kChangeQuorumLost,
  kLogCompacted,
  kLogReplacedBySnapshot,
  kSuffixKeptBehindSnapshot,
  kSnapshotPieceRead,
  kSnapshotRestored,
  kStartedFromSnapshot,
  kTransferResumed,
  kSnapshotTorn,
  kUncoveredSnapshotRemoved,
  kSnapshotBeforeMembership,
  kSnapshotOfJoint,
  kJointInstalled,
  kFilledBySnapshot,
  kLearnerGotSnapshot,
  kMembershipFromSnapshot,
  kLeaseReadServed,
  kPromiseOutlivedLeader,
  kHandedOver,
  kProposalForwarded,
  kPlaceReadServed,
  kPlaceReadNever,
  kPlaceReadCompacted,
};
inline constexpr std::size_t kRareStates =
    static_cast<std::size_t>(RareState::kPlaceReadCompacted) + 1;

struct RareStateName {
  RareState state;
  std::string_view name;     // "vote split"
  std::string_view meaning;  // one sentence
};
[[nodiscard]] const std::array<RareStateName, kRareStates>& rare_state_names();
// Whether some hundred fresh seeds reach it, so that a run that does not is a failure.
[[nodiscard]] bool is_required(RareState state);

class RareStates {
 public:
  void saw(RareState state) { ++counts_[static_cast<std::size_t>(state)]; }
  void add(const RareStates& other);
  [[nodiscard]] std::uint64_t count(RareState state) const {
    return counts_[static_cast<std::size_t>(state)];
  }

 private:
  std::array<std::uint64_t, kRareStates> counts_{};
};

}  // namespace quorate::raft::testing
