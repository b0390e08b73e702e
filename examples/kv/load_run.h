// One run of a load: N logical clients, each with one operation at a time, for some seconds.
//
// Owner: main. Thread: run_load() blocks until every operation has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "examples/kv/history_line.h"
#include "examples/kv/kv_caller.h"
#include "examples/kv/kv_link.h"
#include "examples/kv/load_workload.h"

namespace quorate::kv {

enum class LoadMode : std::uint8_t { kUnary, kStream };

struct LoadOptions {
  LinkOptions link;
  LoadMode mode = LoadMode::kStream;
  std::size_t clients = 64;
  std::int64_t warmup_ms = 0;      // not counted
  std::int64_t measure_ms = 5000;  // counted
  SessionUse sessions = SessionUse::kExactlyOnce;
  std::int64_t patience_ms = 10'000;  // for one operation
  WorkloadOptions workload;
  std::uint64_t seed = 1;
  HistoryFile* history =
      nullptr;  // may be null; gets every operation and, last, a read of each key
};

struct LoadFigures {
  std::uint64_t committed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t unknown = 0;
  std::uint64_t repeated_attempts = 0;  // beyond the first of an operation
  double seconds = 0;
  double p50_ms = 0;  // of the committed
  double p99_ms = 0;
  double p999_ms = 0;
  double longest_ms = 0;
  double longest_gap_ms = 0;  // between two commits of whomever
};

[[nodiscard]] LoadFigures run_load(const LoadOptions& options);

}  // namespace quorate::kv
