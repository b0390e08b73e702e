// A snapshot on its way from a leader to a peer, as each of the two sees it.
//
// The leader:  0 <= acknowledged <= asked <= bytes
//
//   resting ──(resume)──▶ one piece, until the peer has said where it stands
//                              └──▶ a window of pieces ──▶ all asked ──▶ (installed)
//      ▲                                  │ silence: again from where the peer stood
//      └──────(unread, refused)───────────┘ as a new transfer, resting twice as long
//
// Invariants (checked after every transition):
//   I1  the order above
//   I2  pieces that are being read or unacknowledged are within the window, in bytes
//   I3  nothing is asked for again while a piece is being read: a throttled reader is not a loss
//
// Owner: SnapshotSending a Peer, SnapshotReceiving the Follower role. Thread: the driver's. Time is
// the core's count of ticks.
// Source: Raft paper Figure 13; P84, P86, P90.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "raft/core/options.h"
#include "raft/core/ready.h"

namespace quorate::raft {

class SnapshotSending {
 public:
  struct Limits {
    std::size_t chunk_bytes = 1;
    std::uint32_t chunks_in_flight_max = 1;
    std::uint64_t patience_ticks = 1;  // without news before pieces are asked for again
  };

  // After `failures` transfers to the same peer in a row came to nothing, this one rests first.
  SnapshotSending(SnapshotTransfer transfer,
                  Limits limits,
                  std::uint32_t failures,
                  std::uint64_t now);

  [[nodiscard]] const SnapshotTransfer& transfer() const { return transfer_; }
  // What is sent; known with the first piece.
  [[nodiscard]] const std::optional<SnapshotMeta>& meta() const { return meta_; }
  [[nodiscard]] std::uint32_t failures() const { return failures_; }

  // The next piece to read; nothing while resting, while the window is full, and when all was asked
  // for.
  [[nodiscard]] std::optional<SnapshotRequest> next_request(std::uint64_t now);

  // A piece was read. False: it is none of this snapshot, which is then of no more use.
  [[nodiscard]] bool on_read(const SnapshotPiece& piece);

  // The peer holds the bytes below `next_offset`. False: no such byte exists, nothing changed.
  [[nodiscard]] bool on_acknowledged(std::uint64_t next_offset, std::uint64_t now);

  // What is under way is lost: again from where the peer was last heard to stand.
  void on_lost(std::uint64_t now);

  // The peer can be heard. After too long without news of this transfer, as on_lost().
  void on_contact(std::uint64_t now);

  // Its state, for a Fingerprint.
  template <typename Visitor>
  void each_field(Visitor& visit) const {
    visit(transfer_, failures_, resume_at_, meta_, reading_, asked_, is_all_asked_, is_answered_);
    visit(acknowledged_, heard_, news_at_, retries_);
  }

 private:
  [[nodiscard]] std::uint64_t window_bytes() const;
  void check() const;

  SnapshotTransfer transfer_;
  Limits limits_;
  std::uint32_t failures_;
  std::uint64_t resume_at_;
  std::optional<SnapshotMeta> meta_;
  std::uint32_t reading_ = 0;       // pieces that the driver has been asked for
  std::uint64_t asked_ = 0;         // bytes asked for, from the front
  bool is_all_asked_ = false;       // up to the end of the content
  bool is_answered_ = false;        // the peer has said where it stands
  std::uint64_t acknowledged_ = 0;  // the most the peer was heard to hold
  std::uint64_t heard_ = 0;         // what it was last heard to hold: less when it lost some
  std::uint64_t news_at_;           // tick of the last progress
  std::uint32_t retries_ = 0;       // since then
};

[[nodiscard]] inline SnapshotSending::Limits snapshot_limits(const Options& options) {
  return {options.snapshot_chunk_bytes,
          options.snapshot_chunks_in_flight_max,
          options.election_timeout_ticks};
}

// A snapshot on its way in, as the receiving core sees it: its driver holds the bytes.
struct SnapshotReceiving {
  SnapshotTransfer transfer;
  SnapshotMeta meta;
  std::optional<std::uint64_t> held;  // what the driver was last heard to hold
  std::uint32_t at_driver = 0;        // pieces that it has not answered
  bool is_verified = false;  // whole, durable: installed as soon as nothing is being applied
};

}  // namespace quorate::raft
