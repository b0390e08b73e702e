#include "broker-stub/net/listener.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>
#include <asio/use_awaitable.hpp>

#include "broker-stub/net/connection.h"
#include "raft/base/check.h"
#include "raft/base/mutex.h"

namespace quorate::broker {

namespace {

using asio::ip::tcp;
using std::chrono::milliseconds;

constexpr milliseconds kAcceptPause{100};  // after accept failed, e.g. without file descriptors
constexpr std::int64_t kSweepIntervalMsMin = 5;
constexpr std::int64_t kSweepIntervalMsMax = 1000;

Status check_options(const ListenerOptions& options) {
  const auto refuse = [](const char* why) { return Status(Code::kInvalidArgument, why); };
  if (options.request_bytes_max < 1) return refuse("request_bytes_max must be positive");
  if (options.buffered_bytes_max < options.request_bytes_max) {
    return refuse("buffered_bytes_max must hold one request of request_bytes_max");
  }
  if (options.connections_max < 1) return refuse("connections_max must be positive");
  const std::int64_t shortest =
      std::min({options.idle_timeout_ms, options.frame_timeout_ms, options.write_timeout_ms});
  if (shortest < 1) return refuse("timeouts must be positive");
  if (options.stop_grace_ms < 0) return refuse("stop_grace_ms must not be negative");
  return Status::ok();
}

// Deadlines are met to within a quarter of the shortest timeout.
milliseconds sweep_interval(const ListenerOptions& options) {
  const std::int64_t shortest =
      std::min({options.idle_timeout_ms, options.frame_timeout_ms, options.write_timeout_ms});
  return milliseconds(std::clamp(shortest / 4, kSweepIntervalMsMin, kSweepIntervalMsMax));
}

}  // namespace

// Outlives the Listener until its last coroutine has ended.
class Listener::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::io_context& io, std::shared_ptr<ConnectionHost> host)
      : host_(std::move(host)),
        strand_(asio::make_strand(io)),
        io_(io),
        acceptor_(strand_),
        sweep_timer_(strand_) {}

  Status start();
  void stop();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] ConnectionHost& host() const { return *host_; }
  [[nodiscard]] std::vector<Client> clients() const;

 private:
  Status listen();
  asio::awaitable<void> accept();
  asio::awaitable<void> sweep();
  void admit(tcp::socket socket);
  void remove(std::uint64_t connection_id);
  void on_loop_ended();
  template <typename Call>
  void for_each_connection(Call&& call);
  // Whether nothing is left within `timeout_ms`.
  bool wait_until_empty(std::int64_t timeout_ms);

  const std::shared_ptr<ConnectionHost> host_;
  const asio::strand<asio::io_context::executor_type> strand_;
  asio::io_context& io_;
  tcp::acceptor acceptor_;          // on strand_ once started
  asio::steady_timer sweep_timer_;  // on strand_
  std::uint16_t port_ = 0;

  mutable Mutex mutex_;
  CondVar changed_;
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_ QUORATE_GUARDED_BY(mutex_);
  std::uint64_t last_connection_id_ QUORATE_GUARDED_BY(mutex_) = 0;
  int loops_running_ QUORATE_GUARDED_BY(mutex_) = 0;
  bool is_stopping_ QUORATE_GUARDED_BY(mutex_) = false;
};

Status Listener::Core::start() {
  QUORATE_TRY(check_options(host_->options));
  QUORATE_TRY(listen());
  {
    const MutexLock lock(mutex_);
    loops_running_ = 2;
  }
  const auto ended = [self = shared_from_this()](const std::exception_ptr&) {
    self->on_loop_ended();
  };
  asio::co_spawn(strand_, accept(), ended);
  asio::co_spawn(strand_, sweep(), ended);
  return Status::ok();
}

Status Listener::Core::listen() {
  const ListenerOptions& options = host_->options;
  asio::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) {
    return {Code::kInvalidArgument, "listen address " + options.address + " is no IP address"};
  }
  const tcp::endpoint endpoint(address, options.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (!error) return Status::ok();
  asio::error_code ignored;  // of closing what never worked
  acceptor_.close(ignored);
  return {Code::kIoError,
          "cannot listen on " + options.address + ":" + std::to_string(options.port) + ": " +
              error.message()};
}

asio::awaitable<void> Listener::Core::accept() {
  while (acceptor_.is_open()) {
    asio::error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(
        asio::make_strand(io_), asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      admit(std::move(socket));
    } else if (error != asio::error::operation_aborted) {
      ++host_->counters.accepts_failed;
      host_->report(NetEvent::Kind::kAcceptFailed, Client{}, error.message());
      asio::steady_timer pause(strand_, kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

void Listener::Core::admit(tcp::socket socket) {
  asio::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;  // gone again
  socket.set_option(tcp::no_delay(true), error);
  socket.set_option(asio::socket_base::keep_alive(true), error);
  Client client{.address = remote.address().to_string(), .port = remote.port()};
  std::shared_ptr<Connection> connection;
  {
    const MutexLock lock(mutex_);
    if (is_stopping_) return;
    if (connections_.size() < host_->options.connections_max) {
      client.connection_id = ++last_connection_id_;
      connection = std::make_shared<Connection>(host_, std::move(socket), client);
      connections_.emplace(client.connection_id, connection);
      host_->counters.connections_open = connections_.size();
    }
  }
  if (connection == nullptr) {
    ++host_->counters.connections_over_limit;
    return host_->report(NetEvent::Kind::kOverLimit,
                         client,
                         "the limit is " + std::to_string(host_->options.connections_max));
  }
  ++host_->counters.connections_accepted;
  connection->spawn([self = shared_from_this(), id = client.connection_id] { self->remove(id); });
}

asio::awaitable<void> Listener::Core::sweep() {
  const auto interval = sweep_interval(host_->options);
  while (acceptor_.is_open()) {
    sweep_timer_.expires_after(interval);
    asio::error_code ignored;  // stop() cancels the timer
    co_await sweep_timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    const std::int64_t now_ns = host_->clock.monotonic_ns();
    for_each_connection([now_ns](Connection& connection) { connection.close_if_overdue(now_ns); });
  }
}

template <typename Call>
void Listener::Core::for_each_connection(Call&& call) {
  const MutexLock lock(mutex_);
  for (const auto& [id, connection] : connections_)
    call(*connection);
}

void Listener::Core::remove(std::uint64_t connection_id) {
  const MutexLock lock(mutex_);
  connections_.erase(connection_id);
  host_->counters.connections_open = connections_.size();
  changed_.notify_all();
}

void Listener::Core::on_loop_ended() {
  const MutexLock lock(mutex_);
  --loops_running_;
  changed_.notify_all();
}

bool Listener::Core::wait_until_empty(std::int64_t timeout_ms) {
  const std::int64_t deadline_ns = host_->clock.monotonic_ns() + timeout_ms * kNsPerMs;
  const MutexLock lock(mutex_);
  while (!connections_.empty() || loops_running_ > 0) {
    const std::int64_t left_ns = deadline_ns - host_->clock.monotonic_ns();
    if (left_ns <= 0) return false;
    changed_.wait_for(mutex_, std::chrono::nanoseconds(left_ns));
  }
  return true;
}

void Listener::Core::stop() {
  {
    const MutexLock lock(mutex_);
    is_stopping_ = true;
    if (loops_running_ == 0 && connections_.empty()) return;
  }
  asio::post(strand_, [self = shared_from_this()] {
    asio::error_code ignored;  // nobody is left to tell
    self->acceptor_.close(ignored);
    self->sweep_timer_.cancel();
  });
  for_each_connection([](Connection& connection) { connection.begin_stop(); });
  if (wait_until_empty(host_->options.stop_grace_ms)) return;
  constexpr std::int64_t kCancelAgainMs = 100;
  do {
    for_each_connection([](Connection& connection) { connection.cancel(); });
  } while (!wait_until_empty(kCancelAgainMs));
}

std::vector<Client> Listener::Core::clients() const {
  std::vector<Client> all;
  const MutexLock lock(mutex_);
  for (const auto& [id, connection] : connections_)
    all.push_back(*connection->client());
  return all;
}

Listener::Listener(asio::io_context& io,
                   const Clock& clock,
                   RequestService& service,
                   ListenerOptions options,
                   OnNetEvent on_event) {
  const std::size_t buffered_bytes_max = options.buffered_bytes_max;
  core_ = std::make_shared<Core>(
      io,
      std::shared_ptr<ConnectionHost>(new ConnectionHost{.options = std::move(options),
                                                         .clock = clock,
                                                         .service = service,
                                                         .on_event = std::move(on_event),
                                                         .counters = {},
                                                         .budget = BufferBudget(buffered_bytes_max),
                                                         .first_seen = {}}));
}

Listener::~Listener() {
  stop();
}
Status Listener::start() {
  return core_->start();
}
void Listener::stop() {
  core_->stop();
}
std::uint16_t Listener::port() const {
  return core_->port();
}
const NetCounters& Listener::counters() const {
  return core_->host().counters;
}
std::size_t Listener::buffered_bytes() const {
  return core_->host().budget.bytes_taken();
}
std::vector<Client> Listener::clients() const {
  return core_->clients();
}

}  // namespace quorate::broker
