// Bad input on every port of a running cluster: RAFT, CONTROLLER, HTTP and Kafka.
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <nlohmann/json.hpp>

#include "quorate/controller/v1/admin.grpc.pb.h"
#include "quorate/raft/v1/peer_transport.grpc.pb.h"

#include "broker-stub/kafka/messages/metadata.h"
#include "broker-stub/kafka/messages/produce.h"
#include "broker-stub/kafka/record_batch_builder.h"
#include "raft/base/random.h"
#include "tests/broker-stub/net/raw_client.h"
#include "tests/process/bad_http.h"
#include "tests/process/hostile_bytes.h"
#include "tests/process/live_cluster.h"

namespace quorate::testing {
namespace {

using broker::RawClient;
using kafka::ErrorCode;
using std::string_literals::operator""s;
namespace v1 = controller::v1;

// What the metadata is on every controller; the same text means that nothing has changed.
std::string metadata_of(const LiveCluster& cluster) {
  const Ran status = cluster.cli("quorum status -o json");
  INFO(status.errors);
  REQUIRE(status.status == 0);
  const auto quorum = nlohmann::json::parse(status.output);
  std::string text = "term " + quorum["term"].dump();
  for (const auto& each : quorum["items"]) {
    text += " | " + each["node"].dump() + ' ' + each["role"].dump() + ' ' +
            each["metadataOffset"].dump() + ' ' + each["stateHash"].dump();
  }
  return text;
}

enum class Certificate : std::uint8_t { kOwn, kNone };

std::shared_ptr<grpc::Channel> dial(const LiveCluster& cluster,
                                    std::uint16_t port,
                                    const std::string& server_name,
                                    const std::string& name,
                                    Certificate certificate) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = cluster.pem("ca.pem");
  if (certificate == Certificate::kOwn) {
    tls.pem_cert_chain = cluster.pem(name + ".pem");
    tls.pem_private_key = cluster.pem(name + ".key");
  }
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride(server_name);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(
      "127.0.0.1:" + std::to_string(port), grpc::SslCredentials(tls), arguments);
}

void limit(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
}

grpc::Status create_topic(const std::shared_ptr<grpc::Channel>& channel, const std::string& name) {
  v1::Admin::Stub stub(channel);
  grpc::ClientContext context;
  limit(context);
  v1::CreateTopicsRequest request;
  request.add_topics()->set_name(name);
  v1::CreateTopicsResponse response;
  return stub.CreateTopics(&context, request, &response);
}

// The end of a Deliver call whose first frame holds `bytes` bytes.
grpc::Status deliver(const std::shared_ptr<grpc::Channel>& channel, std::size_t bytes) {
  namespace rpc = raft::v1;
  rpc::PeerTransport::Stub stub(channel);
  grpc::ClientContext context;
  limit(context);
  const auto stream = stub.Deliver(&context);
  rpc::Frame frame;
  frame.mutable_hello();
  auto* entries = frame.add_messages()->mutable_append_entries();
  entries->add_entries()->set_data(std::string(bytes, 'x'));
  stream->Write(frame);
  rpc::Welcome welcome;
  while (stream->Read(&welcome)) {
  }
  return stream->Finish();
}

void refuse_large_messages(const LiveCluster& cluster, const LiveProcess& controller) {
  const auto admin =
      dial(cluster, controller.service_port, "controller.quorate", "admin", Certificate::kOwn);
  const auto refused = create_topic(admin, std::string(5 * kMiB, 'x'));
  INFO(refused.error_message());
  CHECK(refused.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto peer = dial(cluster,
                         controller.raft_port,
                         controller.name + ".quorate",
                         "controller-2",
                         Certificate::kOwn);
  const auto broken = deliver(peer, 17 * kMiB);
  INFO(broken.error_message());
  CHECK(broken.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
}

// Text that is not UTF-8 does not parse, and is no reason to write a line either.
void refuse_broken_text(const LiveCluster& cluster, const LiveProcess& controller) {
  const auto admin =
      dial(cluster, controller.service_port, "controller.quorate", "admin", Certificate::kOwn);
  CHECK_FALSE(create_topic(admin, "\xff\xfe").ok());
  CHECK(run_shell("grep -rIl libprotobuf " + cluster.dir()).output.empty());
}

void refuse_without_certificate(const LiveCluster& cluster, const LiveProcess& controller) {
  const auto admin =
      dial(cluster, controller.service_port, "controller.quorate", "admin", Certificate::kNone);
  CHECK(create_topic(admin, "stranger").error_code() == grpc::StatusCode::UNAVAILABLE);
  const auto peer = dial(cluster,
                         controller.raft_port,
                         controller.name + ".quorate",
                         "controller-2",
                         Certificate::kNone);
  CHECK(deliver(peer, 1).error_code() == grpc::StatusCode::UNAVAILABLE);
  for (const std::uint16_t port : {controller.raft_port, controller.service_port}) {
    const std::string tool = "timeout 3 openssl s_client -ign_eof -alpn h2 -CAfile " +
                             cluster.dir() +
                             "/tls/ca.pem -connect 127.0.0.1:" + std::to_string(port);
    const std::string identity =
        " -cert " + cluster.dir() + "/tls/admin.pem -key " + cluster.dir() + "/tls/admin.key";
    const Ran stranger = run_shell(tool);
    INFO(stranger.output << stranger.errors);
    CHECK(stranger.status == 1);  // cut off at once
    // The same with a certificate stays connected until time is up.
    CHECK(run_shell(tool + identity).status == 124);
  }
}

void refuse_garbage_for_tls(Random& random, const LiveProcess& controller) {
  for (const std::uint16_t port : {controller.raft_port, controller.service_port}) {
    expect_closed(port, noise(random, 100'000));
    expect_closed(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\0"s + noise(random, 4096));
    // Handshake records that are larger than any record may be, then one that is empty.
    expect_closed(port, "\x16\x03\x01\xff\xff"s + std::string(0xffff, 'x'));
    expect_closed(port, "\x16\x03\x03\x48\x01"s + noise(random, 0x4801));
    expect_closed(port, "\x16\x03\x01\0\0"s + noise(random, 100));
    expect_closed(port, "GET / HTTP/1.1\r\n\r\n");
  }
}

void refuse_bad_frames(Random& random, std::uint16_t port) {
  for (const std::string& length : {"\x06\x40\x00\x01"s,
                                    "\x7f\xff\xff\xff"s,
                                    "\xff\xff\xff\xff"s,
                                    "\x80\0\0\0"s,
                                    "\0\0\0\0"s}) {
    expect_closed(port, length + "rest");
  }
  // Arrays whose count lies, in frames of some bytes: 2^31-1 topics, then a compact count of 2^31.
  expect_closed(port, broker::request_bytes(3, 1, 1, "\x7f\xff\xff\xff"s));
  expect_closed(port, broker::request_bytes(3, 12, 1, "\xff\xff\xff\xff\x0f"s));
  expect_closed(port, broker::request_bytes(0, 3, 1, "\xff\xff\xff\xff\0\0\0\0\x7f\xff\xff\xff"s));
  expect_closed(port, broker::request_bytes(71, 0, 1, "unknown key"));
  expect_closed(port, broker::request_bytes(-1, 0, 1, "unknown key"));
  expect_closed(port, broker::request_bytes(3, 99, 1, "unknown version"));
  expect_closed(port, broker::request_bytes(0, 2, 1, "a version that is advertised only"));
  for (int i = 0; i < 50; ++i) {
    const RawClient client(port);
    client.send(broker::request_bytes(
        static_cast<std::int16_t>(random.below(70)), 1, i, noise(random, random.below(300))));
    client.send(noise(random, random.below(300)));
    client.end_sending();
    CHECK(client.is_closed_by_peer());
  }
}

struct Produced {
  ErrorCode error;
  std::int64_t base_offset;
};

Produced produce(std::uint16_t port, const std::string& topic, std::string_view batch) {
  kafka::ProduceRequest request;
  request.acks = -1;
  request.timeout_ms = 5000;
  request.topic_data.emplace_back();
  request.topic_data[0].name = topic;
  request.topic_data[0].partition_data.emplace_back();
  request.topic_data[0].partition_data[0].records = kafka::Slice{.bytes = batch};
  const RawClient client(port);
  client.send(broker::request_of(request, 9, 1));
  const auto response = client.receive();
  REQUIRE(response.has_value());
  const auto answer = broker::response_body<kafka::ProduceResponse>(*response, 9);
  REQUIRE(answer.responses.size() == 1);
  REQUIRE(answer.responses[0].partition_responses.size() == 1);
  const auto& only = answer.responses[0].partition_responses[0];
  return {only.error_code, only.base_offset};
}

void refuse_corrupt_batches(const LiveCluster& cluster, const std::string& topic) {
  const auto described =
      nlohmann::json::parse(cluster.cli("topic describe " + topic + " -o json").output);
  const std::string leader = "broker-" + described["items"][0]["leader"].dump();
  const std::uint16_t port = cluster.process(leader).service_port;
  const std::string log =
      cluster.dir() + '/' + leader + "/data/" + topic + "-0/00000000000000000000.log";
  const std::string before = run_shell("sha256sum " + log).output;
  REQUIRE(before.size() > 64);
  const std::string good =
      kafka::RecordBatchBuilder().add({.timestamp = 1, .value = "intruder"}).build();
  constexpr std::size_t kCrcAt = 17;
  for (const std::size_t at : {kCrcAt, good.size() - 1}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    const auto answer = produce(port, topic, bad);
    CHECK(answer.error == ErrorCode::kCorruptMessage);
    CHECK(answer.base_offset == -1);
  }
  CHECK(run_shell("sha256sum " + log).output == before);
}

TEST_CASE("bad input on every port of a live cluster changes nothing",
          "[process][bad_input][X01][X05][X06][X08]") {
  constexpr std::uint64_t kSeed = 2;
  INFO("seed " << kSeed);
  Random random(kSeed);
  const LiveCluster cluster;
  REQUIRE(cluster.cli("topic create kept --partitions 1 --replication-factor 3").status == 0);
  const std::string kcat = " kcat -q -b " + cluster.bootstrap() + " -t kept ";
  REQUIRE(run_shell("seq 1 100 |" + kcat + "-P -X acks=all").status == 0);
  const std::string before = metadata_of(cluster);

  for (const LiveProcess& process : cluster.processes()) {
    INFO(process.name);
    refuse_bad_http(random, process);
    refuse_endless_http(process);
    if (process.is_controller()) {
      refuse_garbage_for_tls(random, process);
      refuse_large_messages(cluster, process);
      refuse_broken_text(cluster, process);
    } else {
      refuse_bad_frames(random, process.service_port);
    }
  }
  refuse_without_certificate(cluster, cluster.process("controller-1"));
  refuse_corrupt_batches(cluster, "kept");

  CHECK(cluster.is_whole());
  CHECK(metadata_of(cluster) == before);
  REQUIRE(run_shell("seq 101 200 |" + kcat + "-P -X acks=all").status == 0);
  CHECK(run_shell(kcat + "-C -o beginning -e").output == run_shell("seq 1 200").output);
}

}  // namespace
}  // namespace quorate::testing
