#include "raft/storage/file_snapshot_store.h"

#include <algorithm>
#include <utility>

#include "raft/base/check.h"
#include "raft/base/crc32c.h"

namespace quorate::raft {
namespace {

constexpr const char* kTaking = "taking";
constexpr const char* kIncoming = "incoming";
constexpr std::string_view kPrefix = "snapshot-";

}  // namespace

// Verified when it was opened; each chunk is checked again when it is read.
class FileSnapshotStore::Opened final : public StoredSnapshot {
 public:
  Opened(SnapshotMeta meta, std::unique_ptr<ReadFile> file, std::vector<ChunkAt> chunks)
      : meta_(std::move(meta)), file_(std::move(file)), chunks_(std::move(chunks)) {}

  [[nodiscard]] const SnapshotMeta& meta() const override { return meta_; }

  Result<SharedBytes> read(std::uint64_t offset, std::size_t bytes_max) override {
    if (offset > meta_.bytes) return {Code::kInvalidArgument, "snapshot: beyond its content"};
    const std::uint64_t end = std::min<std::uint64_t>(meta_.bytes, offset + bytes_max);
    std::string bytes;
    for (auto at = chunk_of(offset); at != chunks_.end() && at->offset < end; ++at) {
      const Result<std::string> chunk = read_chunk(*file_, *at);
      if (!chunk.is_ok()) return chunk.status();
      const std::uint64_t from = std::max(offset, at->offset) - at->offset;
      const std::uint64_t to = std::min<std::uint64_t>(end - at->offset, at->length);
      bytes.append(*chunk, from, to - from);
    }
    return SharedBytes(std::move(bytes));
  }

 private:
  [[nodiscard]] std::vector<ChunkAt>::const_iterator chunk_of(std::uint64_t offset) const {
    const auto behind = std::upper_bound(
        chunks_.begin(), chunks_.end(), offset, [](std::uint64_t wanted, const ChunkAt& at) {
          return wanted < at.offset;
        });
    return behind == chunks_.begin() ? behind : std::prev(behind);
  }

  const SnapshotMeta meta_;
  const std::unique_ptr<ReadFile> file_;
  const std::vector<ChunkAt> chunks_;
};

Result<std::unique_ptr<FileSnapshotStore>> FileSnapshotStore::open(
    std::unique_ptr<Directory> directory, Options options) {
  QUORATE_CHECK(options.chunk_bytes > 0 && options.chunk_bytes <= kSnapshotChunkBytesMax);
  std::unique_ptr<FileSnapshotStore> store(new FileSnapshotStore(std::move(directory), options));
  QUORATE_TRY(store->look_around().with_context("snapshots"));
  return store;
}

FileSnapshotStore::~FileSnapshotStore() = default;

Status FileSnapshotStore::look_around() {
  const Result<std::vector<std::string>> names = directory_->list();
  if (!names.is_ok()) return names.status();
  for (const std::string& name : *names) {
    if (name == kTaking) QUORATE_TRY(directory_->remove(name));
    if (name == kIncoming) QUORATE_TRY(resume_incoming());
    if (!name.starts_with(kPrefix)) continue;
    auto file = directory_->open(name);
    if (!file.is_ok()) return file.status();
    Result<SnapshotMeta> claim = read_snapshot_claim(**file, options_.group);
    if (!claim.is_ok() || snapshot_name(claim->last) != name) {
      const Status wrong_name(Code::kCorruption, "snapshot: the file has another's name");
      problems_.push_back((claim.is_ok() ? wrong_name : claim.status()).with_context(name));
      continue;
    }
    const MutexLock lock(mutex_);
    known_[claim->last] = Known{*std::move(claim), {}};
  }
  return directory_->sync();
}

// What a crash left of it is continued behind its last whole chunk.
Status FileSnapshotStore::resume_incoming() {
  auto file = directory_->open(kIncoming);
  if (!file.is_ok()) return file.status();
  const Result<SnapshotScan> scan = scan_snapshot(**file, options_.group);
  if (!scan.is_ok() || scan->flaw.is_ok() || scan->bytes > scan->announced.bytes) {
    return directory_->remove(kIncoming);
  }
  auto appended = directory_->resume(kIncoming, scan->whole_end);
  if (!appended.is_ok()) return appended.status();
  incoming_ = std::make_unique<Incoming>(
      Incoming{scan->announced, *std::move(appended), scan->bytes, scan->checksum});
  return Status::ok();
}

std::vector<SnapshotMeta> FileSnapshotStore::list() const {
  const MutexLock lock(mutex_);
  std::vector<SnapshotMeta> metas;
  for (const auto& [last, known] : known_)
    metas.push_back(known.meta);
  std::sort(metas.begin(), metas.end(), [](const SnapshotMeta& a, const SnapshotMeta& b) {
    return a.last.index > b.last.index;
  });
  return metas;
}

Result<std::shared_ptr<StoredSnapshot>> FileSnapshotStore::open(const LogId& last) {
  const std::string name = snapshot_name(last);
  const MutexLock lock(mutex_);
  const auto known = known_.find(last);
  if (known == known_.end()) return {Code::kNotFound, name + ": no such snapshot"};
  if (auto opened = known->second.opened.lock()) return opened;
  auto file = directory_->open(name);
  if (!file.is_ok()) return file.status();
  Result<SnapshotScan> scan = scan_snapshot(**file, options_.group);
  if (!scan.is_ok()) return scan.status().with_context(name);
  if (!scan->flaw.is_ok()) return scan->flaw.with_context(name);
  std::shared_ptr<StoredSnapshot> opened =
      std::make_shared<Opened>(known->second.meta, *std::move(file), std::move(scan->chunks));
  known->second.opened = opened;
  return opened;
}

Result<SnapshotMeta> FileSnapshotStore::take(const SnapshotMeta& place, SnapshotSource& content) {
  SnapshotMeta meta{place.last, place.membership};
  auto file = directory_->create(kTaking);
  if (!file.is_ok()) return file.status();
  Result<SnapshotMeta> written = write_content(**file, std::move(meta), content);
  Status status = written.status();
  if (status.is_ok()) status = publish(kTaking, **file, *written);
  if (status.is_ok()) return written;
  static_cast<void>(directory_->remove(kTaking));  // the reason that counts is the first
  return status;
}

Result<SnapshotMeta> FileSnapshotStore::write_content(AppendFile& file,
                                                      SnapshotMeta meta,
                                                      SnapshotSource& content) {
  QUORATE_TRY(file.append(encode_snapshot_header(options_.group, meta)));
  while (true) {
    const Result<SharedBytes> chunk = content.read(options_.chunk_bytes);
    if (!chunk.is_ok()) return chunk.status();
    const std::string_view data = chunk->view();
    if (data.empty()) return meta;
    QUORATE_CHECK(data.size() <= options_.chunk_bytes);
    QUORATE_TRY(file.append(encode_chunk_head(meta.bytes, data)));
    QUORATE_TRY(file.append(data));
    meta.bytes += data.size();
    meta.checksum = crc32c(data, meta.checksum);
  }
}

// Its footer, then durable under its own name.
Status FileSnapshotStore::publish(const std::string& name,
                                  AppendFile& file,
                                  const SnapshotMeta& meta) {
  QUORATE_TRY(file.append(encode_snapshot_footer(meta.bytes, meta.checksum)));
  QUORATE_TRY(file.sync());
  QUORATE_TRY(directory_->rename(name, snapshot_name(meta.last)));
  QUORATE_TRY(directory_->sync());
  const MutexLock lock(mutex_);
  known_[meta.last] = Known{meta, {}};
  return Status::ok();
}

bool FileSnapshotStore::is_there(const SnapshotMeta& meta) const {
  const MutexLock lock(mutex_);
  const auto known = known_.find(meta.last);
  return known != known_.end() && known->second.meta == meta;
}

Result<std::uint64_t> FileSnapshotStore::receive(const SnapshotMeta& meta,
                                                 std::uint64_t offset,
                                                 std::string_view bytes) {
  if (is_there(meta)) return meta.bytes;
  if (bytes.size() > kSnapshotChunkBytesMax) {
    return {Code::kInvalidArgument, "snapshot: a chunk is too large"};
  }
  if (!incoming_ || incoming_->meta != meta) QUORATE_TRY(begin_incoming(meta));
  if (offset != incoming_->held || bytes.empty()) return incoming_->held;
  Status written = incoming_->file->append(encode_chunk_head(offset, bytes));
  if (written.is_ok()) written = incoming_->file->append(bytes);
  if (!written.is_ok()) {
    static_cast<void>(drop_incoming());
    return written;
  }
  incoming_->held += bytes.size();
  incoming_->checksum = crc32c(bytes, incoming_->checksum);
  return incoming_->held;
}

Status FileSnapshotStore::begin_incoming(const SnapshotMeta& meta) {
  incoming_.reset();
  auto file = directory_->create(kIncoming);
  if (!file.is_ok()) return file.status();
  QUORATE_TRY((*file)->append(encode_snapshot_header(options_.group, meta)));
  incoming_ = std::make_unique<Incoming>(Incoming{meta, *std::move(file)});
  return Status::ok();
}

Status FileSnapshotStore::drop_incoming() {
  incoming_.reset();
  const Status removed = directory_->remove(kIncoming);
  return removed.code() == Code::kNotFound ? Status::ok() : removed;
}

Status FileSnapshotStore::finish(const SnapshotMeta& meta) {
  if (is_there(meta)) return Status::ok();
  if (!incoming_ || incoming_->meta != meta || incoming_->held != meta.bytes) {
    return {Code::kFailedPrecondition, "snapshot: not all of it has arrived"};
  }
  Status status =
      incoming_->checksum == meta.checksum
          ? publish(kIncoming, *incoming_->file, meta)
          : Status(Code::kCorruption, "snapshot: what arrived does not match its checksum");
  if (status.is_ok()) {
    incoming_.reset();
  } else {
    static_cast<void>(drop_incoming());
  }
  return status;
}

Status FileSnapshotStore::remove(const LogId& last) {
  {
    const MutexLock lock(mutex_);
    if (known_.erase(last) == 0) return {Code::kNotFound, snapshot_name(last) + ": not there"};
  }
  QUORATE_TRY(directory_->remove(snapshot_name(last)));
  return directory_->sync();
}

Status FileSnapshotStore::collect(Index applied) {
  const std::vector<SnapshotMeta> metas = list();
  const auto kept = std::find_if(metas.begin(), metas.end(), [&](const SnapshotMeta& meta) {
    return meta.last.index <= applied;
  });
  if (kept == metas.end()) return Status::ok();
  if (incoming_ && incoming_->meta.last.index <= kept->last.index) QUORATE_TRY(drop_incoming());
  for (auto older = std::next(kept); older != metas.end(); ++older) {
    const LogId last = older->last;
    {
      const MutexLock lock(mutex_);
      if (!known_.at(last).opened.expired()) continue;
    }
    QUORATE_TRY(remove(last));
  }
  return Status::ok();
}

}  // namespace quorate::raft
