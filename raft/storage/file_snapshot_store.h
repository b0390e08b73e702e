// FileSnapshotStore: one file per snapshot, in a directory of its group.
//
//   snapshot-<index>-<term>   whole, durable
//   taking                    being written; removed at open
//   incoming                  arriving from a leader; continued after a restart
//
//   write, sync the file, rename, sync the directory: only then it is there (P16)
//
// Owner: whoever built it. Thread: see snapshot_store.h.
// Source: docs/storage-format.md, docs/io-ordering.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "raft/base/mutex.h"
#include "raft/storage/directory.h"
#include "raft/storage/snapshot_format.h"
#include "raft/storage/snapshot_store.h"

namespace quorate::raft {

class FileSnapshotStore final : public SnapshotStore {
 public:
  struct Options {
    GroupId group{1};
    std::size_t chunk_bytes = 1U << 20U;  // of what take() writes; at most kSnapshotChunkBytesMax
  };

  // Removes what was being taken, looks at what is there. Files that are no whole snapshots are
  // left alone and named by problems().
  static Result<std::unique_ptr<FileSnapshotStore>> open(std::unique_ptr<Directory> directory,
                                                         Options options);
  ~FileSnapshotStore() override;

  [[nodiscard]] std::vector<SnapshotMeta> list() const override;
  Result<std::shared_ptr<StoredSnapshot>> open(const LogId& last) override;
  Result<SnapshotMeta> take(const SnapshotMeta& place, SnapshotSource& content) override;
  Result<std::uint64_t> receive(const SnapshotMeta& meta,
                                std::uint64_t offset,
                                std::string_view bytes) override;
  Status finish(const SnapshotMeta& meta) override;
  Status remove(const LogId& last) override;
  Status collect(Index applied) override;

  // What was found damaged when the store was opened.
  [[nodiscard]] const std::vector<Status>& problems() const { return problems_; }

 private:
  class Opened;
  // Being received; its file ends behind `held` bytes.
  struct Incoming {
    SnapshotMeta meta;
    std::unique_ptr<AppendFile> file;
    std::uint64_t held = 0;
    std::uint32_t checksum = 0;
  };
  struct Known {
    SnapshotMeta meta;
    std::weak_ptr<StoredSnapshot> opened;
  };

  FileSnapshotStore(std::unique_ptr<Directory> directory, Options options)
      : directory_(std::move(directory)), options_(options) {}
  Status look_around();
  Status resume_incoming();
  Status begin_incoming(const SnapshotMeta& meta);
  Status drop_incoming();
  Result<SnapshotMeta> write_content(AppendFile& file, SnapshotMeta meta, SnapshotSource& content);
  Status publish(const std::string& name, AppendFile& file, const SnapshotMeta& meta);
  [[nodiscard]] bool is_there(const SnapshotMeta& meta) const;

  const std::unique_ptr<Directory> directory_;
  const Options options_;
  std::vector<Status> problems_;
  std::unique_ptr<Incoming> incoming_;  // of the writing thread
  mutable Mutex mutex_;
  std::map<LogId, Known> known_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::raft
