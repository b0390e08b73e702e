#include "raft/server/flight_recorder.h"

#include "raft/base/crc32c.h"
#include "raft/storage/byte_codec.h"

namespace quorate::raft {
namespace {

constexpr std::string_view kMagic = "QFLIGHT1";
// Raised whenever the core decides differently, or its state has another shape.
constexpr std::uint32_t kVersion = 2;

// Every option that the core's decisions depend on, in order.
template <typename Visitor, typename CoreOptions>
void each_option(Visitor& visit, CoreOptions& o) {
  visit(o.cluster, o.group, o.self, o.election_timeout_ticks, o.election_jitter_ticks);
  visit(o.lease_ns, o.clock_drift_ppm, o.priority);
  visit(o.forward_proposals, o.forward_entries_max, o.forward_bytes_max);
  visit(o.heartbeat_ticks, o.leader_gone_jitter_ticks, o.catch_up_ticks, o.append_bytes_max);
  visit(o.append_entries_max, o.in_flight_appends_max, o.in_flight_bytes_max, o.entry_bytes_max);
  visit(o.uncommitted_bytes_max, o.window_bytes_max, o.apply_bytes_max, o.pending_reads_max);
  visit(o.snapshot_chunk_bytes, o.snapshot_chunks_in_flight_max);
  visit(o.snapshot_pinned_entries_max, o.trace_messages);
}

void append_block(std::string& out, std::string_view block) {
  append_u64(out, block.size());
  out += block;
}

}  // namespace

std::uint32_t ready_checksum(const Ready& ready, std::string& scratch) {
  scratch.clear();
  StateWriter write(scratch, Payloads::kTrusted);
  write(ready.messages, ready.persist, ready.restore);
  write(ready.apply.first, ready.apply.last, ready.apply.entries);
  write(ready.reads, ready.outcomes, ready.changes, ready.fetches);
  write(ready.snapshots, ready.snapshots_done, ready.snapshots_received);
  for (const Event& event : ready.events)
    write(event.kind, event.role, event.term, event.commit, event.last, event.count);
  return crc32c(scratch);
}

FlightRecorder::FlightRecorder(const Options& options, std::size_t bytes_max)
    : options_(options), segment_bytes_(bytes_max / 2) {
  for (Segment& segment : segments_)
    segment.inputs.reserve(segment_bytes_);
}

void FlightRecorder::begin(const Consensus& core) {
  segments_[active_].state = core.encode_state();
  segments_[active_].inputs.clear();
}

void FlightRecorder::output(const Ready& ready) {
  const std::uint32_t checksum = ready_checksum(ready, scratch_);
  std::string& inputs = segments_[active_].inputs;
  inputs.push_back(static_cast<char>(FlightKind::kReady));
  append_u32(inputs, checksum);
}

void FlightRecorder::settle(const Consensus& core) {
  // Room for what an ordinary turn brings, so that the buffer does not grow.
  if (segments_[active_].inputs.size() < segment_bytes_ - segment_bytes_ / 8) return;
  active_ = 1 - active_;
  begin(core);
}

std::string FlightRecorder::recording(const Consensus& core) const {
  std::string options;
  StateWriter write(options, Payloads::kTrusted);
  each_option(write, options_);
  std::string out(kMagic);
  append_u32(out, kVersion);
  append_block(out, options);
  for (const std::size_t at : {1 - active_, active_}) {
    append_block(out, segments_[at].state);
    append_block(out, segments_[at].inputs);
  }
  append_block(out, core.encode_state());
  append_u32(out, crc32c(out));
  return out;
}

Result<FlightRecording> read_flight(std::string_view bytes) {
  const auto damaged = [](const char* what) {
    return Status(Code::kCorruption, std::string("flight recording: ") + what);
  };
  if (!bytes.starts_with(kMagic) || bytes.size() < kMagic.size() + 8) {
    return damaged("not a recording");
  }
  ByteReader in(bytes.substr(kMagic.size(), bytes.size() - kMagic.size() - 4));
  if (in.u32() != kVersion) {
    return {Code::kUnsupported, "flight recording: made by another version of this program"};
  }
  ByteReader tail(bytes.substr(bytes.size() - 4));
  if (tail.u32() != crc32c(bytes.substr(0, bytes.size() - 4))) {
    return damaged("the checksum does not match");
  }
  const auto block = [&in] { return in.bytes(in.u64()); };
  FlightRecording recording;
  StateReader options(block(), {});
  each_option(options, recording.options);
  for (FlightSegment& segment : recording.segments) {
    segment.state = block();
    segment.inputs = block();
  }
  recording.end = block();
  if (!in.finished() || !options.finished()) return damaged("malformed");
  return recording;
}

}  // namespace quorate::raft
