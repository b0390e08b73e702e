// What plan and apply of a recovery share. Internal.
#pragma once

#include <string>

#include "raft/base/status.h"
#include "raft/storage/group_log.h"
#include "raft/storage/inspect.h"

namespace quorate::raft {

// A directory that was read and found whole.
struct SurveyedDir {
  Identity identity;
  Inspection inspection;
  Fingerprint::Value state;
};

// kCorruption, with the first finding, when it is damaged.
Result<SurveyedDir> survey(DataDirInspector& inspector);

[[nodiscard]] GroupLog log_of(const InspectedGroup& group);

}  // namespace quorate::raft
