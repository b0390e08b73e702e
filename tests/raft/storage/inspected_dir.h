// A data directory with 200 entries, ways to damage it, and what an inspection finds there.
// Thread: the test.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <rocksdb/db.h>

#include "raft/storage/durable_file.h"
#include "raft/storage/entry_codec.h"
#include "raft/storage/log_keys.h"
#include "tests/raft/storage/rocksdb_fixture.h"

namespace quorate::raft {

// 200 entries, of terms 3 and, from 101 on, 5; in table files.
inline std::string make_dir(const TempDir& temp) {
  format(temp.path("data"));
  auto store = opened_store(temp.path("data"));
  persist(*store, append_batch(1, 100, 3));
  persist(*store, append_batch(101, 200, 5));
  return temp.path("data");
}

// Changes the database behind the store's back.
inline void tamper(const std::string& dir, const std::function<void(rocksdb::DB&)>& change) {
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open(rocksdb::Options(), dir + "/raft-log", &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  change(*db);
  REQUIRE(db->Flush(rocksdb::FlushOptions()).ok());
}

inline std::string entry_key(std::uint64_t index) {
  return indexed_key(kGroup, KeyKind::kEntries, Index{index});
}

inline std::string record_of(const std::vector<Entry>& entries) {
  std::string record;
  for (const std::string_view piece : encode_entries(entries).pieces)
    record += piece;
  return record;
}

inline void put(rocksdb::DB& db, const std::string& key, const std::string& value) {
  REQUIRE(db.Put(rocksdb::WriteOptions(), key, value).ok());
}

inline void flip(const std::string& path, std::uintmax_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(at));
  file.put(static_cast<char>(byte ^ 0x10));
}

inline std::string file_with(const std::string& dir, const std::string& extension) {
  std::string found;
  for (const auto& item : std::filesystem::directory_iterator(dir + "/raft-log")) {
    if (item.path().extension() == extension) found = std::max(found, item.path().string());
  }
  REQUIRE(!found.empty());
  return found;
}

inline std::map<std::string, std::string> bytes_of(const std::string& dir) {
  std::map<std::string, std::string> files;
  for (const auto& item : std::filesystem::recursive_directory_iterator(dir)) {
    if (item.is_regular_file()) files[item.path().string()] = *read_file(item.path().string());
  }
  return files;
}

// What is found in `dir`; required to change nothing there.
inline std::vector<Finding> findings_in(const std::string& dir) {
  const auto before = bytes_of(dir);
  std::vector<Finding> findings = inspected(dir)->verify({}).findings;
  CHECK((bytes_of(dir) == before));
  for (const Finding& finding : findings) {
    UNSCOPED_INFO(to_string(finding.kind) << " " << finding.file << " " << finding.message);
  }
  return findings;
}

}  // namespace quorate::raft
