#include "raft/server/flight_replay.h"

#include <iterator>
#include <memory>
#include <utility>

#include "raft/server/flight_recorder.h"

namespace quorate::raft {
namespace {

template <typename T>
T take(StateReader& in) {
  T value{};
  in(value);
  return value;
}

struct Input {
  std::string_view name;
  void (*feed)(Consensus& core, StateReader& in);
};

// By FlightKind.
constexpr Input kInputs[] = {
    {"ready", nullptr},
    {"tick", [](Consensus& core, StateReader& /*in*/) { core.tick(); }},
    {"step", [](Consensus& core, StateReader& in) { core.step(take<Message>(in)); }},
    {"propose", [](Consensus& core, StateReader& in) { core.propose(take<Proposal>(in)); }},
    {"read",
     [](Consensus& core, StateReader& in) {
       const auto token = take<ReadToken>(in);
       core.read(token, take<ReadMode>(in));
     }},
    {"change_membership",
     [](Consensus& core, StateReader& in) { core.change_membership(take<MembershipChange>(in)); }},
    {"transfer", [](Consensus& core, StateReader& in) { core.transfer(take<NodeId>(in)); }},
    {"transfer_to_best", [](Consensus& core, StateReader& /*in*/) { core.transfer_to_best(); }},
    {"campaign", [](Consensus& core, StateReader& /*in*/) { core.campaign(); }},
    {"step_down", [](Consensus& core, StateReader& /*in*/) { core.step_down(); }},
    {"persisted",
     [](Consensus& core, StateReader& in) { core.persisted(take<std::uint64_t>(in)); }},
    {"applied", [](Consensus& core, StateReader& in) { core.applied(take<Index>(in)); }},
    {"entries_fetched",
     [](Consensus& core, StateReader& in) {
       const auto peer = take<ReplicaId>(in);
       const auto first = take<Index>(in);
       core.entries_fetched(peer, first, take<std::vector<Entry>>(in));
     }},
    {"peer_lost",
     [](Consensus& core, StateReader& in) {
       const auto peer = take<ReplicaId>(in);
       core.peer_lost(peer, take<PeerLoss>(in));
     }},
    {"compact", [](Consensus& core, StateReader& in) { core.compact(take<Index>(in)); }},
    {"snapshot_read",
     [](Consensus& core, StateReader& in) { core.snapshot_read(take<SnapshotPiece>(in)); }},
    {"snapshot_unread",
     [](Consensus& core, StateReader& in) { core.snapshot_unread(take<SnapshotTransfer>(in)); }},
    {"snapshot_received",
     [](Consensus& core, StateReader& in) {
       const auto transfer = take<SnapshotTransfer>(in);
       core.snapshot_received(transfer, take<std::uint64_t>(in));
     }},
    {"snapshot_verified",
     [](Consensus& core, StateReader& in) { core.snapshot_verified(take<SnapshotTransfer>(in)); }},
    {"snapshot_refused",
     [](Consensus& core, StateReader& in) { core.snapshot_refused(take<SnapshotTransfer>(in)); }},
    {"storage_health",
     [](Consensus& core, StateReader& in) { core.storage_health(take<StorageHealth>(in)); }},
    {"advance_clock",
     [](Consensus& core, StateReader& in) { core.advance_clock(take<ClockTime>(in)); }},
    {"read_at_least",
     [](Consensus& core, StateReader& in) {
       const auto token = take<ReadToken>(in);
       const auto at = take<ReadPoint>(in);
       core.read_at_least(token, at, take<std::uint64_t>(in));
     }},
};
static_assert(std::size(kInputs) == static_cast<std::size_t>(kLastFlightKind) + 1);

class Replay {
 public:
  Replay(const Options& options, const std::function<void(const FlightStep&)>& visit)
      : options_(options), visit_(visit) {}

  Status run(const FlightSegment& segment) {
    if (segment.state.empty()) return Status::ok();  // the ring was not full yet
    if (core_) {
      QUORATE_TRY(compare_state(segment.state));
    } else {
      auto core = Consensus::decode_state(options_, segment.state);
      if (!core.is_ok()) return core.status();
      core_ = *std::move(core);
      summary_.begin = core_->describe();
    }
    StateReader in(segment.inputs, options_);
    while (in.remaining() > 0) {
      std::uint8_t kind = 0;
      in(kind);
      if (in.failed() || kind > static_cast<std::uint8_t>(kLastFlightKind)) return malformed();
      QUORATE_TRY(feed(static_cast<FlightKind>(kind), in));
      if (in.failed()) return malformed();
    }
    return Status::ok();
  }

  Status compare_state(std::string_view recorded) const {
    if (!core_) return malformed();
    if (!core_->has_ready() && core_->encode_state() == recorded) return Status::ok();
    return differs("the state is not the recorded one");
  }

  FlightSummary finish() {
    summary_.end = core_->describe();
    return std::move(summary_);
  }

 private:
  [[nodiscard]] Status malformed() const {
    return {Code::kCorruption,
            "flight recording: malformed after input " + std::to_string(summary_.inputs)};
  }
  [[nodiscard]] Status differs(const std::string& what) const {
    return {Code::kCorruption,
            "the replay differs after input " + std::to_string(summary_.inputs) + ": " + what};
  }

  Status feed(FlightKind kind, StateReader& in) {
    if (kind == FlightKind::kReady) return compare_output(in);
    ++summary_.inputs;
    if (kind == FlightKind::kTick) ++summary_.ticks;
    const Input& input = kInputs[static_cast<std::size_t>(kind)];
    kind_ = input.name;
    input.feed(*core_, in);
    return Status::ok();
  }

  Status compare_output(StateReader& in) {
    const std::uint32_t recorded = in.fixed32();
    if (in.failed()) return malformed();
    if (!core_->has_ready()) return differs("nothing comes out");
    const Ready ready = core_->take_ready();
    ++summary_.outputs;
    visit_({summary_.inputs, summary_.ticks, kind_, *core_, ready});
    return ready_checksum(ready, scratch_) == recorded ? Status::ok()
                                                       : differs("another output comes out");
  }

  const Options options_;
  const std::function<void(const FlightStep&)>& visit_;
  std::unique_ptr<Consensus> core_;
  std::string_view kind_;
  std::string scratch_;
  FlightSummary summary_;
};

}  // namespace

Result<FlightSummary> replay_flight(std::string_view recording,
                                    const std::function<void(const FlightStep&)>& visit) {
  const Result<FlightRecording> read = read_flight(recording);
  if (!read.is_ok()) return read.status();
  Replay replay(read->options, visit);
  for (const FlightSegment& segment : read->segments)
    QUORATE_TRY(replay.run(segment));
  QUORATE_TRY(replay.compare_state(read->end));
  return replay.finish();
}

}  // namespace quorate::raft
