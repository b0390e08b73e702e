// What the listener does with clients that break the rules, on a live port.
#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/api_versions.h"
#include "broker-stub/kafka/messages/describe_cluster.h"
#include "raft/base/random.h"
#include "tests/broker-stub/net/live_listener.h"
#include "tests/broker-stub/net/raw_client.h"

namespace quorate::broker {

namespace {

using kafka::ApiVersionsRequest;
using kafka::ApiVersionsResponse;
using kafka::ErrorCode;
using std::string_literals::operator""s;

asio::awaitable<Response> pong(Request request) {
  const auto decoded = request.decode<kafka::DescribeClusterRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  co_return Response::reply(kafka::DescribeClusterResponse{}, request.version);
}

std::string describe_cluster(std::int32_t correlation_id) {
  return request_of(kafka::DescribeClusterRequest{}, 0, correlation_id);
}

bool is_alive(const LiveListener& live) {
  const RawClient client(live.port());
  client.send(describe_cluster(1));
  return client.receive().has_value();
}

}  // namespace

TEST_CASE("a frame length outside the limits closes the connection", "[broker][bad_input][X08]") {
  ScriptedService service(pong);
  LiveListener live(service, {.request_bytes_max = 1024, .buffered_bytes_max = 4096});
  for (const std::string& length : {"\xff\xff\xff\xff"s,
                                    "\x80\x00\x00\x00"s,
                                    "\0\0\0\0"s,
                                    "\0\0\0\x07"s,
                                    "\0\0\x04\x01"s,
                                    "\x7f\xff\xff\xff"s,
                                    "GET / HTTP/1.1\r\n\r\n"s}) {
    const RawClient client(live.port());
    client.send(length);
    CHECK(client.is_closed_by_peer());
  }
  CHECK(live.listener().counters().frames_refused == 7);
  CHECK(live.listener().buffered_bytes() == 0);
  // Reported once per client address, counted always.
  const auto events = live.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == NetEvent::Kind::kFrameRefused);
  CHECK(is_alive(live));
}

TEST_CASE("a frame of exactly the limit is served", "[broker][bad_input]") {
  ScriptedService service(pong);
  const std::string request = describe_cluster(1);
  LiveListener live(service, {.request_bytes_max = request.size() - 4});
  CHECK(is_alive(live));
}

TEST_CASE("unknown APIs and versions close the connection", "[broker][bad_input]") {
  ScriptedService service(pong);
  LiveListener live(service);
  struct Unknown {
    std::int16_t key;
    std::int16_t version;
  };
  const Unknown unknowns[] = {{71, 0}, {-1, 0}, {32767, 0}, {0, 2}, {0, 12}, {3, -1}, {60, 99}};
  for (const auto& [key, version] : unknowns) {
    INFO("key " << key << " version " << version);
    const RawClient client(live.port());
    client.send(request_bytes(key, version, 1, "body"));
    CHECK_FALSE(client.receive().has_value());
  }
  CHECK(live.listener().counters().requests_unsupported == std::size(unknowns));
  CHECK(live.events().size() == 1);
}

TEST_CASE("an unknown version of ApiVersions is answered with version 0 and error 35",
          "[broker][bad_input]") {
  ScriptedService service(pong);
  LiveListener live(service);
  const RawClient client(live.port());
  client.send(request_bytes(18, 99, 5, "whatever that version may hold"));
  const auto refused = client.receive();
  REQUIRE(refused.has_value());
  CHECK(correlation_id_of(*refused) == 5);
  const auto body = response_body<ApiVersionsResponse>(*refused, 0);
  CHECK(body.error_code == ErrorCode::kUnsupportedVersion);
  REQUIRE(body.api_keys.size() == 1);
  CHECK(body.api_keys[0].api_key == 18);
  CHECK(body.api_keys[0].max_version == 4);
  // The client tries again on the same connection.
  client.send(request_of(
      ApiVersionsRequest{.client_software_name = "raw", .client_software_version = "1"}, 4, 6));
  const auto served = client.receive();
  REQUIRE(served.has_value());
  CHECK(response_body<ApiVersionsResponse>(*served, 4).error_code == ErrorCode::kNone);
}

TEST_CASE("ApiVersions tells ranges and features and remembers the software",
          "[broker][api_versions]") {
  ScriptedService service(pong);
  LiveListener live(service);
  const RawClient client(live.port());
  client.send(request_of(
      ApiVersionsRequest{.client_software_name = "kcat", .client_software_version = "1.7.1"},
      3,
      1));
  const auto body = response_body<ApiVersionsResponse>(client.receive().value(), 3);
  CHECK(body.api_keys.size() == kafka::all_apis().size());
  CHECK(body.api_keys[0].api_key == 0);
  CHECK(body.api_keys[0].min_version == 0);
  CHECK(body.api_keys[0].max_version == 11);
  REQUIRE(body.supported_features.size() == 1);
  CHECK(body.supported_features[0].name == "metadata.version");
  CHECK(body.finalized_features_epoch == 3);
  const auto clients = live.listener().clients();
  REQUIRE(clients.size() == 1);
  CHECK(clients[0].software_name == "kcat");
  CHECK(clients[0].software_version == "1.7.1");

  client.send(request_of(
      ApiVersionsRequest{.client_software_name = "kcat", .client_software_version = "1.7.1"},
      4,
      2));
  CHECK(response_body<ApiVersionsResponse>(client.receive().value(), 4).supported_features.size() ==
        2);
}

TEST_CASE("a software name with strange characters is an invalid request",
          "[broker][api_versions][X12]") {
  ScriptedService service(pong);
  LiveListener live(service);
  const std::string long_name(129, 'x');
  for (const std::string_view name : {std::string_view(""),
                                      std::string_view("-kcat"),
                                      std::string_view("kcat."),
                                      std::string_view("a b"),
                                      std::string_view("../etc"),
                                      std::string_view("%s"),
                                      std::string_view("a\0b", 3),
                                      std::string_view(long_name)}) {
    const RawClient client(live.port());
    client.send(request_of(
        ApiVersionsRequest{.client_software_name = name, .client_software_version = "1"}, 3, 1));
    const auto response = client.receive();
    REQUIRE(response.has_value());
    const auto body = response_body<ApiVersionsResponse>(*response, 3);
    CHECK(body.error_code == ErrorCode::kInvalidRequest);
    CHECK(body.api_keys.empty());
    CHECK(live.listener().clients().back().software_name.empty());
  }
}

TEST_CASE("connections beyond the limit are closed at once", "[broker][bad_input][X09]") {
  ScriptedService service(pong);
  LiveListener live(service, {.connections_max = 2});
  const RawClient first(live.port());
  first.send(describe_cluster(1));
  REQUIRE(first.receive().has_value());
  const RawClient second(live.port());
  second.send(describe_cluster(1));
  REQUIRE(second.receive().has_value());
  for (int i = 0; i < 5; ++i)
    CHECK(RawClient(live.port()).is_closed_by_peer());
  CHECK(live.listener().counters().connections_over_limit == 5);
  first.send(describe_cluster(2));
  CHECK(first.receive().has_value());
}

TEST_CASE("idle connections and unfinished frames are closed in time", "[broker][bad_input]") {
  ScriptedService service(pong);
  LiveListener live(service, {.idle_timeout_ms = 50, .frame_timeout_ms = 50});
  const RawClient idle(live.port());
  const RawClient unfinished(live.port());
  unfinished.send("\0\0\x10\0half"s);
  CHECK(idle.is_closed_by_peer());
  CHECK(unfinished.is_closed_by_peer());
  CHECK(live.listener().counters().connections_timed_out == 2);
  CHECK(eventually([&] { return live.listener().buffered_bytes() == 0; }));
}

TEST_CASE("a frame waits for the memory that another one holds", "[broker][bad_input][X08]") {
  ScriptedService service(pong);
  const std::string request = describe_cluster(1);
  const std::size_t size = request.size() - 4;
  LiveListener live(service, {.request_bytes_max = size, .buffered_bytes_max = size});
  auto holding = std::make_unique<RawClient>(live.port());
  holding->send(std::string_view(request).substr(0, 6));
  while (live.listener().buffered_bytes() == 0)
    std::this_thread::yield();
  const RawClient waiting(live.port());
  waiting.send(request);
  CHECK(live.listener().buffered_bytes() == size);
  holding.reset();
  CHECK(waiting.receive().has_value());
}

TEST_CASE("random bytes on the port harm nobody", "[broker][bad_input][X01]") {
  constexpr std::uint64_t kSeed = 21;
  INFO("seed " << kSeed);
  Random random(kSeed);
  ScriptedService service(pong);
  LiveListener live(service, {.request_bytes_max = 4096, .frame_timeout_ms = 50});
  for (int i = 0; i < 300; ++i) {
    std::string bytes(random.below(200), '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random.next());
    // Half of them as the payload of a proper frame with a known key.
    const RawClient client(live.port());
    if (random.chance(1, 2)) {
      const auto apis = kafka::all_apis();
      const kafka::Api& api = apis[random.below(apis.size())];
      client.send(request_bytes(static_cast<std::int16_t>(api.key), api.version_max, 1, bytes));
    } else {
      client.send(bytes);
    }
  }
  CHECK(is_alive(live));
  CHECK(live.events().size() < 10);
}

}  // namespace quorate::broker
