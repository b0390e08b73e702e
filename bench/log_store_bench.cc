// How fast persist() is: one group, batches of 1, 16, 64 and 256 entries of 128 bytes, one after
// the other, as the log-writer thread calls it. Each also without the witness file (to see what it
// costs), and a row in which every batch carries a vote (then the witness is waited for).
//
//   log_store_bench [directory] [seconds of each row]
//
// Prints one JSON object per row. The directory (default: the current one) decides which disk.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "raft/storage/identity.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/storage/rocksdb_log_store_parts.h"

namespace quorate::raft {
namespace {

using Clock = std::chrono::steady_clock;

constexpr GroupId kGroup{1};
constexpr std::size_t kPayloadBytes = 128;

struct Row {
  std::size_t entries = 1;
  bool witnessed = true;
  bool votes = false;
};

class NoWitness final : public WitnessFile {
 public:
  Status write(std::span<const WitnessBlock> /*blocks*/) override { return Status::ok(); }
};

[[noreturn]] void fail(const Status& status) {
  std::cerr << to_string(status) << "\n";
  std::exit(1);
}

PersistBatch next_batch(const Row& row, Index& last, std::uint64_t& term) {
  PersistBatch batch;
  batch.group = kGroup;
  if (row.votes || term == 0) {
    ++term;
    batch.hard_state = HardState{Term{term}, ReplicaId{NodeId{1}, Incarnation{1, 1}}};
  }
  for (std::size_t i = 0; i < row.entries; ++i) {
    last = last.next();
    batch.entries.push_back(make_entry(
        {Term{term}, last}, EntryKind::kNormal, SharedBytes(std::string(kPayloadBytes, 'x'))));
  }
  return batch;
}

// Nanoseconds of each persist() in `seconds`.
std::vector<std::int64_t> measure(RocksDbLogStore& store, const Row& row, double seconds) {
  std::vector<std::int64_t> times;
  Index last;
  std::uint64_t term = 0;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    const std::vector<PersistBatch> batches{next_batch(row, last, term)};
    const auto begin = Clock::now();
    const Status status = store.persist(batches);
    times.push_back((Clock::now() - begin).count());
    if (!status.is_ok()) fail(status);
  }
  return times;
}

void print(const Row& row, std::vector<std::int64_t> times, std::uint64_t bytes) {
  std::sort(times.begin(), times.end());
  double total_ns = 0;
  for (const std::int64_t time : times)
    total_ns += static_cast<double>(time);
  const auto count = static_cast<double>(times.size());
  const double batches_per_s = count / (total_ns / 1e9);
  std::cout << "{\"bench\":\"log_store_persist\",\"entries\":" << row.entries
            << ",\"payload_bytes\":" << kPayloadBytes
            << ",\"witness\":" << (row.witnessed ? "true" : "false")
            << ",\"votes\":" << (row.votes ? "true" : "false") << ",\"batches\":" << times.size()
            << ",\"batches_per_s\":" << static_cast<std::int64_t>(batches_per_s)
            << ",\"entries_per_s\":"
            << static_cast<std::int64_t>(batches_per_s * static_cast<double>(row.entries))
            << ",\"p50_us\":" << times[times.size() / 2] / 1000
            << ",\"p99_us\":" << times[times.size() * 99 / 100] / 1000
            << ",\"written_bytes\":" << bytes << "}" << std::endl;
}

void run(const Row& row, const std::string& dir, double seconds) {
  std::filesystem::remove_all(dir);
  const Identity identity{ClusterId{1, 1}, NodeId{1}, Incarnation{1, 1}};
  const Membership membership{{identity.replica()}, {}, {}, {}};
  const Status formatted = format_data_dir(dir, identity, {kGroup, membership});
  if (!formatted.is_ok()) fail(formatted);
  RocksDbLogStoreParts parts;
  if (!row.witnessed) {
    parts.wrap_witness = [](std::unique_ptr<WitnessFile> /*real*/) {
      return std::unique_ptr<WitnessFile>(std::make_unique<NoWitness>());
    };
  }
  RocksDbLogStoreOptions options;
  options.dir = dir;
  auto store = RocksDbLogStoreMaker::open(options, parts);
  if (!store.is_ok()) fail(store.status());
  const std::vector<std::int64_t> times = measure(**store, row, seconds);
  print(row, times, (*store)->bytes_written());
  store->reset();
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace quorate::raft

int main(int argc, char** argv) {
  const std::string dir = std::string(argc > 1 ? argv[1] : ".") + "/log-store-bench-data";
  const double seconds = argc > 2 ? std::atof(argv[2]) : 3.0;
  for (const std::size_t entries : {1U, 16U, 64U, 256U}) {
    quorate::raft::run({entries, true, false}, dir, seconds);
    quorate::raft::run({entries, false, false}, dir, seconds);
  }
  quorate::raft::run({1, true, true}, dir, seconds);
  return 0;
}
