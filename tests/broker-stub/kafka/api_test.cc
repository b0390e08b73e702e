#include "broker-stub/kafka/api.h"

#include <catch2/catch.hpp>

#include "broker-stub/kafka/error_code.h"

namespace quorate::kafka {

TEST_CASE("the versions that librdkafka 2.0.2 tests for are advertised", "[kafka][api]") {
  // It turns a feature on only when these very versions lie inside the advertised range.
  struct Wanted {
    ApiKey key;
    std::int16_t version;
    std::string_view feature;
  };
  const Wanted wanted[] = {
      {ApiKey::kProduce, 0, "compression with gzip and snappy and lz4"},
      {ApiKey::kProduce, 3, "message format 2"},
      {ApiKey::kProduce, 7, "zstd"},
      {ApiKey::kFetch, 4, "message format 2"},
      {ApiKey::kFetch, 10, "zstd"},
      {ApiKey::kListOffsets, 1, "look-up by timestamp"},
      {ApiKey::kInitProducerId, 0, "idempotence"},
      {ApiKey::kFindCoordinator, 0, "compression with lz4"},
      {ApiKey::kMetadata, 0, "start"},
      {ApiKey::kApiVersions, 0, "negotiation"},
  };
  for (const Wanted& want : wanted) {
    const Api& api = api_of(want.key);
    INFO(api.name << " " << want.version << " for " << want.feature);
    CHECK(api.advertised_min <= want.version);
    CHECK(api.advertised_max >= want.version);
  }
}

TEST_CASE("what is served is advertised", "[kafka][api]") {
  REQUIRE(all_apis().size() == 25);
  for (const Api& api : all_apis()) {
    INFO(api.name);
    CHECK(api.advertised_min <= api.version_min);
    CHECK(api.advertised_max >= api.version_max);
    CHECK(find_api(static_cast<std::int16_t>(api.key)) == &api);
  }
}

TEST_CASE("only Produce advertises versions that it does not serve", "[kafka][api]") {
  for (const Api& api : all_apis()) {
    INFO(api.name);
    const bool is_exact =
        api.advertised_min == api.version_min && api.advertised_max == api.version_max;
    CHECK(is_exact == (api.key != ApiKey::kProduce));
  }
  CHECK_FALSE(api_of(ApiKey::kProduce).is_served(2));
  CHECK(api_of(ApiKey::kProduce).is_served(3));
}

TEST_CASE("keys without codecs are unknown", "[kafka][api]") {
  for (const int key : {-1, 4, 71, 32767, -32768}) {
    CHECK(find_api(static_cast<std::int16_t>(key)) == nullptr);
  }
}

TEST_CASE("flexible versions have tags in their headers", "[kafka][api]") {
  const Api& fetch = api_of(ApiKey::kFetch);
  CHECK(fetch.request_header_version(11) == 1);
  CHECK(fetch.request_header_version(12) == 2);
  CHECK(fetch.response_header_version(11) == 0);
  CHECK(fetch.response_header_version(12) == 1);
}

TEST_CASE("the header of an ApiVersions response never has tags", "[kafka][api]") {
  const Api& api = api_of(ApiKey::kApiVersions);
  CHECK(api.request_header_version(3) == 2);
  CHECK(api.response_header_version(3) == 0);
  CHECK(api.response_header_version(4) == 0);
}

TEST_CASE("error codes have the protocol's names", "[kafka][error_code]") {
  CHECK(to_string(ErrorCode::kUnknownServerError) == "UNKNOWN_SERVER_ERROR");
  CHECK(to_string(ErrorCode::kNone) == "NONE");
  CHECK(to_string(static_cast<ErrorCode>(35)) == "UNSUPPORTED_VERSION");
  CHECK(to_string(static_cast<ErrorCode>(87)) == "INVALID_RECORD");
  CHECK(to_string(ErrorCode::kUnknownControllerId) == "UNKNOWN_CONTROLLER_ID");
  CHECK(to_string(static_cast<ErrorCode>(9999)) == "UNKNOWN_CODE");
  CHECK(to_string(static_cast<ErrorCode>(-2)) == "UNKNOWN_CODE");
}

TEST_CASE("clients repeat what may succeed later and nothing else", "[kafka][error_code]") {
  CHECK(is_retriable(ErrorCode::kNotLeaderOrFollower));
  CHECK(is_retriable(ErrorCode::kNotEnoughReplicas));
  CHECK(is_retriable(ErrorCode::kFencedLeaderEpoch));
  CHECK_FALSE(is_retriable(ErrorCode::kNone));
  CHECK_FALSE(is_retriable(ErrorCode::kMessageTooLarge));
  CHECK_FALSE(is_retriable(ErrorCode::kTopicAlreadyExists));
  CHECK_FALSE(is_retriable(static_cast<ErrorCode>(9999)));
}

}  // namespace quorate::kafka
