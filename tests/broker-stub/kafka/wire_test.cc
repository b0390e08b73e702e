// Bytes worked out by hand from the protocol's grammar, field by field.
#include <catch2/catch.hpp>

#include "broker-stub/kafka/messages/alter_client_quotas.h"
#include "broker-stub/kafka/messages/alter_user_scram_credentials.h"
#include "broker-stub/kafka/messages/api_versions.h"
#include "broker-stub/kafka/messages/create_acls.h"
#include "broker-stub/kafka/messages/create_topics.h"
#include "broker-stub/kafka/messages/delete_topics.h"
#include "broker-stub/kafka/messages/describe_acls.h"
#include "broker-stub/kafka/messages/describe_client_quotas.h"
#include "broker-stub/kafka/messages/describe_user_scram_credentials.h"
#include "broker-stub/kafka/messages/fetch.h"
#include "broker-stub/kafka/messages/headers.h"
#include "broker-stub/kafka/messages/metadata.h"
#include "broker-stub/kafka/messages/produce.h"
#include "tests/broker-stub/kafka/message_cases.h"

namespace quorate::kafka {

namespace {

using cases::decoded;
using cases::encoded;
using std::string_literals::operator""s;

// "00 01 'abc' ff": hexadecimal bytes and quoted text.
std::string bytes_of(std::string_view notation) {
  std::string bytes;
  for (std::size_t i = 0; i < notation.size(); ++i) {
    if (notation[i] == ' ') continue;
    if (notation[i] == '\'') {
      const std::size_t end = notation.find('\'', i + 1);
      bytes.append(notation.substr(i + 1, end - i - 1));
      i = end;
    } else {
      bytes.push_back(
          static_cast<char>(std::stoi(std::string(notation.substr(i, 2)), nullptr, 16)));
      ++i;
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("a request header keeps its old client id when tags come", "[kafka][wire]") {
  RequestHeader header{
      .request_api_key = 18, .request_api_version = 3, .correlation_id = 7, .client_id = "kc"};
  CHECK(encoded(header, 1) == bytes_of("00 12 00 03 00 00 00 07 00 02 'kc'"));
  CHECK(encoded(header, 2) == bytes_of("00 12 00 03 00 00 00 07 00 02 'kc' 00"));
  header.client_id.reset();
  CHECK(encoded(header, 2) == bytes_of("00 12 00 03 00 00 00 07 ff ff 00"));
  CHECK(encoded(ResponseHeader{.correlation_id = 7}, 0) == bytes_of("00 00 00 07"));
  CHECK(encoded(ResponseHeader{.correlation_id = 7}, 1) == bytes_of("00 00 00 07 00"));
}

TEST_CASE("ApiVersions requests name the client's software from version 3 on", "[kafka][wire]") {
  const ApiVersionsRequest request{.client_software_name = "librdkafka",
                                   .client_software_version = "2.0.2"};
  CHECK(encoded(request, 2).empty());
  CHECK(encoded(request, 3) == bytes_of("0b 'librdkafka' 06 '2.0.2' 00"));
}

TEST_CASE("ApiVersions responses put features into tags", "[kafka][wire]") {
  ApiVersionsResponse response;
  response.api_keys = {{.api_key = 18, .min_version = 0, .max_version = 4}};
  CHECK(encoded(response, 0) == bytes_of("00 00  00 00 00 01  00 12 00 00 00 04"));
  CHECK(encoded(response, 1) == bytes_of("00 00  00 00 00 01  00 12 00 00 00 04  00 00 00 00"));
  CHECK(encoded(response, 3) == bytes_of("00 00  02 00 12 00 00 00 04 00  00 00 00 00  00"));
  response.finalized_features_epoch = 9;
  response.finalized_features = {
      {.name = "metadata.version", .max_version_level = 25, .min_version_level = 25}};
  CHECK(encoded(response, 3) == bytes_of("00 00  02 00 12 00 00 00 04 00  00 00 00 00"
                                         "02  01 08 00 00 00 00 00 00 00 09"
                                         "    02 17 02 11 'metadata.version' 00 19 00 19 00"));
}

TEST_CASE("null and empty topic lists of Metadata differ from version 1 on", "[kafka][wire]") {
  MetadataRequest all;
  CHECK(encoded(all, 0) == bytes_of("00 00 00 00"));
  CHECK(encoded(all, 1) == bytes_of("ff ff ff ff"));
  CHECK(encoded(all, 9) == bytes_of("00 01 00 00 00"));
  MetadataRequest none;
  none.topics.emplace();
  CHECK(encoded(none, 1) == bytes_of("00 00 00 00"));
  CHECK(encoded(none, 9) == bytes_of("01 01 00 00 00"));
  CHECK(decoded<MetadataRequest>(bytes_of("ff ff ff ff"), 0).status().code() == Code::kCorruption);
  CHECK(decoded<MetadataRequest>(bytes_of("00 00 00 00"), 0)->topics.has_value());
}

TEST_CASE("Metadata requests name topics by id from version 10 on", "[kafka][wire]") {
  MetadataRequest request;
  request.topics.emplace().push_back({.topic_id = {}, .name = "t"});
  CHECK(encoded(request, 4) == bytes_of("00 00 00 01 00 01 't' 01"));
  CHECK(encoded(request, 10) ==
        bytes_of("02 00000000000000000000000000000000 02 't' 00 01 00 00 00"));
  CHECK(encoded(request, 11) == bytes_of("02 00000000000000000000000000000000 02 't' 00 01 00 00"));
}

TEST_CASE("Metadata responses carry rack and controller and epoch in their versions",
          "[kafka][wire]") {
  MetadataResponse response;
  response.brokers = {{.node_id = 1, .host = "h", .port = 9092, .rack = std::nullopt}};
  response.cluster_id = "c";
  response.controller_id = 1;
  MetadataResponse::MetadataResponseTopic topic;
  topic.name = "t";
  topic.partitions = {{.error_code = ErrorCode::kNone,
                       .partition_index = 0,
                       .leader_id = 1,
                       .leader_epoch = 5,
                       .replica_nodes = {1},
                       .isr_nodes = {1},
                       .offline_replicas = {}}};
  response.topics = {topic};
  CHECK(encoded(response, 0) == bytes_of("00000001 00000001 0001 'h' 00002384"
                                         "00000001 0000 0001 't'"
                                         "00000001 0000 00000000 00000001"
                                         "00000001 00000001  00000001 00000001"));
  CHECK(encoded(response, 7) == bytes_of("00000000 00000001 00000001 0001 'h' 00002384 ffff"
                                         "0001 'c' 00000001"
                                         "00000001 0000 0001 't' 00"
                                         "00000001 0000 00000000 00000001 00000005"
                                         "00000001 00000001  00000001 00000001 00000000"));
}

TEST_CASE("Produce requests carry records as a borrowed slice", "[kafka][wire]") {
  const std::string old_form = bytes_of(
      "ffff ffff 00000bb8"
      "00000001 0001 't' 00000001 00000000 00000003 'abc'");
  const auto request = decoded<ProduceRequest>(old_form, 7);
  REQUIRE(request.is_ok());
  CHECK_FALSE(request->transactional_id.has_value());
  CHECK(request->acks == -1);
  CHECK(request->timeout_ms == 3000);
  const auto& partition = request->topic_data.at(0).partition_data.at(0);
  REQUIRE(partition.records.has_value());
  CHECK(partition.records->bytes == "abc");
  CHECK(partition.records->bytes.data() == old_form.data() + old_form.size() - 3);
  CHECK(encoded(*request, 7) == old_form);
  CHECK(encoded(*request, 9) ==
        bytes_of("00 ffff 00000bb8 02 02 't' 02 00000000 04 'abc' 00 00 00"));
}

TEST_CASE("Fetch requests name the replica in a tag from version 15 on", "[kafka][wire]") {
  FetchRequest request{.max_wait_ms = 500, .min_bytes = 1, .max_bytes = 1024};
  request.replica_id = 3;
  request.replica_state = {.replica_id = 3, .replica_epoch = 8};
  CHECK(encoded(request, 14) ==
        bytes_of("00000003 000001f4 00000001 00000400 00 00000000 ffffffff 01 01 01 00"));
  CHECK(encoded(request, 15) == bytes_of("000001f4 00000001 00000400 00 00000000 ffffffff 01 01 01"
                                         "01 01 0d 00000003 0000000000000008 00"));
}

TEST_CASE("a tag that is not known is skipped inside a known struct", "[kafka][wire]") {
  const auto request =
      decoded<FetchRequest>(bytes_of("000001f4 00000001 00000400 00 00000000 ffffffff 01 01 01"
                                     "02 01 12 00000003 0000000000000008 01 09 03 'new'  63 01 ff"),
                            15);
  REQUIRE(request.is_ok());
  CHECK(request->replica_state.replica_epoch == 8);
}

TEST_CASE("topics are created with their settings and deleted by name or id", "[kafka][wire]") {
  CreateTopicsRequest create;
  create.topics.push_back({.name = "t",
                           .num_partitions = 6,
                           .replication_factor = 3,
                           .assignments = {},
                           .configs = {{.name = "k", .value = std::nullopt}}});
  CHECK(encoded(create, 2) == bytes_of("00000001 0001 't' 00000006 0003 00000000"
                                       "00000001 0001 'k' ffff  0000ea60 00"));
  CHECK(encoded(create, 7) ==
        bytes_of("02 02 't' 00000006 0003 01 02 02 'k' 00 00 00 0000ea60 00 00"));

  DeleteTopicsRequest remove{
      .topics = {{.name = "t", .topic_id = {}}}, .topic_names = {"t"}, .timeout_ms = 1};
  CHECK(encoded(remove, 3) == bytes_of("00000001 0001 't' 00000001"));
  CHECK(encoded(remove, 5) == bytes_of("02 02 't' 00000001 00"));
  CHECK(encoded(remove, 6) ==
        bytes_of("02 02 't' 00000000000000000000000000000000 00 00000001 00"));
}

TEST_CASE("quotas are numbers of 8 bytes and the default entity has no name", "[kafka][wire]") {
  AlterClientQuotasRequest request;
  request.entries.push_back({{{"user", "u"}, {"client-id", std::nullopt}}, {{"k", 1024.5, true}}});
  request.validate_only = true;
  CHECK(encoded(request, 0) ==
        bytes_of("00000001 00000002 0004 'user' 0001 'u' 0009 'client-id' ffff"
                 "00000001 0001 'k' 4090020000000000 01  01"));
  CHECK(encoded(request, 1) == bytes_of("02 03 05 'user' 02 'u' 00 0a 'client-id' 00 00"
                                        "02 02 'k' 4090020000000000 01 00 00  01 00"));
  const auto back = decoded<AlterClientQuotasRequest>(encoded(request, 1), 1);
  REQUIRE(back.is_ok());
  CHECK(back->entries.at(0).ops.at(0).value == Approx(1024.5));

  DescribeClientQuotasResponse refused;
  refused.error_code = ErrorCode::kInvalidRequest;
  CHECK(encoded(refused, 0) == bytes_of("00000000 002a ffff ffffffff"));
  CHECK(encoded(refused, 1) == bytes_of("00000000 002a 00 00 00"));
}

TEST_CASE("salts and salted passwords are bytes", "[kafka][wire]") {
  AlterUserScramCredentialsRequest request;
  request.deletions.push_back({"d", 2});
  request.upsertions.push_back({"u", 1, 4096, {.bytes = "salt"}, {.bytes = "pw"}});
  CHECK(encoded(request, 0) ==
        bytes_of("02 02 'd' 02 00  02 02 'u' 01 00001000 05 'salt' 03 'pw' 00  00"));
  CHECK(encoded(DescribeUserScramCredentialsRequest{}, 0) == bytes_of("00 00"));
}

TEST_CASE("filters of access control entries leave out what they do not look at", "[kafka][wire]") {
  const DescribeAclsRequest request{2, "t", 3, std::nullopt, std::nullopt, 1, 1};
  CHECK(encoded(request, 1) == bytes_of("02 0001 't' 03 ffff ffff 01 01"));
  CHECK(encoded(request, 2) == bytes_of("02 02 't' 03 00 00 01 01 00"));
  CreateAclsRequest create;
  create.creations.push_back({2, "t", 4, "User:a", "*", 3, 3});
  CHECK(encoded(create, 1) == bytes_of("00000001 02 0001 't' 04 0006 'User:a' 0001 '*' 03 03"));
  CHECK(encoded(create, 3) == bytes_of("02 02 02 't' 04 07 'User:a' 02 '*' 03 03 00 00"));
}

}  // namespace quorate::kafka
