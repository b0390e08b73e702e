// UnaryLink: one gRPC call per attempt.
//
// Owner: main. Thread: any; answers come on gRPC's threads.
#pragma once

#include <memory>

#include "examples/kv/kv_link.h"

namespace quorate::kv {

// Its end waits for the calls under way.
[[nodiscard]] std::unique_ptr<KvLink> make_unary_link(const LinkOptions& options);

}  // namespace quorate::kv
