#include "broker-stub/net/connection.h"

#include <algorithm>
#include <array>
#include <exception>
#include <system_error>
#include <utility>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <asio/read.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "broker-stub/kafka/messages/headers.h"
#include "broker-stub/net/api_versions.h"
#include "broker-stub/net/no_coordinator.h"
#include "raft/base/clock.h"

namespace quorate::broker {

namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kFrameBytesMin = 8;            // key, version, correlation id
constexpr std::size_t kReadBytesFirst = 1U << 20U;   // a length that lies costs no more than this
constexpr std::size_t kFrameBytesPerMs = 1U << 10U;  // the slowest client that we wait for
constexpr std::size_t kWriteBytesMax = 1U << 20U;    // per system call

auto unless_error(asio::error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

std::int32_t decode_length(const std::array<char, kLengthBytes>& bytes) {
  return kafka::Reader({bytes.data(), bytes.size()}).int32();
}

}  // namespace

void ConnectionHost::report(NetEvent::Kind kind, const Client& client, std::string detail) {
  if (!on_event || !first_seen.insert(client.address, kind)) return;
  on_event({.kind = kind,
            .client = client.address + ":" + std::to_string(client.port),
            .detail = std::move(detail)});
}

Connection::Connection(std::shared_ptr<ConnectionHost> host,
                       asio::ip::tcp::socket socket,
                       Client client)
    : host_(std::move(host)),
      socket_(std::move(socket)),
      client_(std::make_shared<const Client>(std::move(client))) {}

void Connection::spawn(std::function<void()> on_closed) {
  const auto ended = [self = shared_from_this(),
                      on_closed = std::move(on_closed)](const std::exception_ptr&) { on_closed(); };
  asio::co_spawn(
      socket_.get_executor(), run(), asio::bind_cancellation_slot(cancellation_.slot(), ended));
}

asio::awaitable<void> Connection::run() {
  try {
    co_await serve_frames();
  } catch (const std::system_error&) {
    // Cancelled: the listener stops.
  } catch (const std::exception& error) {
    host_->report(NetEvent::Kind::kServiceFailed, *client(), error.what());
  }
  close();
}

asio::awaitable<void> Connection::serve_frames() {
  while (!is_stopping_) {
    auto frame = co_await read_frame();
    if (frame == nullptr) co_return;
    clear_deadline();
    if (co_await serve(std::move(frame)) == Next::kClose) co_return;
  }
}

asio::awaitable<std::shared_ptr<Frame>> Connection::read_frame() {
  std::array<char, kLengthBytes> prefix{};
  asio::error_code error;
  set_deadline_after_ms(host_->options.idle_timeout_ms);
  is_idle_ = true;
  co_await asio::async_read(socket_, asio::buffer(prefix), unless_error(error));
  is_idle_ = false;
  clear_deadline();
  if (error) co_return nullptr;
  const std::int32_t length = decode_length(prefix);
  if (length < static_cast<std::int32_t>(kFrameBytesMin) ||
      std::cmp_greater(length, host_->options.request_bytes_max)) {
    static_cast<void>(refuse(NetEvent::Kind::kFrameRefused,
                             host_->counters.frames_refused,
                             "a frame of " + std::to_string(length) + " bytes"));
    co_return nullptr;
  }
  const auto size = static_cast<std::size_t>(length);
  auto frame = std::make_shared<Frame>();
  frame->lease = co_await host_->budget.take(size);
  const bool is_complete = co_await read_body(*frame, size);
  co_return is_complete ? frame : nullptr;
}

asio::awaitable<bool> Connection::read_body(Frame& frame, std::size_t size) {
  set_deadline_after_ms(host_->options.frame_timeout_ms +
                        static_cast<std::int64_t>(size / kFrameBytesPerMs));
  while (frame.bytes.size() < size) {
    const std::size_t have = frame.bytes.size();
    const std::size_t step = std::min(size - have, std::max(have, kReadBytesFirst));
    frame.bytes.resize(have + step);
    asio::error_code error;
    co_await asio::async_read(
        socket_, asio::buffer(frame.bytes.data() + have, step), unless_error(error));
    if (error) co_return false;
  }
  host_->counters.bytes_in += kLengthBytes + size;
  co_return true;
}

asio::awaitable<Connection::Next> Connection::serve(std::shared_ptr<const Frame> frame) {
  kafka::Reader start(frame->bytes);
  const std::int16_t key = start.int16();
  const std::int16_t version = start.int16();
  const std::int32_t correlation_id = start.int32();
  const kafka::Api* api = kafka::find_api(key);
  if (api == nullptr || !api->is_served(version)) {
    if (api != nullptr && api->key == kafka::ApiKey::kApiVersions) {
      ++host_->counters.requests_of(*api);
      Response response = Response::reply(unsupported_api_versions(), 0);
      co_return co_await write(0, correlation_id, std::move(response.body));
    }
    co_return refuse(NetEvent::Kind::kUnsupportedRequest,
                     host_->counters.requests_unsupported,
                     "API " + std::to_string(key) + " version " + std::to_string(version));
  }
  kafka::Reader reader(frame->bytes);
  kafka::RequestHeader header;
  const Status status = header.decode(reader, api->request_header_version(version));
  if (!status.is_ok()) {
    co_return refuse(NetEvent::Kind::kMalformedRequest,
                     host_->counters.requests_malformed,
                     std::string(api->name) + " header: " + status.message());
  }
  ++host_->counters.requests_of(*api);
  // Named, not a temporary of the co_await: g++ 12 destroys some of those twice.
  Request request{.api = api,
                  .version = version,
                  .correlation_id = correlation_id,
                  .client_id = header.client_id.value_or(""),
                  .body = reader.rest(),
                  .frame = std::move(frame),
                  .client = client()};
  co_return co_await answer(std::move(request));
}

asio::awaitable<Connection::Next> Connection::answer(Request request) {
  const kafka::Api& api = *request.api;
  const std::int16_t header_version = api.response_header_version(request.version);
  const std::int32_t correlation_id = request.correlation_id;
  Response response;
  if (api.key == kafka::ApiKey::kApiVersions) {
    response = answer_api_versions(request);
  } else if (api.key == kafka::ApiKey::kFindCoordinator) {
    response = answer_find_coordinator(request);
  } else {
    response = co_await call_service(std::move(request));
  }
  switch (response.kind) {
    case Response::Kind::kReply:
      co_return co_await write(header_version, correlation_id, std::move(response.body));
    case Response::Kind::kSilent: co_return Next::kContinue;
    case Response::Kind::kClose: break;
  }
  co_return refuse(NetEvent::Kind::kUnanswerable,
                   host_->counters.requests_malformed,
                   std::string(api.name) + ": " + response.reason);
}

asio::awaitable<Response> Connection::call_service(Request request) {
  std::string failure;
  const std::string name(request.api->name);
  try {
    co_return co_await host_->service.answer(std::move(request));
  } catch (const std::exception& error) {
    if (is_stopping_) throw;
    failure = error.what();
  }
  ++host_->counters.requests_failed;
  host_->report(NetEvent::Kind::kServiceFailed, *client(), name + ": " + failure);
  co_return Response::close("the service failed");
}

Response Connection::answer_api_versions(const Request& request) {
  constexpr std::int16_t kNamesSoftwareFrom = 3;
  const auto decoded = request.decode<kafka::ApiVersionsRequest>();
  if (!decoded.is_ok()) return Response::close(decoded.status().message());
  if (request.version >= kNamesSoftwareFrom) {
    if (!is_software_name(decoded->client_software_name) ||
        !is_software_name(decoded->client_software_version)) {
      kafka::ApiVersionsResponse response;
      response.error_code = kafka::ErrorCode::kInvalidRequest;
      return Response::reply(response, request.version);
    }
    set_software(std::string(decoded->client_software_name),
                 std::string(decoded->client_software_version));
  }
  return Response::reply(api_versions(request.version, host_->service.features()), request.version);
}

Response Connection::answer_find_coordinator(const Request& request) {
  const auto decoded = request.decode<kafka::FindCoordinatorRequest>();
  if (!decoded.is_ok()) return Response::close(decoded.status().message());
  return Response::reply(no_coordinator(*decoded), request.version);
}

asio::awaitable<Connection::Next> Connection::write(std::int16_t header_version,
                                                    std::int32_t correlation_id,
                                                    std::vector<kafka::Slice> body) {
  kafka::Writer header;
  kafka::ResponseHeader{.correlation_id = correlation_id}.encode(header, header_version);
  std::size_t size = header.size();
  for (const kafka::Slice& slice : body)
    size += slice.bytes.size();
  if (std::cmp_greater(size, std::numeric_limits<std::int32_t>::max())) {
    co_return refuse(NetEvent::Kind::kUnanswerable,
                     host_->counters.requests_failed,
                     "a response of " + std::to_string(size) + " bytes");
  }
  kafka::Writer length;
  length.int32(static_cast<std::int32_t>(size));
  const std::string front = length.take_string() + header.take_string();
  std::vector<asio::const_buffer> buffers{asio::buffer(front)};
  for (const kafka::Slice& slice : body)
    buffers.push_back(asio::buffer(slice.bytes));

  const auto on_progress = [this](const asio::error_code& error, std::size_t) -> std::size_t {
    set_deadline_after_ms(host_->options.write_timeout_ms);
    return error ? 0 : kWriteBytesMax;
  };
  asio::error_code error;
  co_await asio::async_write(socket_, buffers, on_progress, unless_error(error));
  clear_deadline();
  if (error) co_return Next::kClose;
  host_->counters.bytes_out += kLengthBytes + size;
  co_return Next::kContinue;
}

Connection::Next Connection::refuse(NetEvent::Kind kind,
                                    std::atomic<std::uint64_t>& count,
                                    std::string why) {
  ++count;
  host_->report(kind, *client(), std::move(why));
  return Next::kClose;
}

void Connection::begin_stop() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->is_stopping_ = true;
    if (self->is_idle_) self->close();
  });
}

void Connection::cancel() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->is_stopping_ = true;
    self->cancellation_.emit(asio::cancellation_type::terminal);
    self->close();
  });
}

void Connection::close_if_overdue(std::int64_t now_ns) {
  if (now_ns < deadline_ns_) return;
  asio::post(socket_.get_executor(), [self = shared_from_this(), now_ns] {
    // The state may have changed before this ran.
    if (now_ns < self->deadline_ns_ || !self->socket_.is_open()) return;
    ++self->host_->counters.connections_timed_out;
    if (!self->is_idle_) {
      self->host_->report(NetEvent::Kind::kTimedOut,
                          *self->client(),
                          "a frame or the reading of a response took too long");
    }
    self->close();
  });
}

std::shared_ptr<const Client> Connection::client() const {
  const MutexLock lock(mutex_);
  return client_;
}

void Connection::set_software(std::string name, std::string version) {
  Client known = *client();
  known.software_name = std::move(name);
  known.software_version = std::move(version);
  const MutexLock lock(mutex_);
  client_ = std::make_shared<const Client>(std::move(known));
}

void Connection::set_deadline_after_ms(std::int64_t timeout_ms) {
  deadline_ns_ = host_->clock.monotonic_ns() + timeout_ms * kNsPerMs;
}

void Connection::close() {
  asio::error_code ignored;  // closing what the peer has closed is no news
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  clear_deadline();
}

}  // namespace quorate::broker
