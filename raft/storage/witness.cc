#include "raft/storage/witness.h"

#include <array>
#include <map>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "raft/base/check.h"
#include "raft/base/mutex.h"

namespace quorate::raft {

// Owns the file and its thread. What is posted while a write runs is written by the next one.
// At most one thread writes at a time.
class Witness::Writer {
 public:
  Writer(std::unique_ptr<WitnessFile> file, WitnessState state)
      : file_(std::move(file)), state_(std::move(state)) {
    QUORATE_CHECK(!state_.pages.empty());
    for (std::uint32_t page = 0; page < state_.pages.size(); ++page) {
      for (const GroupId id : state_.pages[page].groups)
        page_of_[id] = page;
    }
    pages_written_ = state_.pages.size();
    thread_ = std::thread([this] { run(); });
  }

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
    const auto [claimed, is_new] = state_.groups.try_emplace(id, group);
    if (!is_new && claimed->second == group) return;
    claimed->second = group;
    changed_.insert(is_new ? place(id) : page_of_.at(id));
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
  // What one write consists of.
  struct Round {
    // Each is synced before the next begins: pages that the file has not, those that changed, and
    // page 0 once more, so that both of its slots count the new ones (I4).
    std::array<std::vector<WitnessBlock>, 3> steps;
    std::size_t pages = 0;  // in the file, once it is carried out
    std::uint64_t covers = 0;

    [[nodiscard]] std::uint64_t bytes() const {
      return (steps[0].size() + steps[1].size() + steps[2].size()) * kWitnessSlotBytes;
    }
  };

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

  // The page of a group that has none yet.
  std::uint32_t place(GroupId id) QUORATE_REQUIRES(mutex_) {
    if (state_.pages.back().groups.size() == kWitnessPageGroupsMax) {
      QUORATE_CHECK(state_.pages.size() < kWitnessPagesMax);
      state_.pages.emplace_back();
    }
    state_.pages.back().groups.push_back(id);
    const auto page = static_cast<std::uint32_t>(state_.pages.size() - 1);
    page_of_[id] = page;
    return page;
  }

  // Writes what is posted, if anything is and nobody else does.
  void write_newest() {
    Round round;
    {
      const MutexLock lock(mutex_);
      if (writing_ || written_ == posted_ || !status_.is_ok()) return;
      writing_ = true;
      round = next_round();
    }
    Status status;
    for (const std::vector<WitnessBlock>& step : round.steps) {
      if (status.is_ok() && !step.empty()) status = file_->write(step);
    }
    finish(status, round);
  }

  Round next_round() QUORATE_REQUIRES(mutex_) {
    Round round{.steps = {}, .pages = state_.pages.size(), .covers = posted_};
    auto& [fresh, slots, again] = round.steps;
    std::set<std::uint32_t> changed = std::exchange(changed_, {});
    const bool grows = round.pages > pages_written_;
    if (grows) changed.insert(0);
    for (const std::uint32_t number : changed) {
      if (number < pages_written_) {
        slots.push_back(next_slot(number));
      } else {
        for (std::size_t slot = 0; slot < kWitnessSlots; ++slot)
          fresh.push_back(next_slot(number));
      }
    }
    if (grows) again.push_back(next_slot(0));
    return round;
  }

  // I2.
  WitnessBlock next_slot(std::uint32_t number) QUORATE_REQUIRES(mutex_) {
    const std::uint64_t sequence = ++state_.pages[number].sequence;
    return {witness_slot_offset(number, sequence), encode_witness(page(number))};
  }

  [[nodiscard]] WitnessPage page(std::uint32_t number) const QUORATE_REQUIRES(mutex_) {
    const WitnessState::Page& place = state_.pages[number];
    WitnessPage page{.sequence = place.sequence,
                     .number = number,
                     .pages = static_cast<std::uint32_t>(state_.pages.size()),
                     .identity = state_.identity,
                     .groups = {}};
    for (const GroupId id : place.groups)
      page.groups.emplace(id, state_.groups.at(id));
    return page;
  }

  void finish(const Status& status, const Round& round) {
    const MutexLock lock(mutex_);
    writing_ = false;
    if (status.is_ok()) {
      written_ = round.covers;
      pages_written_ = round.pages;
      bytes_ += round.bytes();
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
  std::map<GroupId, std::uint32_t> page_of_ QUORATE_GUARDED_BY(mutex_);
  std::set<std::uint32_t> changed_ QUORATE_GUARDED_BY(mutex_);  // pages, since the last write
  std::size_t pages_written_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::uint64_t posted_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::uint64_t written_ QUORATE_GUARDED_BY(mutex_) = 0;
  std::uint64_t bytes_ QUORATE_GUARDED_BY(mutex_) = 0;
  Status status_ QUORATE_GUARDED_BY(mutex_);
  bool writing_ QUORATE_GUARDED_BY(mutex_) = false;
  bool stopping_ QUORATE_GUARDED_BY(mutex_) = false;
  std::thread thread_;
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
