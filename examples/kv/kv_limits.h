// The bounds of the key-value store. Those of sessions are part of the replicated state: every
// server of a cluster must have the same.
#pragma once

#include <cstddef>
#include <cstdint>

#include "raft/server/sessions.h"

namespace quorate::kv {

inline constexpr std::size_t kKeyBytesMax = 4096;         // larger: INVALID_ARGUMENT
inline constexpr std::size_t kValueBytesMax = 1U << 20U;  // larger: INVALID_ARGUMENT
inline constexpr int kTxnItemsMax = 128;                  // comparisons, and writes, of one Txn
inline constexpr std::uint64_t kReadWaitMsMax = 60'000;   // of AT_LEAST; more: INVALID_ARGUMENT
inline constexpr int kFrameRequestsMax = 4096;            // more: the stream ends
inline constexpr std::size_t kStreamRequestsMax = 16384;  // open on one stream; then BUSY

// Sessions expire ten minutes after their last request, by the time that entries carry.
inline constexpr raft::SessionLimits kSessionLimits{
    .sessions_max = 65536, .window_max = 1024, .kept_bytes_max = 4U << 20U, .expiry = 600'000};

}  // namespace quorate::kv
