#include "daemon/http_server.h"

#include <string>

#include <catch2/catch.hpp>
#include <httplib.h>

namespace quorate {
namespace {

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
  auto server = HttpServer::start(
      {.io_timeout_ms = 300},
      {.metrics = [] { return std::string(); }, .ready = [] { return std::vector<ReadyCheck>{}; }});
  REQUIRE(server.is_ok());
  httplib::Client client("127.0.0.1", (*server)->port());
  CHECK(client.Get("/nothing-here")->status == 404);
  CHECK(client.Post("/metrics", "x", "text/plain")->status == 404);
  const auto long_path = client.Get("/" + std::string(10'000, 'a'));
  CHECK((!long_path || long_path->status == 414));
  const auto long_body = client.Post("/metrics", std::string(200'000, 'x'), "text/plain");
  CHECK((!long_body || long_body->status >= 400));
  CHECK(client.Get("/livez")->status == 200);
}

TEST_CASE("a port that is taken is refused by name", "[daemon][http_server]") {
  const HttpRoutes routes{.metrics = [] { return std::string(); },
                          .ready = [] { return std::vector<ReadyCheck>{}; }};
  auto first = HttpServer::start({.host = "127.0.0.1"}, routes);
  REQUIRE(first.is_ok());
  const auto second = HttpServer::start({.host = "no.such.host.invalid", .port = 1}, routes);
  REQUIRE_FALSE(second.is_ok());
  CHECK(second.status().code() == Code::kIoError);
}

}  // namespace
}  // namespace quorate
