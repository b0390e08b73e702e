// Batches for tests of log stores: all of one group, payloads made from index and term.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "raft/storage/log_store.h"

namespace quorate::raft {

inline constexpr GroupId kGroup{7};

// Three voters.
[[nodiscard]] Membership contract_membership();
[[nodiscard]] ReplicaId contract_replica(std::uint64_t node);

// Normal entries first..last of `term`; the payload of each is made from its index and term.
[[nodiscard]] std::vector<Entry> make_entries(std::uint64_t first,
                                              std::uint64_t last,
                                              std::uint64_t term,
                                              std::size_t bytes = 16);

// A batch of kGroup: entries, and the hard state's term raised to `term`.
[[nodiscard]] PersistBatch append_batch(std::uint64_t first,
                                        std::uint64_t last,
                                        std::uint64_t term);

// Persists one batch and requires success.
void persist(LogStore& store, const PersistBatch& batch);

// Everything in the log of kGroup.
[[nodiscard]] std::vector<Entry> read_all(LogStore& store);

}  // namespace quorate::raft
