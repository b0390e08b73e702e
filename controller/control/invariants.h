// The rules that hold after every committed batch, checked before a batch is appended: a batch that
// breaks one is our own mistake and must not reach the log, from where every replica would replay
// it for ever.
//
// check_batch costs O(what the batch touched); check_image scans everything (tests, and a standby
// in the background).
//
// Thread: any. Source: design, section "Partition invariants" (PAR-1..PAR-11,
// PAR-13), RAS-1, RAS-2.
#pragma once

#include "controller/image/delta.h"
#include "controller/image/image.h"
#include "raft/base/status.h"

namespace quorate::controller {

// `after` is `before` with the batch, which touched `delta`. Errors: kInternal; the message names
// the rule and what breaks it.
[[nodiscard]] Status check_batch(const MetadataImage& before,
                                 const MetadataImage& after,
                                 const MetadataDelta& delta);

[[nodiscard]] Status check_image(const MetadataImage& image);

}  // namespace quorate::controller
