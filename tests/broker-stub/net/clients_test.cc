// Unmodified clients against the listener, with a broker in memory behind it.
#include <array>
#include <cstdio>
#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/broker-stub/net/live_listener.h"
#include "tests/broker-stub/net/memory_broker.h"

namespace quorate::broker {

namespace {

struct Output {
  std::string text;
  int status = -1;
};

// Runs `command` in a shell for at most 60 seconds.
Output run(const std::string& command) {
  Output output;
  FILE* pipe = ::popen(("timeout 60 sh -c '" + command + "' 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> chunk{};
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    output.text.append(chunk.data(), got);
  }
  output.status = ::pclose(pipe);
  return output;
}

// A memory broker behind a listener.
struct Cluster {
  Cluster() { broker.advertise(live.port()); }

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(live.port()); }

  static std::string capture_folder() {
    const char* folder = std::getenv("QUORATE_CAPTURE_DIR");
    return folder == nullptr ? "" : folder;
  }

  MemoryBroker broker{capture_folder()};
  LiveListener live{broker};
};

std::string script(std::string_view name) {
  return "/usr/bin/python3 -B " QUORATE_SOURCE_DIR "/tests/broker-stub/net/clients/" +
         std::string(name);
}

}  // namespace

TEST_CASE("kcat lists the cluster", "[broker][clients]") {
  Cluster cluster;
  const Output listed = run("kcat -L -t lines -b " + cluster.address());
  INFO(listed.text);
  REQUIRE(listed.status == 0);
  CHECK_THAT(listed.text, Catch::Contains("broker 1 at " + cluster.address() + " (controller)"));
  CHECK_THAT(listed.text, Catch::Contains("topic \"lines\" with 1 partitions"));
  CHECK(cluster.live.listener().counters().requests_unsupported == 0);
}

TEST_CASE("kcat reads back what it wrote in each codec", "[broker][clients]") {
  Cluster cluster;
  const std::string at = " -b " + cluster.address() + " -t ";
  constexpr std::string_view kCodecs[] = {"none", "gzip", "snappy", "lz4", "zstd"};
  for (std::size_t i = 0; i < std::size(kCodecs); ++i) {
    const std::string topic = "lines-" + std::string(kCodecs[i]);
    INFO(topic);
    const Output wrote = run("seq 100000 101000 | kcat -P -X enable.idempotence=true -z " +
                             std::string(kCodecs[i]) + at + topic);
    INFO(wrote.text);
    REQUIRE(wrote.status == 0);
    const Output read = run("kcat -C -q -e -o beginning -p 0" + at + topic);
    CHECK(read.text == run("seq 100000 101000").text);
    // Compression arrives as sent: librdkafka gives it up in silence when it dislikes our ranges.
    const auto codecs = cluster.broker.codecs_of(topic);
    REQUIRE_FALSE(codecs.empty());
    for (const kafka::Codec codec : codecs)
      CHECK(codec == static_cast<kafka::Codec>(i));
  }
}

TEST_CASE("kcat starts from an offset and from a timestamp and without acks", "[broker][clients]") {
  Cluster cluster;
  const std::string at = " -b " + cluster.address() + " -t lines";
  REQUIRE(run("seq 1 9 | kcat -P -X acks=0" + at).status == 0);
  REQUIRE(eventually([&] { return !cluster.broker.codecs_of("lines").empty(); }));
  CHECK(run("kcat -C -q -e -o 7 -p 0" + at).text == "8\n9\n");
  CHECK(run("kcat -C -q -e -o -2 -p 0" + at).text == "8\n9\n");
  CHECK(run("kcat -C -q -e -o s@1000 -p 0" + at).text == run("seq 1 9").text);
  const Output queried = run("kcat -Q -t lines:0:-1 -b " + cluster.address());
  CHECK_THAT(queried.text, Catch::Contains("offset 9"));
}

TEST_CASE("kafka-python administers and produces and consumes", "[broker][clients]") {
  Cluster cluster;
  const Output output = run(script("with_kafka_python.py ") + cluster.address());
  INFO(output.text);
  CHECK(output.status == 0);
  CHECK(cluster.live.events().empty());
}

TEST_CASE("confluent-kafka administers and produces and consumes", "[broker][clients]") {
  Cluster cluster;
  const Output output = run(script("with_confluent.py ") + cluster.address());
  INFO(output.text);
  CHECK(output.status == 0);
  CHECK(cluster.live.events().empty());
}

}  // namespace quorate::broker
