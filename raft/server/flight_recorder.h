// FlightRecorder: the newest inputs of a core in a ring of bounded size, and a state to begin with,
// so that what the core decided can be decided again, bit for bit, elsewhere and later.
//
//   segment = state at its begin | input, input, output's checksum, input ...
//
// Two segments take turns: when the one that is written is full, the older one is forgotten and
// begins anew with the state of that moment. A recording holds both, so at least half of the bound
// of inputs; the state at the second's begin is compared when it is replayed.
//
// Payloads are not recorded, only their sizes: the core never looks into them, and a recording may
// leave the machine without what users wrote.
//
// Invariants:
//   F1  recording changes no input, no output and no order
//   F2  a segment's buffer is reserved once; an input costs bytes copied into it, no allocation,
//       unless one turn brings more than is left
//
// Owner: RecordedCore. Thread: the raft thread.
// Source: docs/adr/0009-flight-recorder.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "raft/core/consensus.h"
#include "raft/core/state_codec.h"

namespace quorate::raft {

// Never renumbered within a version of the recording.
enum class FlightKind : std::uint8_t {
  kReady = 0,  // a checksum over what the core put out
  kTick = 1,
  kStep = 2,
  kPropose = 3,
  kRead = 4,
  kChangeMembership = 5,
  kTransfer = 6,
  kTransferToBest = 7,
  kCampaign = 8,
  kStepDown = 9,
  kPersisted = 10,
  kApplied = 11,
  kEntriesFetched = 12,
  kPeerLost = 13,
  kCompact = 14,
  kSnapshotRead = 15,
  kSnapshotUnread = 16,
  kSnapshotReceived = 17,
  kSnapshotVerified = 18,
  kSnapshotRefused = 19,
  kStorageHealth = 20,
  kAdvanceClock = 21,
  kReadAtLeast = 22,
};
inline constexpr FlightKind kLastFlightKind = FlightKind::kReadAtLeast;

// A checksum over everything in `ready` but payloads and texts for people.
[[nodiscard]] std::uint32_t ready_checksum(const Ready& ready, std::string& scratch);

class FlightRecorder {
 public:
  // `bytes_max`: of inputs, both segments together.
  FlightRecorder(const Options& options, std::size_t bytes_max);

  // The state from which the first segment begins. Requires !core.has_ready().
  void begin(const Consensus& core);

  template <typename... Fields>
  void input(FlightKind kind, const Fields&... fields) {
    std::string& inputs = segments_[active_].inputs;
    inputs.push_back(static_cast<char>(kind));
    StateWriter(inputs, Payloads::kCompared)(fields...);
  }
  void output(const Ready& ready);
  // Begins a new segment when the active one is full. Requires !core.has_ready().
  void settle(const Consensus& core);

  // Everything, as bytes of a file, with the state of `core` to end with. Requires
  // !core.has_ready().
  [[nodiscard]] std::string recording(const Consensus& core) const;

 private:
  struct Segment {
    std::string state;
    std::string inputs;
  };

  const Options options_;
  const std::size_t segment_bytes_;
  std::array<Segment, 2> segments_;
  std::size_t active_ = 0;
  std::string scratch_;
};

// What a recording holds. The views are into the bytes.
struct FlightSegment {
  std::string_view state;
  std::string_view inputs;
};
struct FlightRecording {
  Options options;
  std::array<FlightSegment, 2> segments;  // in order; the first may be empty
  std::string_view end;                   // the state
};
// kCorruption: not a recording, or damaged. kUnsupported: of another version.
Result<FlightRecording> read_flight(std::string_view bytes);

}  // namespace quorate::raft
