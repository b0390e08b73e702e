// What the tests of the partition log share: a directory of their own and batches to put into it.
//
// Owner: a test case. Thread: the test's.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/record_batch_builder.h"
#include "broker-stub/log/partition_log.h"

namespace quorate::broker {

// A fresh directory below the system's temporary one; gone with the object.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "quorate-log-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct BatchMaker {
  int records = 1;
  std::int64_t timestamp = 1000;  // of the first record; the others follow by 1
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t sequence = -1;
  std::int64_t base_offset = 0;
  std::int32_t leader_epoch = -1;
  std::string value = "value";

  [[nodiscard]] std::string make() const {
    kafka::RecordBatchBuilder builder({.base_offset = base_offset,
                                       .leader_epoch = leader_epoch,
                                       .producer_id = producer_id,
                                       .producer_epoch = producer_epoch,
                                       .base_sequence = sequence});
    for (int i = 0; i < records; ++i)
      builder.add({.timestamp = timestamp + i, .value = value});
    return builder.build();
  }
};

inline LogAppend append(PartitionLog& log, const BatchMaker& batch, std::int32_t epoch = 1) {
  const std::string bytes = batch.make();
  const auto view = kafka::RecordBatchView::parse(bytes);
  REQUIRE(view.is_ok());
  return log.append_as_leader(*view, epoch);
}

inline std::unique_ptr<PartitionLog> open_log(const ScratchDirectory& scratch,
                                              std::int64_t recovery_point = 0,
                                              PartitionLogOptions options = {}) {
  auto log = PartitionLog::open(scratch.path(), options, recovery_point);
  INFO(to_string(log.status()));
  REQUIRE(log.is_ok());
  return *std::move(log);
}

// (base offset, last offset) of each batch of `bytes`.
inline std::vector<std::pair<std::int64_t, std::int64_t>> spans_of(const std::string& bytes) {
  std::vector<std::pair<std::int64_t, std::int64_t>> spans;
  kafka::RecordBatchCursor cursor(bytes);
  while (const auto batch = cursor.next()) {
    spans.emplace_back(batch->base_offset(), batch->last_offset());
  }
  REQUIRE(cursor.status().is_ok());
  return spans;
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void put_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace quorate::broker
