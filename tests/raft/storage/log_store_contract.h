// What every LogStore promises, as sections of one test case. A store's own test file calls
// check_log_store_contract() with a fixture that can close and open it again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "raft/storage/log_store.h"

namespace quorate::raft {

inline constexpr GroupId kGroup{7};

class LogStoreFixture {
 public:
  virtual ~LogStoreFixture() = default;
  virtual LogStore& store() = 0;
  // Closes the store and opens it again on what is durable.
  virtual void reopen() = 0;
};

// A fresh store in which kGroup is bootstrapped with contract_membership().
using MakeLogStore = std::function<std::unique_ptr<LogStoreFixture>()>;

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

void check_log_store_contract(const MakeLogStore& make);

}  // namespace quorate::raft
