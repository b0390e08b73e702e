// Messages that a fuzzer draws: any number in any field, with a liking for numbers near the state
// of the receiver, and answers to what it asked.
//
// Thread: any; pure.
#pragma once

#include "tests/fuzz/core_driver.h"

namespace quorate::raft::fuzz {

[[nodiscard]] ReplicaId any_replica(quorate::fuzz::ByteSource& in);
[[nodiscard]] Index any_index(quorate::fuzz::ByteSource& in, const Consensus& core);

// A message of any kind, mostly addressed right.
[[nodiscard]] Message any_message(quorate::fuzz::ByteSource& in, const CoreDriver& driver);

// What an obedient peer would answer to `asked`, up to what it holds; a few fields drawn.
[[nodiscard]] Message obedient_answer(quorate::fuzz::ByteSource& in, const Message& asked);

}  // namespace quorate::raft::fuzz
