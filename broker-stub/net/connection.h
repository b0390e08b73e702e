// One client's connection: reads a frame, has it answered, writes the response, and again.
//
// States: idle (waiting for a frame) ─▶ reading ─▶ answering ─▶ writing ─▶ idle; any ─▶ closed.
// Each state but answering has a deadline; the listener's sweep closes the connection when it has
// passed.
//
// Owner: Listener's registry and the coroutine run(). Thread: run() and private members on the
// connection's strand; the public functions any.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include <asio/awaitable.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/ip/tcp.hpp>

#include "broker-stub/net/listener.h"
#include "raft/base/mutex.h"

namespace quorate::broker {

// What all connections of one listener share.
struct ConnectionHost {
  ListenerOptions options;
  const Clock& clock;
  RequestService& service;
  OnNetEvent on_event;
  NetCounters counters;
  BufferBudget budget;
  FirstSeen first_seen;

  // Reports once per client address and kind.
  void report(NetEvent::Kind kind, const Client& client, std::string detail);
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ConnectionHost> host, asio::ip::tcp::socket socket, Client client);

  // Begins to serve; `on_closed` is called once, on the strand, when the connection has ended.
  void spawn(std::function<void()> on_closed);

  // Closes at once when idle, else after the response in progress.
  void begin_stop();
  // Closes now, and cancels what the service is waiting for.
  void cancel();
  // Closes when the deadline of its state has passed at `now_ns`.
  void close_if_overdue(std::int64_t now_ns);

  [[nodiscard]] std::shared_ptr<const Client> client() const;

 private:
  static constexpr std::int64_t kNoDeadline = std::numeric_limits<std::int64_t>::max();
  enum class Next : std::uint8_t { kContinue, kClose };

  asio::awaitable<void> run();
  asio::awaitable<void> serve_frames();
  // Null when the connection is to be closed.
  asio::awaitable<std::shared_ptr<Frame>> read_frame();
  asio::awaitable<bool> read_body(Frame& frame, std::size_t size);
  asio::awaitable<Next> serve(std::shared_ptr<const Frame> frame);
  asio::awaitable<Next> answer(Request request);
  asio::awaitable<Response> call_service(Request request);
  asio::awaitable<Next> write(std::int16_t header_version,
                              std::int32_t correlation_id,
                              std::vector<kafka::Slice> body);

  [[nodiscard]] Response answer_api_versions(const Request& request);
  [[nodiscard]] static Response answer_find_coordinator(const Request& request);
  [[nodiscard]] Next refuse(NetEvent::Kind kind,
                            std::atomic<std::uint64_t>& count,
                            std::string why);
  void set_deadline_after_ms(std::int64_t timeout_ms);
  void clear_deadline() { deadline_ns_ = kNoDeadline; }
  void set_software(std::string name, std::string version);
  void close();

  const std::shared_ptr<ConnectionHost> host_;
  asio::ip::tcp::socket socket_;
  asio::cancellation_signal cancellation_;
  std::atomic<std::int64_t> deadline_ns_ = kNoDeadline;
  bool is_idle_ = false;
  bool is_stopping_ = false;

  mutable Mutex mutex_;
  std::shared_ptr<const Client> client_ QUORATE_GUARDED_BY(mutex_);
};

}  // namespace quorate::broker
