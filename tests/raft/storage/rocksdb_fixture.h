// A formatted data directory with an open store in it.
#pragma once

#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "raft/storage/inspect.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/storage/rocksdb_log_store_parts.h"
#include "tests/raft/storage/log_batches.h"
#include "tests/raft/storage/log_store_contract.h"
#include "tests/raft/storage/temp_dir.h"

namespace quorate::raft {

inline constexpr Identity kIdentity{ClusterId{1, 2}, NodeId{1}, Incarnation{3, 4}};

// Formats `dir` for kIdentity and kGroup.
inline void format(const std::string& dir) {
  const Status formatted = format_data_dir(dir, kIdentity, {kGroup, contract_membership()});
  INFO(to_string(formatted));
  REQUIRE(formatted.is_ok());
}

inline RocksDbLogStoreOptions store_options(const std::string& dir) {
  RocksDbLogStoreOptions options;
  options.dir = dir;
  options.expected = {kIdentity.cluster, kIdentity.node};
  options.memtable_bytes = 1U << 20U;  // log files are preallocated by it: keep tests quick
  return options;
}

inline Result<std::unique_ptr<RocksDbLogStore>> open_store(const std::string& dir) {
  return RocksDbLogStore::open(store_options(dir));
}

// The store, required to open.
inline std::unique_ptr<RocksDbLogStore> opened_store(const std::string& dir) {
  Result<std::unique_ptr<RocksDbLogStore>> store = open_store(dir);
  INFO(to_string(store.status()));
  REQUIRE(store.is_ok());
  return *std::move(store);
}

// The directory, required to be one that can be looked at.
inline std::unique_ptr<DataDirInspector> inspected(const std::string& dir) {
  auto inspector = DataDirInspector::open(dir);
  INFO(to_string(inspector.status()));
  REQUIRE(inspector.is_ok());
  return *std::move(inspector);
}

class RocksDbFixture final : public LogStoreFixture {
 public:
  RocksDbFixture() {
    format(temp_.path("data"));
    store_ = opened_store(temp_.path("data"));
  }
  LogStore& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    store_ = opened_store(temp_.path("data"));
  }

 private:
  TempDir temp_;
  std::unique_ptr<RocksDbLogStore> store_;
};

}  // namespace quorate::raft
