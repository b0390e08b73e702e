// Three controllers and three brokers as real processes, judged by unmodified Kafka clients.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/wait.h>

namespace quorate::broker {
namespace {

struct Ran {
  int status = -1;
  std::string output;  // standard output and standard error
};

// Runs `command` in a shell; it is killed after `seconds_max`.
Ran run(const std::string& command, int seconds_max = 60) {
  const std::string whole =
      "timeout " + std::to_string(seconds_max) + " bash -o pipefail -c '" + command + "' 2>&1";
  Ran ran;
  FILE* pipe = ::popen(whole.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> chunk{};
  for (std::size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    ran.output.append(chunk.data(), got);
  }
  const int ended = ::pclose(pipe);
  ran.status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
  return ran;
}

std::string run_well(const std::string& command, int seconds_max = 60) {
  const Ran ran = run(command, seconds_max);
  INFO(command << "\n" << ran.output);
  REQUIRE(ran.status == 0);
  return ran.output;
}

// A development cluster below the system's temporary directory; gone with the object.
class Cluster {
 public:
  Cluster() {
    std::string name = (std::filesystem::temp_directory_path() / "quorate-process-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    dir_ = name + "/cluster";
    root_ = name;
    run_well(cli("dev start --base-port 0 --wait 60"), 120);
    std::istringstream status(run_well(cli("dev status")));
    for (std::string line; std::getline(status, line);) {
      std::istringstream words(line);
      std::string process, state, pid, address;
      words >> process >> state >> pid >> address;
      if (!process.starts_with("broker-")) continue;
      servers_ += (servers_.empty() ? "" : ",") + address;
      first_ = first_.empty() ? address : first_;
    }
  }
  ~Cluster() {
    const Ran ended = run(cli("dev destroy"), 60);
    if (ended.status != 0) std::fprintf(stderr, "dev destroy: %s\n", ended.output.c_str());
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  [[nodiscard]] std::string cli(const std::string& command) const {
    return std::string(QUORATE_BIN_DIR) + "/quorate --dir " + dir_ + " " + command;
  }
  [[nodiscard]] std::string kcat(const std::string& arguments) const {
    return "kcat -q -b " + servers_ + " " + arguments;
  }
  void create(const std::string& topic) const {
    run_well(cli("topic create " + topic + " --partitions 1 --replication-factor 3"));
  }
  // The broker that leads partition 0.
  [[nodiscard]] std::string leader(const std::string& topic) const {
    std::istringstream table(run_well(cli("topic describe " + topic)));
    std::string header, word, partition, leader;
    std::getline(table, header);
    table >> word >> partition >> leader;
    return leader;
  }
  [[nodiscard]] const std::string& dir() const { return dir_; }
  [[nodiscard]] const std::string& first_server() const { return first_; }

 private:
  std::string root_;
  std::string dir_;
  std::string servers_;
  std::string first_;
};

TEST_CASE("unmodified clients list produce consume and seek on three brokers",
          "[process][broker][B24]") {
  const Cluster cluster;
  cluster.create("lines");
  CHECK_THAT(run_well("kcat -L -b " + cluster.first_server()),
             Catch::Contains("3 brokers") && Catch::Contains("topic \"lines\" with 1 partitions"));

  run_well("seq 1 500 | " + cluster.kcat("-P -t lines -X acks=all -X enable.idempotence=true"));
  const std::string before_pause = run_well("date +%s%3N");
  run_well("sleep 0.05; seq 501 600 | " + cluster.kcat("-P -t lines -X acks=all"));
  const std::string all = run_well(cluster.kcat("-C -t lines -o beginning -e"));
  CHECK(all == run_well("seq 1 600"));
  CHECK(run_well(cluster.kcat("-C -t lines -o 590 -e")) == run_well("seq 591 600"));
  const std::string since = before_pause.substr(0, before_pause.find('\n'));
  CHECK(run_well(cluster.kcat("-C -t lines -o s@" + since + " -e")) == run_well("seq 501 600"));

  for (const char* script : {"with_kafka_python.py", "with_confluent.py"}) {
    run_well("/usr/bin/python3 " QUORATE_SOURCE_DIR "/tests/broker-stub/net/clients/" +
             std::string(script) + " " + cluster.first_server());
  }
}

TEST_CASE("unmodified clients change configuration and find it where it comes from",
          "[process][broker][CFG-2][CFG-4][CFG-6]") {
  const Cluster cluster;
  run_well("/usr/bin/python3 " QUORATE_SOURCE_DIR
           "/tests/broker-stub/net/clients/with_configs.py " +
           cluster.first_server());
}

TEST_CASE("every compression codec is stored as it was sent", "[process][broker]") {
  const Cluster cluster;
  const std::vector<std::string> codecs{"none", "gzip", "snappy", "lz4", "zstd"};
  for (std::size_t i = 0; i < codecs.size(); ++i) {
    const std::string topic = "codec-" + codecs[i];
    cluster.create(topic);
    // In one batch: the client sends one that is too small to get smaller as it is.
    run_well("seq 1 200 | " +
             cluster.kcat("-P -t " + topic + " -X linger.ms=5000 -X batch.num.messages=200 -z " +
                          codecs[i]));
    CHECK(run_well(cluster.kcat("-C -t " + topic + " -o beginning -e")) == run_well("seq 1 200"));
    // The low byte of the attributes of the first batch in the leader's log.
    const std::string file = cluster.dir() + "/broker-" + cluster.leader(topic) + "/data/" + topic +
                             "-0/00000000000000000000.log";
    CHECK(std::stoi(run_well("od -An -tu1 -j22 -N1 " + file)) == static_cast<int>(i));
  }
}

TEST_CASE("an idempotent producer loses and repeats nothing through the death of the leader",
          "[process][broker][B1][B12][B24]") {
  const Cluster cluster;
  cluster.create("kept");
  const std::string leader = cluster.leader("kept");
  const std::string pid_file = cluster.dir() + "/broker-" + leader + "/pid";
  // Lines trickle while the leader dies and comes back.
  run_well("( for i in $(seq 1 3000); do echo $i; [ $((i % 20)) = 0 ] && sleep 0.02; done ) | " +
               cluster.kcat("-P -t kept -X acks=all -X enable.idempotence=true -X linger.ms=2") +
               " & producer=$!; sleep 1; kill -9 $(cut -d\" \" -f1 " + pid_file + " | head -1); " +
               "wait $producer",
           90);
  CHECK(cluster.leader("kept") != leader);
  run_well(cluster.cli("dev start --wait 60"), 120);
  CHECK(run_well(cluster.kcat("-C -t kept -o beginning -e")) == run_well("seq 1 3000"));
}

TEST_CASE("a broker that is told to stop hands its leaderships over first",
          "[process][broker][BRK-10][BRK-11][BRK-12]") {
  const Cluster cluster;
  cluster.create("moved");
  const std::string leader = cluster.leader("moved");
  const std::string home = cluster.dir() + "/broker-" + leader;
  const std::string said = cluster.dir() + "/producer.log";
  run_well("( for i in $(seq 1 3000); do echo $i; [ $((i % 20)) = 0 ] && sleep 0.02; done ) | " +
               cluster.kcat("-P -t moved -X acks=all -X enable.idempotence=true -X linger.ms=2 "
                            "-X debug=msg 2> " +
                            said) +
               " & producer=$!; sleep 1; broker=$(cut -d\" \" -f1 " + home + "/pid | head -1); " +
               "kill -TERM $broker; while kill -0 $broker 2>/dev/null; do sleep 0.02; done; " +
               "wait $producer",
           90);
  CHECK(cluster.leader("moved") != leader);
  // Whatever request failed met a broker that does not lead any more: it was there to say so.
  const std::string failed = run("grep \"encountered error\" " + said).output;
  std::istringstream lines(failed);
  for (std::string line; std::getline(lines, line);)
    CHECK_THAT(line, Catch::Contains("Not leader for partition"));
  // The controllers saw it go in order, and it said that it had left before it stopped.
  const std::string events = run_well("grep -h \"\\\"broker\\\":" + leader + ",\" " +
                                      cluster.dir() + "/controller-1/events.jsonl");
  const std::size_t leaving = events.find("broker_shutting_down");
  REQUIRE(leaving != events.npos);
  CHECK(events.find("broker_fenced", leaving) != events.npos);
  CHECK(run_well("cat " + home + "/log").find("was not granted") == std::string::npos);
  run_well(cluster.cli("dev start --wait 60"), 120);
  CHECK(run_well(cluster.kcat("-C -t moved -o beginning -e")) == run_well("seq 1 3000"));
}

}  // namespace
}  // namespace quorate::broker
