// OffsetCheckpoint: one offset per partition, in one small file that is replaced as a whole.
//
// Two of them lie in a log directory, with Kafka's names and form: recovery-point-offset-checkpoint
// (everything below is synced: damage there is corruption, not a torn tail) and
// replication-offset-checkpoint (high watermarks).
//
// Owner: LogDirectory. Thread: its owner's. Pure: text in, text out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "raft/base/status.h"

namespace quorate::broker {

// Topic name and partition number, as in directory names.
using LogName = std::pair<std::string, std::int32_t>;
using OffsetCheckpoint = std::map<LogName, std::int64_t>;

[[nodiscard]] std::string to_text(const OffsetCheckpoint& offsets);
// kCorruption when the text is not what to_text() writes.
Result<OffsetCheckpoint> offset_checkpoint_from_text(std::string_view text);

}  // namespace quorate::broker
