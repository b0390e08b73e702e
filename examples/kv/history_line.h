// The history of a load: one JSON object a line, one line an operation. README.md has the fields.
//
// Thread: values; HistoryFile by any thread (locks inside).
#pragma once

#include <cstdint>
#include <fstream>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "quorate/kv/v1/kv.pb.h"

#include "raft/base/mutex.h"
#include "raft/base/status.h"
#include "raft/client/session_client.h"

namespace quorate::kv {

struct HistoryOperation {
  std::uint64_t client = 0;
  std::uint64_t op = 0;  // counts the client's operations from 1
  v1::Request request;   // get, put, delete, cas or txn
  raft::Ending outcome = raft::Ending::kUnknown;
  v1::Response response;       // kCommitted: its result and index; kRejected: its error
  std::int64_t invoke_ns = 0;  // of the load client's monotonic clock
  std::int64_t return_ns = 0;
  std::string server;  // the one asked last, "host:port"
  std::uint32_t attempts = 1;
};

[[nodiscard]] std::string to_line(const HistoryOperation& operation);
// kInvalidArgument saying which field is missing or wrong. Fields that are not known are ignored.
Result<HistoryOperation> parse_line(std::string_view line);
// The errors of parse_line() with the number of the line in front; also for an operation that is
// there twice. Empty lines are skipped.
Result<std::vector<HistoryOperation>> read_history(std::istream& input);

class HistoryFile {
 public:
  // kIoError when it cannot be made.
  static Result<std::unique_ptr<HistoryFile>> create(const std::string& path);
  void append(const HistoryOperation& operation);
  // Everything is in the file; kIoError if anything was not written.
  Status close();

 private:
  explicit HistoryFile(std::ofstream file) : file_(std::move(file)) {}

  Mutex mutex_;
  std::ofstream file_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::kv
