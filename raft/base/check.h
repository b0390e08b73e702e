// QUORATE_CHECK: our own mistakes. A check that fails means this program is wrong, not its input:
// it prints the condition and where it stands, and aborts the process. It is on in every build.
//
// Never for what a peer, a client or the disk can do: those get a Status or are counted and
// ignored. Thread: any.
#pragma once

namespace quorate {

// Prints "check failed: <condition> at <file>:<line>" to standard error and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace quorate

#define QUORATE_CHECK(condition)                        \
  (__builtin_expect(static_cast<bool>(condition), true) \
       ? void(0)                                        \
       : ::quorate::check_failed(#condition, __FILE__, __LINE__))
