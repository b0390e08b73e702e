// What every LogStore promises, as sections of one test case. A store's own test file calls
// check_log_store_contract() with a fixture that can close and open it again.
#pragma once

#include <functional>
#include <memory>

#include "raft/storage/log_store.h"

namespace quorate::raft {

class LogStoreFixture {
 public:
  virtual ~LogStoreFixture() = default;
  virtual LogStore& store() = 0;
  // Closes the store and opens it again on what is durable.
  virtual void reopen() = 0;
};

// A fresh store in which kGroup (log_batches.h) is bootstrapped with contract_membership().
using MakeLogStore = std::function<std::unique_ptr<LogStoreFixture>()>;

void check_log_store_contract(const MakeLogStore& make);

}  // namespace quorate::raft
