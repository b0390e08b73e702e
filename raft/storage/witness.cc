#include "raft/storage/witness.h"

#include <cerrno>
#include <filesystem>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "raft/base/mutex.h"
#include "raft/storage/durable_file.h"

namespace quorate::raft {

namespace {

constexpr std::size_t kFileBytes = kWitnessSlots * kWitnessSlotBytes;

// O_DSYNC over blocks that were written before: one write, no journal commit.
class PosixWitnessFile final : public WitnessFile {
 public:
  PosixWitnessFile(std::string path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}
  ~PosixWitnessFile() override { ::close(descriptor_); }
  PosixWitnessFile(const PosixWitnessFile&) = delete;
  PosixWitnessFile& operator=(const PosixWitnessFile&) = delete;

  Status write(std::uint64_t offset, std::string_view bytes) override {
    const ssize_t written =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) return system_error(path_, "write");
    if (static_cast<std::size_t>(written) != bytes.size()) {
      return {Code::kIoError, path_ + ": write: only a part was written"};
    }
    return Status::ok();
  }

 private:
  std::string path_;
  int descriptor_;
};

}  // namespace

Status create_witness(const std::string& path, const WitnessState& state) {
  std::string content;
  for (std::size_t slot = 0; slot < kWitnessSlots; ++slot)
    content += encode_witness(state);
  return replace_file(path, content);
}

Result<WitnessState> read_witness(const std::string& path) {
  const Result<std::string> content = read_file(path);
  if (!content.is_ok()) return content.status();
  if (content->size() != kFileBytes) {
    return {Code::kCorruption,
            path + " is damaged: it has " + std::to_string(content->size()) + " bytes instead of " +
                std::to_string(kFileBytes)};
  }
  std::optional<WitnessState> newest;
  for (std::size_t slot = 0; slot < kWitnessSlots; ++slot) {
    const std::string_view bytes(content->data() + slot * kWitnessSlotBytes, kWitnessSlotBytes);
    const Result<WitnessState> state = decode_witness(bytes);
    if (state.is_ok() && (!newest || state->sequence > newest->sequence)) newest = *state;
  }
  if (!newest) return {Code::kCorruption, path + " is damaged: no slot is whole"};
  return *std::move(newest);
}

Result<std::unique_ptr<WitnessFile>> open_witness_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_DSYNC | O_CLOEXEC);
  if (descriptor < 0) return system_error(path, "open");
  return std::unique_ptr<WitnessFile>(std::make_unique<PosixWitnessFile>(path, descriptor));
}

// Owns the file and its thread. What is posted while a write runs is written by the next one.
// At most one thread writes at a time.
class Witness::Writer {
 public:
  Writer(std::unique_ptr<WitnessFile> file, WitnessState state)
      : file_(std::move(file)), state_(std::move(state)), thread_([this] { run(); }) {}

  ~Writer() {
    {
      const MutexLock lock(mutex_);
      stopping_ = true;
      wake_.notify_all();
    }
    thread_.join();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void post(GroupId id, const WitnessedGroup& group) {
    const MutexLock lock(mutex_);
    WitnessedGroup& claimed = state_.groups[id];
    if (claimed == group) return;
    claimed = group;
    ++posted_;
  }

  void write_soon() {
    const MutexLock lock(mutex_);
    if (written_ != posted_) wake_.notify_one();
  }

  // In the caller's thread, unless the other one is at it: a hand-over would cost more than the
  // write itself on a machine that sleeps.
  Status write() {
    while (true) {
      {
        const MutexLock lock(mutex_);
        while (writing_)
          done_.wait(mutex_);
        if (written_ == posted_ || !status_.is_ok()) return status_;
      }
      write_newest();
    }
  }

  [[nodiscard]] Status status() const {
    const MutexLock lock(mutex_);
    return status_;
  }

  [[nodiscard]] std::optional<WitnessedGroup> claim(GroupId id) const {
    const MutexLock lock(mutex_);
    const auto found = state_.groups.find(id);
    if (found == state_.groups.end()) return std::nullopt;
    return found->second;
  }

  [[nodiscard]] std::uint64_t bytes_written() const {
    const MutexLock lock(mutex_);
    return bytes_;
  }

 private:
  void run() {
    while (true) {
      {
        const MutexLock lock(mutex_);
        while (!stopping_ && (writing_ || written_ == posted_ || !status_.is_ok())) {
          wake_.wait(mutex_);
        }
        if (written_ == posted_ || !status_.is_ok()) return;
      }
      write_newest();
    }
  }

  // Writes what is posted, if anything is and nobody else does.
  void write_newest() {
    std::string slot;
    std::uint64_t offset = 0;
    std::uint64_t covers = 0;
    {
      const MutexLock lock(mutex_);
      if (writing_ || written_ == posted_ || !status_.is_ok()) return;
      writing_ = true;
      ++state_.sequence;
      slot = encode_witness(state_);
      offset = (state_.sequence % kWitnessSlots) * kWitnessSlotBytes;
      covers = posted_;
    }
    finish(file_->write(offset, slot), covers);
  }

  void finish(const Status& status, std::uint64_t covers) {
    const MutexLock lock(mutex_);
    writing_ = false;
    if (status.is_ok()) {
      written_ = covers;
      bytes_ += kWitnessSlotBytes;
    } else {
      status_ = status;
    }
    done_.notify_all();
    wake_.notify_all();
  }

  const std::unique_ptr<WitnessFile> file_;  // used by whoever set writing_
  mutable Mutex mutex_;
  CondVar wake_;
  CondVar done_;
  WitnessState state_ QUORATE_GUARDED_BY(mutex_);
  std::uint64_t posted_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::uint64_t written_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::uint64_t bytes_ QUORATE_GUARDED_BY(mutex_) = 0;
  Status status_ QUORATE_GUARDED_BY(mutex_);
  bool writing_ QUORATE_GUARDED_BY(mutex_) = false;
  bool stopping_ QUORATE_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: everything above is there when it starts
};

Witness::Witness(std::unique_ptr<WitnessFile> file, WitnessState state)
    : writer_(std::make_unique<Writer>(std::move(file), std::move(state))) {}

Witness::~Witness() = default;

void Witness::post(GroupId id, const WitnessedGroup& group) {
  writer_->post(id, group);
}

void Witness::write_soon() {
  writer_->write_soon();
}

Status Witness::write() {
  return writer_->write();
}

Status Witness::status() const {
  return writer_->status();
}

std::optional<WitnessedGroup> Witness::claim(GroupId id) const {
  return writer_->claim(id);
}

std::uint64_t Witness::bytes_written() const {
  return writer_->bytes_written();
}

}  // namespace quorate::raft
