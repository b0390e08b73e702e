// Requests as real clients sent them (captured/README.md): each is understood to the last byte.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "broker-stub/kafka/api.h"
#include "broker-stub/kafka/messages/api_versions.h"
#include "broker-stub/kafka/messages/fetch.h"
#include "broker-stub/kafka/messages/headers.h"
#include "broker-stub/kafka/messages/produce.h"
#include "broker-stub/kafka/record_batch_check.h"
#include "tests/broker-stub/kafka/message_cases.h"

namespace quorate::kafka {

namespace {

struct Captured {
  std::string name;  // client/Api-version
  std::string bytes;
  RequestHeader header;
  std::string_view body;
};

std::string unhex(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string bytes;
  std::string line;
  while (std::getline(file, line)) {
    REQUIRE(line.size() % 2 == 0);
    for (std::size_t i = 0; i < line.size(); i += 2) {
      bytes.push_back(static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16)));
    }
  }
  return bytes;
}

// Calls `look` with every captured request; returns how many there are.
template <typename Look>
std::size_t for_each_captured(Look&& look) {
  const std::filesystem::path root = QUORATE_SOURCE_DIR "/tests/broker-stub/kafka/captured";
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".hex") continue;
    Captured captured;
    captured.name = entry.path().lexically_relative(root).string();
    captured.bytes = unhex(entry.path());
    INFO(captured.name);
    Reader key_reader(captured.bytes);
    const Api* api = find_api(key_reader.int16());
    const std::int16_t version = key_reader.int16();
    REQUIRE(api != nullptr);
    REQUIRE(api->is_served(version));
    Reader reader(captured.bytes);
    REQUIRE(captured.header.decode(reader, api->request_header_version(version)).is_ok());
    captured.body = reader.rest();
    look(captured, *api, version);
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("every captured request is decoded and encoded to the same bytes", "[kafka][captured]") {
  const auto all = cases::all_cases();
  const std::size_t count =
      for_each_captured([&](const Captured& captured, const Api& api, std::int16_t version) {
        const std::string name = std::string(api.name) + "Request";
        const auto message = std::ranges::find(all, name, &cases::MessageCase::name);
        REQUIRE(message != all.end());
        const auto again = message->again(captured.body, version);
        INFO(to_string(again.status()));
        REQUIRE(again.is_ok());
        CHECK(*again == captured.body);
        CHECK(cases::encoded(captured.header, api.request_header_version(version)) +
                  std::string(captured.body) ==
              captured.bytes);
      });
  CHECK(count >= 40);
}

TEST_CASE("every truncation of a captured request is refused", "[kafka][captured][X02]") {
  const auto all = cases::all_cases();
  for_each_captured([&](const Captured& captured, const Api& api, std::int16_t version) {
    const auto message =
        std::ranges::find(all, std::string(api.name) + "Request", &cases::MessageCase::name);
    for (std::size_t size = 0; size < captured.body.size(); ++size) {
      REQUIRE_FALSE(message->again(captured.body.substr(0, size), version).is_ok());
    }
  });
}

TEST_CASE("batches of real clients pass the rules for produced batches", "[kafka][captured]") {
  std::size_t batches = 0;
  for_each_captured([&](const Captured& captured, const Api& api, std::int16_t version) {
    if (api.key != ApiKey::kProduce) return;
    const auto request = cases::decoded<ProduceRequest>(captured.body, version);
    REQUIRE(request.is_ok());
    for (const auto& topic : request->topic_data) {
      for (const auto& partition : topic.partition_data) {
        const auto checked = check_produced(
            partition.records, {.version = version, .batch_bytes_max = std::size_t{1} << 20U});
        INFO(captured.name << ": " << checked.message);
        CHECK(checked.error == ErrorCode::kNone);
        ++batches;
      }
    }
  });
  CHECK(batches >= 5);
}

TEST_CASE("real clients say who they are and whom they fetch as", "[kafka][captured]") {
  for_each_captured([&](const Captured& captured, const Api& api, std::int16_t version) {
    if (api.key == ApiKey::kApiVersions && version >= 3) {
      const auto request = cases::decoded<ApiVersionsRequest>(captured.body, version);
      CHECK_FALSE(request->client_software_name.empty());
    }
    if (api.key == ApiKey::kFetch) {
      const auto request = cases::decoded<FetchRequest>(captured.body, version);
      CHECK(request->replica_id == -1);
      CHECK(request->replica_state.replica_id == -1);
      CHECK(request->topics.size() == 1);
    }
  });
}

}  // namespace quorate::kafka
