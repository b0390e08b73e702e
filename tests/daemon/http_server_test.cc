#include "daemon/http_server.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <httplib.h>

#include "tests/broker-stub/net/raw_client.h"

namespace quorate {
namespace {

using broker::RawClient;

HttpRoutes silent_routes() {
  return {.metrics = [] { return std::string(); },
          .ready = [] { return std::vector<ReadyCheck>{}; }};
}

// The first line of the answer to `bytes`, after which nothing more is sent. Empty: no answer.
std::string answer_to(const HttpServer& server, std::string_view bytes) {
  const RawClient client(server.port());
  client.send(bytes);
  const std::string all = client.receive_until_closed();
  return all.substr(0, all.find('\r'));
}

TEST_CASE("readyz gives every reason and livez needs none", "[daemon][http_server]") {
  std::vector<ReadyCheck> checks = {{"knows_leader", ""}, {"applied", "12 entries behind"}};
  auto server = HttpServer::start(
      {}, {.metrics = [] { return std::string("m 1\n"); }, .ready = [&checks] { return checks; }});
  REQUIRE(server.is_ok());
  httplib::Client client("127.0.0.1", (*server)->port());

  CHECK(client.Get("/livez")->status == 200);
  CHECK(client.Get("/metrics")->body == "m 1\n");
  const auto not_ready = client.Get("/readyz");
  CHECK(not_ready->status == 503);
  CHECK(not_ready->body == "[-] applied: 12 entries behind\nnot ready\n");
  CHECK(client.Get("/readyz?verbose")->body ==
        "[+] knows_leader ok\n[-] applied: 12 entries behind\nnot ready\n");
  checks[1].reason.clear();
  CHECK(client.Get("/readyz")->status == 200);
}

TEST_CASE("bad requests cost their connection and nothing else", "[daemon][http_server][X01]") {
  auto server = HttpServer::start({.io_timeout_ms = 300}, silent_routes());
  REQUIRE(server.is_ok());
  httplib::Client client("127.0.0.1", (*server)->port());
  CHECK(client.Get("/nothing-here")->status == 404);
  CHECK(client.Post("/metrics", "x", "text/plain")->status == 405);
  CHECK(client.Head("/metrics")->status == 200);
  const auto long_path = client.Get("/" + std::string(10'000, 'a'));
  CHECK((!long_path || long_path->status == 414));
  const auto long_body = client.Post("/metrics", std::string(200'000, 'x'), "text/plain");
  CHECK((!long_body || long_body->status == 405));
  CHECK(client.Get("/livez")->status == 200);
}

TEST_CASE("a request line that does not end is cut off at the limit",
          "[daemon][http_server][X01]") {
  // So long a timeout that only the limit can end the connection.
  auto server = HttpServer::start({.io_timeout_ms = 60'000}, silent_routes());
  REQUIRE(server.is_ok());
  CHECK(answer_to(**server, "GET /" + std::string(20'000, 'a')) ==
        "HTTP/1.1 431 Request Header Fields Too Large");
  CHECK(answer_to(**server, "GET /livez HTTP/1.1\r\n\r\n") == "HTTP/1.1 200 OK");
}

TEST_CASE("headers without end are cut off at the limit", "[daemon][http_server][X01]") {
  auto server = HttpServer::start({.io_timeout_ms = 60'000}, silent_routes());
  REQUIRE(server.is_ok());
  const std::string line = "GET /livez HTTP/1.1\r\n";
  std::string headers;
  while (headers.size() < 15'000)
    headers += "a: b\r\n";
  CHECK(answer_to(**server, line + headers + "\r\n") == "HTTP/1.1 200 OK");
  CHECK(answer_to(**server, line + headers + headers) == "HTTP/1.1 400 Bad Request");
}

TEST_CASE("a range of thousands is not answered with as many copies",
          "[daemon][http_server][X01]") {
  const std::string metrics(10'000, 'm');
  auto server = HttpServer::start({},
                                  {.metrics = [&metrics] { return metrics; },
                                   .ready = [] { return std::vector<ReadyCheck>{}; }});
  REQUIRE(server.is_ok());
  std::string ranges = "0-";
  while (ranges.size() < 8000)
    ranges += ",0-";
  const RawClient client((*server)->port());
  client.send("GET /metrics HTTP/1.1\r\nRange: bytes=" + ranges + "\r\n\r\n");
  CHECK(client.receive_until_closed().size() < 2 * metrics.size());
}

TEST_CASE("connections that say nothing or too little are ended and others are served",
          "[daemon][http_server][X01]") {
  auto server = HttpServer::start({.io_timeout_ms = 50}, silent_routes());
  REQUIRE(server.is_ok());
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 60; ++i) {
    silent.push_back(std::make_unique<RawClient>((*server)->port()));
    if (i % 2 == 0) silent.back()->send("GET /livez HT");
  }
  CHECK(answer_to(**server, "GET /livez HTTP/1.1\r\n\r\n") == "HTTP/1.1 200 OK");
  for (const auto& client : silent)
    CHECK(client->is_closed_by_peer());
}

TEST_CASE("a request must be there in time however it is cut up", "[daemon][http_server][X01]") {
  auto server = HttpServer::start({.io_timeout_ms = 200}, silent_routes());
  REQUIRE(server.is_ok());
  const RawClient client((*server)->port());
  // Each byte comes well within the time that one may take; all of them do not.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  client.send("GET /");
  while (!client.is_closed_within(std::chrono::milliseconds(20)) &&
         std::chrono::steady_clock::now() < deadline) {
    client.send("a");
  }
  CHECK(std::chrono::steady_clock::now() < deadline);
}

TEST_CASE("a port that is taken is refused by name", "[daemon][http_server]") {
  auto first = HttpServer::start({.host = "127.0.0.1"}, silent_routes());
  REQUIRE(first.is_ok());
  const auto second =
      HttpServer::start({.host = "no.such.host.invalid", .port = 1}, silent_routes());
  REQUIRE_FALSE(second.is_ok());
  CHECK(second.status().code() == Code::kIoError);
}

}  // namespace
}  // namespace quorate
