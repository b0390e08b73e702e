#include "daemon/http_server.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include <httplib.h>

#include "daemon/http_connection.h"

namespace quorate {
namespace {

constexpr const char* kPlain = "text/plain; charset=utf-8";
constexpr const char* kPrometheus = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kTooLong =
    "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
    "Content-Length: 0\r\n\r\n";

// A fixed number of threads with a bounded number of accepted connections before them. When that is
// full the accepting thread waits, and newcomers wait in, or are refused by, the kernel.
class BoundedThreads : public httplib::TaskQueue {
 public:
  BoundedThreads(std::size_t threads, std::size_t waiting_max)
      : waiting_max_(waiting_max), pool_(threads) {}

  void enqueue(std::function<void()> connection) override {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return waiting_ < waiting_max_; });
    ++waiting_;
    lock.unlock();
    pool_.enqueue([this, connection = std::move(connection)] {
      {
        const std::lock_guard taken(mutex_);
        --waiting_;
      }
      has_room_.notify_one();
      connection();
    });
  }
  void shutdown() override { pool_.shutdown(); }

 private:
  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable has_room_;
  std::size_t waiting_ = 0;
  httplib::ThreadPool pool_;
};

// The library's server, on connections that have bounds.
class BoundedServer : public httplib::Server {
 public:
  explicit BoundedServer(const HttpOptions& options)
      : request_bytes_max_(options.request_bytes_max), timeout_ms_(options.io_timeout_ms) {}

 private:
  bool process_and_close_socket(socket_t socket) override {
    HttpConnection connection(socket, request_bytes_max_, timeout_ms_);
    bool closed = false;
    const auto without_ranges = [](httplib::Request& request) {
      request.ranges.clear();  // each of thousands would be answered with a copy
    };
    const bool answered =
        process_request(connection, /*close_connection=*/true, closed, without_ranges);
    if (connection.is_too_long() && !connection.has_answered()) {
      httplib::Stream& stream = connection;
      static_cast<void>(stream.write(kTooLong));
    }
    return answered;
  }

  const std::size_t request_bytes_max_;
  const std::int64_t timeout_ms_;
};

void answer_ready(const std::vector<ReadyCheck>& checks,
                  const httplib::Request& request,
                  httplib::Response& response) {
  const bool verbose = request.has_param("verbose");
  bool ready = true;
  std::string body;
  for (const ReadyCheck& check : checks) {
    const bool passes = check.reason.empty();
    ready = ready && passes;
    if (passes && verbose) body += "[+] " + check.name + " ok\n";
    if (!passes) body += "[-] " + check.name + ": " + check.reason + '\n';
  }
  body += ready ? "ok\n" : "not ready\n";
  response.status = ready ? 200 : 503;
  response.set_content(body, kPlain);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpOptions& options, HttpRoutes routes)
      : routes_(std::move(routes)), server_(options) {
    server_.new_task_queue = [threads = options.threads_max, waiting = options.waiting_max] {
      return new BoundedThreads(threads, waiting);  // the server deletes it
    };
    add_routes();
  }

  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status listen(const HttpOptions& options) {
    int port = options.port;
    if (port == 0) {
      port = server_.bind_to_any_port(options.host.c_str());
    } else if (!server_.bind_to_port(options.host.c_str(), port)) {
      port = -1;
    }
    if (port <= 0) {
      return {Code::kIoError,
              "cannot listen on http://" + options.host + ':' + std::to_string(options.port) +
                  ": address in use or not ours"};
    }
    port_ = static_cast<std::uint16_t>(port);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    // stop() does nothing to a server that has not begun to listen.
    while (!server_.is_running())
      std::this_thread::yield();
    return Status::ok();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  void stop() {
    if (!thread_.joinable()) return;
    server_.stop();
    thread_.join();
  }

 private:
  void add_routes() {
    // Before a body is read, and perhaps inflated.
    server_.set_pre_routing_handler(
        [](const httplib::Request& request, httplib::Response& response) {
          if (request.method == "GET" || request.method == "HEAD") {
            return httplib::Server::HandlerResponse::Unhandled;
          }
          response.status = 405;
          response.set_header("Allow", "GET, HEAD");
          return httplib::Server::HandlerResponse::Handled;
        });
    server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(routes_.metrics(), kPrometheus);
    });
    server_.Get("/livez", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("ok\n", kPlain);
    });
    server_.Get("/readyz", [this](const httplib::Request& request, httplib::Response& response) {
      answer_ready(routes_.ready(), request, response);
    });
    server_.set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, std::exception_ptr /*error*/) {
          response.status = 500;
          response.set_content("internal error\n", kPlain);
        });
  }

  const HttpRoutes routes_;
  BoundedServer server_;
  std::thread thread_;
  std::uint16_t port_ = 0;
};

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpOptions options, HttpRoutes routes) {
  auto impl = std::make_unique<Impl>(options, std::move(routes));
  QUORATE_TRY(impl->listen(options));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const {
  return impl_->port();
}
void HttpServer::stop() {
  impl_->stop();
}

}  // namespace quorate
