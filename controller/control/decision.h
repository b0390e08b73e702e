// What a decision is given beside its command, and what it gives back.
//
// The pure engine reads no clock and draws no number: time, seed and ids come with the request.
// Thread: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/control/effects.h"
#include "controller/image/types.h"
#include "raft/base/status.h"

namespace quorate::controller {

enum class Mode : std::uint8_t {
  kCommit,
  kValidateOnly,  // the same verdict, no record, nothing remembered (TOP-6)
  kPlan,          // the same, and what would be appended comes back in Decision::plan
};

// What becomes of a mutation whose client has used up its quota (KIP-599).
enum class OverQuota : std::uint8_t {
  kRefused,  // with THROTTLING_QUOTA_EXCEEDED
  kDelayed,  // done all the same, for clients that do not know that error; they are told to wait
};
// For whom a request is done, as client quotas know it.
struct QuotaClient {
  std::string user;       // empty: the controller itself, which has no quota
  std::string client_id;  // empty: none was given
  OverQuota over = OverQuota::kRefused;
};

struct RequestContext {
  std::string request_id;  // empty: no promise about retries
  std::string principal;   // certificate name of the caller; empty: the controller itself
  QuotaClient client;
  Mode mode = Mode::kCommit;
  std::uint64_t now_ms = 0;        // a clock that never goes back
  std::int64_t wall_clock_ms = 0;  // into the batch, for people
  std::uint64_t seed = 0;          // for ties in placement
};

// Why it was decided so: which rule, and what it saw. For people and for Explain.
struct TraceStep {
  std::string rule;
  std::string text;
};
class Trace {
 public:
  static constexpr std::size_t kStepsMax = 64;

  // Beyond kStepsMax steps are counted, not kept.
  void add(std::string rule, std::string text);
  [[nodiscard]] const std::vector<TraceStep>& steps() const { return steps_; }
  [[nodiscard]] std::size_t left_out() const { return left_out_; }
  // One step a line.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<TraceStep> steps_;
  std::size_t left_out_ = 0;
};

// What a decision would do. Deciding the same command on the same image gives just these records
// (and the RequestDone of its id, if it has one).
struct Plan {
  std::shared_ptr<const v1::RecordBatch> batch;  // no records: nothing would change
  Effects effects;
  Trace trace;
};

// How to carry out a decision:
//   1. status not ok: our own mistake was caught before it left (an invariant would break, PAR-*).
//      Nothing is appended and the pending image is as before; answer the call with it.
//   2. batch: propose it as one Raft entry. Null: nothing to append.
//   3. hold the answer until the committed image's end offset is at least `wait_offset`: the
//      verdict may rest on records that are not committed yet.
//   4. answer with `first_answer` when it is set (a retry), else with `answer`.
template <typename Answer>
struct Decision {
  Status status;
  Answer answer;
  std::shared_ptr<const v1::RecordBatch> batch;
  std::optional<std::string> first_answer;  // serialized by the codec that was given
  std::uint64_t wait_offset = 0;
  std::uint32_t throttle_ms = 0;  // how long the client is to wait before it asks again (QUO-3)
  Trace trace;
  std::optional<Plan> plan;  // with Mode::kPlan, unless status is not ok
};

}  // namespace quorate::controller
