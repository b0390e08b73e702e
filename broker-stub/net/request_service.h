// The seam between the Kafka listener and the broker: one request in, one response out.
//
// The listener frames, checks key and version, and answers ApiVersions and (as long as there are no
// groups) FindCoordinator itself; everything else is handed to the RequestService as a coroutine. A
// request that has to wait (Fetch for data, Produce for replication) awaits a WakeUp or a timer; no
// thread is blocked.
//
// Order: one request of a connection is in the service at a time, as in Kafka; the next frame is
// not read before the response has been written. So responses leave in request order, and the
// appends of one connection happen in the order of its requests. Pipelined requests wait in the
// socket's buffer. Requests of different connections run side by side.
//
// Thread: answer() runs on the connection's strand, which moves between the listener's threads;
// calls for different connections overlap. It may be cancelled at a co_await when the listener
// stops.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <asio/awaitable.hpp>

#include "broker-stub/kafka/api.h"
#include "broker-stub/kafka/messages/api_versions.h"
#include "broker-stub/kafka/primitives.h"
#include "broker-stub/net/buffer_budget.h"
#include "raft/base/status.h"

namespace quorate::broker {

// Who is at the other end. Software name and version are known after ApiVersions 3 or later.
struct Client {
  std::uint64_t connection_id = 0;
  std::string address;
  std::uint16_t port = 0;
  std::string software_name;
  std::string software_version;
};

// The bytes of one request as they came in; counted against the listener's buffer limit.
struct Frame {
  std::string bytes;
  BufferBudget::Lease lease;
};

struct Request {
  const kafka::Api* api = nullptr;  // never null
  std::int16_t version = 0;         // one that is served
  std::int32_t correlation_id = 0;
  std::string_view client_id;  // empty when null
  std::string_view body;
  std::shared_ptr<const Frame>
      frame;  // what client_id and body, and all that is decoded, point into
  std::shared_ptr<const Client> client;

  // The body as message T. What it borrows lives as long as `frame`.
  template <typename T>
  [[nodiscard]] Result<T> decode() const {
    T message;
    kafka::Reader reader(body);
    QUORATE_TRY(message.decode(reader, version));
    return message;
  }
};

struct Response {
  enum class Kind : std::uint8_t {
    kReply,
    kSilent,  // no bytes at all: Produce with acks 0
    kClose,   // the request cannot be answered; the connection ends and `reason` is reported
  };

  Kind kind = Kind::kSilent;
  std::vector<kafka::Slice> body;  // without header; each slice owns its bytes
  std::string reason;

  // `message` as a body of `version`. Records with an owner leave without a copy; records without
  // one are copied now. Becomes a kClose when the message cannot be encoded.
  template <typename T>
  [[nodiscard]] static Response reply(const T& message, std::int16_t version) {
    kafka::Writer writer;
    message.encode(writer, version);
    if (const Status status = writer.status(); !status.is_ok()) return close(status.message());
    return {.kind = Kind::kReply, .body = writer.take(), .reason = {}};
  }
  [[nodiscard]] static Response silent() { return {}; }
  [[nodiscard]] static Response close(std::string reason) {
    return {.kind = Kind::kClose, .body = {}, .reason = std::move(reason)};
  }
};

// What ApiVersions tells of the cluster's features.
struct Features {
  std::vector<kafka::ApiVersionsResponse::SupportedFeatureKey> supported;
  std::int64_t finalized_epoch = -1;  // -1: unknown, `finalized` is then not told
  std::vector<kafka::ApiVersionsResponse::FinalizedFeatureKey> finalized;
};

class RequestService {
 public:
  virtual ~RequestService() = default;
  // Answers everything but ApiVersions and FindCoordinator. A body that does not decode is answered
  // with kClose.
  [[nodiscard]] virtual asio::awaitable<Response> answer(Request request) = 0;
  // Called for every ApiVersions request. Any thread.
  [[nodiscard]] virtual Features features() const = 0;
};

}  // namespace quorate::broker
