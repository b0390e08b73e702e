// Snapshots for tests of the snapshot store: content that tells which one it is of, and a store on
// a disk in memory that can be opened again.
//
// Thread: the test.
#pragma once

#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "raft/storage/file_snapshot_store.h"
#include "raft/storage/memory_directory.h"

namespace quorate::raft::testing {

struct SnapshotDisk {
  std::shared_ptr<MemoryDirectory> directory = std::make_shared<MemoryDirectory>();
  std::unique_ptr<FileSnapshotStore> store;

  SnapshotDisk() { reopen(); }
  // As a new process does.
  Status try_reopen() {
    store.reset();
    auto opened = FileSnapshotStore::open(directory->share(), {GroupId{1}, 256});
    if (!opened.is_ok()) return opened.status();
    store = *std::move(opened);
    return Status::ok();
  }
  void reopen() { REQUIRE(try_reopen().is_ok()); }
};

inline Membership one_voter() {
  return {{ReplicaId{NodeId{1}, Incarnation{0, 1}}}, {}, {}, {}};
}

inline std::string content_of(std::uint64_t index, std::size_t bytes) {
  std::string content;
  for (std::size_t i = 0; content.size() < bytes; ++i)
    content += std::to_string(index * 1000 + i) + ",";
  content.resize(bytes);
  return content;
}

class TextSource final : public SnapshotSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  Result<SharedBytes> read(std::size_t bytes_max) override {
    const std::string piece = text_.substr(at_, bytes_max);
    at_ += piece.size();
    return SharedBytes(piece);
  }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

// Breaks off in the middle.
class FailingSource final : public SnapshotSource {
 public:
  Result<SharedBytes> read(std::size_t bytes_max) override {
    if (std::exchange(has_given_, true)) return {Code::kUnavailable, "gone"};
    return SharedBytes(std::string(bytes_max, 'x'));
  }

 private:
  bool has_given_ = false;
};

// A snapshot of term 1.
inline Result<SnapshotMeta> take(SnapshotStore& store,
                                 std::uint64_t index,
                                 const std::string& content) {
  TextSource source(content);
  return store.take({{Term{1}, Index{index}}, one_voter()}, source);
}

inline std::string read_all(SnapshotStore& store, const LogId& last) {
  auto opened = store.open(last);
  REQUIRE(opened.is_ok());
  StoredSnapshotSource source(*std::move(opened));
  std::string content;
  while (true) {
    const auto piece = source.read(100);
    REQUIRE(piece.is_ok());
    if (piece->size() == 0) return content;
    content += piece->view();
  }
}

}  // namespace quorate::raft::testing
