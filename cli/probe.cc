#include "cli/probe.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "quorate/controller/v1/admin.pb.h"

#include "raft/base/clock.h"

namespace quorate::cli {
namespace {

// A probe must notice a new leader at once: it asks around every few milliseconds.
constexpr Patience kPatience{.attempt_timeout_ms = 500, .backoff_max_ms = 5};

std::atomic<bool> stop_asked{false};

void ask_to_stop(int) {
  stop_asked.store(true);
}

const char* outcome_of(const Status& status) {
  if (status.is_ok()) return "committed";
  return status.is_rejected() ? "rejected" : "unknown";
}

Status to_status(const Result<controller::v1::AppendNoOpResponse>& response) {
  if (!response.is_ok()) return response.status();
  if (response->error() == controller::v1::NONE) return {};
  return {Code::kUnavailable, controller::v1::ErrorCode_Name(response->error())};
}

}  // namespace

Status quorum_probe(const GlobalOptions& options, const ProbeOptions& probe) {
  const auto client = connect(options, kPatience);
  if (!client.is_ok()) return client.status();
  std::signal(SIGTERM, ask_to_stop);
  std::signal(SIGINT, ask_to_stop);
  const Clock& clock = system_clock();
  for (std::uint64_t done = 0; probe.count == 0 || done < probe.count; ++done) {
    if (stop_asked.load()) break;
    const auto start_ns = clock.monotonic_ns();
    const auto response = (*client)->append_no_op({}, options.call());
    const auto end_ns = clock.monotonic_ns();
    const auto meta = response.is_ok() ? response->meta() : controller::v1::ResponseMeta();
    std::printf(
        "{\"start_ns\":%lld,\"end_ns\":%lld,\"outcome\":\"%s\",\"offset\":%llu,"
        "\"controller\":%d}\n",
        static_cast<long long>(start_ns),
        static_cast<long long>(end_ns),
        outcome_of(to_status(response)),
        static_cast<unsigned long long>(meta.commit_offset()),
        meta.controller_id());
    std::fflush(stdout);
    const auto due_ns = start_ns + probe.interval_ms * 1'000'000;
    if (due_ns > end_ns) std::this_thread::sleep_for(std::chrono::nanoseconds(due_ns - end_ns));
  }
  return {};
}

}  // namespace quorate::cli
