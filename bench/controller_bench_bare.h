// The path that the controllers' is compared with: the same request over the same kind of
// connection, answered when an entry of the same size is durable on two of three bare nodes. There
// is no deciding, no consensus and no replay: what remains is what no design can leave out.
//
// Thread: as node.h and bare_node.cc say.
#pragma once

#include <memory>

#include "bench/node.h"

namespace quorate::bench {

// A bare node that also serves creations of topics; any request will do.
Result<std::unique_ptr<Node>> make_bare_topic_node(const NodeOptions& options);

}  // namespace quorate::bench
