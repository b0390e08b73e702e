// KvStream: one bidirectional stream that carries the requests of many logical clients.
//
//   frame --> submit() each --> answers, in any order, on any thread --> outbox --> frame
//
// Owner: itself; ends when the client has closed its side and has every answer, or is gone.
// Thread: gRPC's, and whoever answers.
#pragma once

#include <memory>

#include <grpcpp/grpcpp.h>

#include "quorate/kv/v1/kv.pb.h"

#include "examples/kv/kv_requests.h"

namespace quorate::kv {

[[nodiscard]] grpc::ServerBidiReactor<v1::RequestFrame, v1::ResponseFrame>* make_kv_stream(
    KvRequests& requests);

}  // namespace quorate::kv
