#include "raft/core/state_codec.h"

#include <utility>

#include "raft/base/check.h"
#include "raft/core/consensus.h"
#include "raft/core/replica.h"

namespace quorate::raft {

template <>
struct Blank<Ballot> {
  static Ballot make(const Options& /*options*/) { return {VoteKind::kVote, Term{}, 0}; }
};
template <>
struct Blank<PreCandidate> {
  static PreCandidate make(const Options& options) { return {Blank<Ballot>::make(options)}; }
};
template <>
struct Blank<Candidate> {
  static Candidate make(const Options& options) { return {Blank<Ballot>::make(options), 0}; }
};
template <>
struct Blank<CatchUp> {
  static CatchUp make(const Options& /*options*/) { return {ReplicaId{}, Index{}, 0}; }
};
template <>
struct Blank<SnapshotSending> {
  static SnapshotSending make(const Options& options) {
    return {SnapshotTransfer{}, snapshot_limits(options), 0, 0};
  }
};
template <>
struct Blank<Peer> {
  static Peer make(const Options& options) {
    return {.id = {}, .progress = Progress(Index{}, progress_limits(options))};
  }
};
template <>
struct Blank<Leader> {
  static Leader make(const Options& options) {
    return {
        .replication = Replication(Membership{}, options.self, progress_limits(options), Since{}),
        .reads = {},
        .first_own = {},
        .heartbeat_at = 0};
  }
};

std::string Consensus::encode_state() const {
  QUORATE_CHECK(!has_ready());
  std::string bytes;
  StateWriter(bytes, Payloads::kTrusted)(*replica_);
  return bytes;
}

Result<std::unique_ptr<Consensus>> Consensus::decode_state(Options options,
                                                           std::string_view bytes) {
  QUORATE_TRY(validate(options));
  auto replica = std::make_unique<Replica>(options, Recovered{}, Random(0));
  StateReader reader(bytes, options);
  reader(*replica);
  if (!reader.finished()) return {Code::kCorruption, "not the state of a replica"};
  return std::unique_ptr<Consensus>(new Consensus(std::move(replica)));
}

}  // namespace quorate::raft
