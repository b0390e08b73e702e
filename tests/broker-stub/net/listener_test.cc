#include "broker-stub/net/listener.h"

#include <stdexcept>

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/describe_cluster.h"
#include "broker-stub/kafka/messages/fetch.h"
#include "tests/broker-stub/net/live_listener.h"
#include "tests/broker-stub/net/raw_client.h"

namespace quorate::broker {

namespace {

using kafka::DescribeClusterRequest;
using kafka::DescribeClusterResponse;
using std::chrono::milliseconds;

// Answers every request with the correlation id as controller id.
asio::awaitable<Response> echo(Request request) {
  DescribeClusterResponse response;
  response.controller_id = request.correlation_id;
  response.cluster_id = std::string(request.client_id);
  co_return Response::reply(response, request.version);
}

std::string ping(std::int32_t correlation_id) {
  return request_of(DescribeClusterRequest{}, 0, correlation_id);
}

std::uint64_t pings_in(LiveListener& live) {
  return live.listener().counters().requests_of(kafka::ApiKey::kDescribeCluster);
}

}  // namespace

TEST_CASE("a request is answered with its correlation id", "[broker][listener]") {
  ScriptedService service(echo);
  LiveListener live(service);
  const RawClient client(live.port());
  client.send(ping(7));
  const auto response = client.receive();
  REQUIRE(response.has_value());
  CHECK(correlation_id_of(*response) == 7);
  const auto body = response_body<DescribeClusterResponse>(*response, 0);
  CHECK(body.controller_id == 7);
  CHECK(body.cluster_id == "raw");
  const NetCounters& counters = live.listener().counters();
  CHECK(counters.requests_of(kafka::ApiKey::kDescribeCluster) == 1);
  CHECK(counters.connections_accepted == 1);
  CHECK(counters.bytes_in == ping(7).size());
}

TEST_CASE("pipelined requests are answered in their order", "[broker][listener]") {
  // The first takes longest, so that any overtaking would show.
  ScriptedService service([](Request request) -> asio::awaitable<Response> {
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             milliseconds(20 - request.correlation_id));
    co_await timer.async_wait(asio::use_awaitable);
    co_return co_await echo(std::move(request));
  });
  LiveListener live(service);
  const RawClient client(live.port());
  std::string all;
  for (std::int32_t id = 0; id < 20; ++id)
    all += ping(id);
  client.send(all);
  for (std::int32_t id = 0; id < 20; ++id) {
    const auto response = client.receive();
    REQUIRE(response.has_value());
    CHECK(correlation_id_of(*response) == id);
  }
}

TEST_CASE("one waiting request does not hold up another connection", "[broker][listener]") {
  ScriptedService service([](Request request) -> asio::awaitable<Response> {
    if (request.correlation_id == 1) {
      asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
      co_await timer.async_wait(asio::use_awaitable);
    }
    co_return co_await echo(std::move(request));
  });
  LiveListener live(service, {.stop_grace_ms = 0});
  const RawClient waiting(live.port());
  waiting.send(ping(1));
  const RawClient other(live.port());
  other.send(ping(2));
  CHECK(other.receive().has_value());
}

TEST_CASE("a silent response sends nothing and the next request is answered",
          "[broker][listener]") {
  ScriptedService service([](Request request) -> asio::awaitable<Response> {
    if (request.correlation_id == 1) co_return Response::silent();
    co_return co_await echo(std::move(request));
  });
  LiveListener live(service);
  const RawClient client(live.port());
  client.send(ping(1) + ping(2));
  const auto response = client.receive();
  REQUIRE(response.has_value());
  CHECK(correlation_id_of(*response) == 2);
}

TEST_CASE("a body that does not decode closes the connection", "[broker][listener][X01]") {
  ScriptedService service([](Request request) -> asio::awaitable<Response> {
    const auto decoded = request.decode<DescribeClusterRequest>();
    if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
    co_return co_await echo(std::move(request));
  });
  LiveListener live(service);
  const RawClient client(live.port());
  client.send(request_bytes(60, 0, 1, ""));
  CHECK_FALSE(client.receive().has_value());
  CHECK(live.listener().counters().requests_malformed == 1);
}

TEST_CASE("a service that throws costs that connection only", "[broker][listener]") {
  ScriptedService service([](Request request) -> asio::awaitable<Response> {
    if (request.correlation_id == 1) throw std::runtime_error("broken service");
    co_return co_await echo(std::move(request));
  });
  LiveListener live(service);
  const RawClient unlucky(live.port());
  unlucky.send(ping(1));
  CHECK_FALSE(unlucky.receive().has_value());
  const RawClient other(live.port());
  other.send(ping(2));
  CHECK(other.receive().has_value());
  CHECK(live.listener().counters().requests_failed == 1);
  const auto events = live.events();
  REQUIRE_FALSE(events.empty());
  CHECK(events[0].detail == "DescribeCluster: broken service");
}

TEST_CASE("large record data leaves whole and uncopied", "[broker][listener]") {
  constexpr std::size_t kBytes = std::size_t{20} << 20U;
  const auto records = std::make_shared<const std::string>(kBytes, 'r');
  ScriptedService service([&](Request request) -> asio::awaitable<Response> {
    kafka::FetchResponse response;
    kafka::FetchResponse::PartitionData partition;
    partition.records = kafka::Slice{.bytes = *records, .owner = records};
    kafka::FetchResponse::FetchableTopicResponse topic;
    topic.topic = "t";
    topic.partitions.push_back(std::move(partition));
    response.responses.push_back(std::move(topic));
    Response reply = Response::reply(response, request.version);
    QUORATE_CHECK(reply.body.at(1).bytes.data() == records->data());
    co_return reply;
  });
  LiveListener live(service);
  const RawClient client(live.port());
  client.send(request_of(kafka::FetchRequest{}, 11, 5));
  const auto response = client.receive();
  REQUIRE(response.has_value());
  const auto body = response_body<kafka::FetchResponse>(*response, 11);
  const auto& got = body.responses.at(0).partitions.at(0).records;
  REQUIRE(got.has_value());
  CHECK((got->bytes == *records));
}

TEST_CASE("stopping lets a request in progress finish and closes idle connections",
          "[broker][listener]") {
  ScriptedService service([](Request request) -> asio::awaitable<Response> {
    asio::steady_timer timer(co_await asio::this_coro::executor, milliseconds(200));
    co_await timer.async_wait(asio::use_awaitable);
    co_return co_await echo(std::move(request));
  });
  LiveListener live(service, {.stop_grace_ms = 10'000});
  const RawClient idle(live.port());
  const RawClient busy(live.port());
  busy.send(ping(1));
  REQUIRE(eventually([&] { return pings_in(live) == 1; }));
  live.listener().stop();
  CHECK(busy.receive().has_value());
  CHECK(busy.is_closed_by_peer());
  CHECK(idle.is_closed_by_peer());
  CHECK(live.listener().counters().connections_open == 0);
}

TEST_CASE("stopping cancels what does not finish in time", "[broker][listener]") {
  ScriptedService service([](Request request) -> asio::awaitable<Response> {
    asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
    co_await timer.async_wait(asio::use_awaitable);
    co_return co_await echo(std::move(request));
  });
  LiveListener live(service, {.stop_grace_ms = 20});
  const RawClient client(live.port());
  client.send(ping(1));
  REQUIRE(eventually([&] { return pings_in(live) == 1; }));
  live.listener().stop();
  CHECK(client.is_closed_by_peer());
  CHECK(live.listener().counters().requests_failed == 0);
}

TEST_CASE("a port in use and an address that is none are refused", "[broker][listener]") {
  ScriptedService service(echo);
  LiveListener live(service);
  asio::io_context io;
  Listener second(io, system_clock(), service, {.port = live.port()}, {});
  const Status in_use = second.start();
  CHECK(in_use.code() == Code::kIoError);
  CHECK_THAT(in_use.message(), Catch::Contains("Address already in use"));
  Listener nowhere(io, system_clock(), service, {.address = "not an address"}, {});
  CHECK(nowhere.start().code() == Code::kInvalidArgument);
}

TEST_CASE("limits that contradict each other are refused", "[broker][listener]") {
  ScriptedService service(echo);
  asio::io_context io;
  for (const ListenerOptions& options :
       {ListenerOptions{.request_bytes_max = 100, .buffered_bytes_max = 99},
        ListenerOptions{.request_bytes_max = 0},
        ListenerOptions{.connections_max = 0},
        ListenerOptions{.idle_timeout_ms = 0},
        ListenerOptions{.stop_grace_ms = -1}}) {
    Listener listener(io, system_clock(), service, options, {});
    CHECK(listener.start().code() == Code::kInvalidArgument);
  }
}

}  // namespace quorate::broker
