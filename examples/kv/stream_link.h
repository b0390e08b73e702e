// StreamLink: many logical clients over a few bidirectional streams.
//
// A stream is made when it is first needed, and again after it broke. Requests are written once the
// server has said that the stream is open: what waits before that was certainly not sent.
//
// Owner: main. Thread: any; answers come on gRPC's threads.
#pragma once

#include <memory>

#include "examples/kv/kv_link.h"

namespace quorate::kv {

// Its end breaks the streams and waits for them: what is open then gets no answer.
[[nodiscard]] std::unique_ptr<KvLink> make_stream_link(const LinkOptions& options);

}  // namespace quorate::kv
