// Something of every component: a group of one on RocksDB and gRPC, a message as bytes, and a seed
// of the simulator.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <thread>

#include "raft/server/server.h"
#include "raft/storage/identity.h"
#include "raft/storage/memory_log_store.h"
#include "raft/storage/rocksdb_log_store.h"
#include "raft/testing/simulation.h"
#include "raft/transport/dev_certificates.h"
#include "raft/transport/grpc_transport.h"
#include "raft/transport/message_codec.h"

using namespace quorate;
using namespace quorate::raft;

namespace {

struct Nothing : StateMachine {
  void apply(std::span<const Entry>, ApplyResults&) override {}
};

Result<GrpcTransportOptions> on_loopback(const Identity& self) {
  const auto ca = make_ca("consumer");
  QUORATE_TRY(ca.status());
  const std::string name = peer_dns_name(self.node);
  const auto pair = issue_certificate(*ca, {.common_name = name, .dns_names = {name}});
  QUORATE_TRY(pair.status());
  GrpcTransportOptions options{.cluster = self.cluster, .self = self.replica()};
  options.tls = {ca->certificate_pem, pair->certificate_pem, pair->key_pem};
  return options;
}

Status commit_one(const std::string& dir) {
  const Identity self{{1, 2}, NodeId{1}, draw_uuid()};
  QUORATE_TRY(format_data_dir(dir, self, {GroupId{1}, {.voters = {self.replica()}}}));
  auto store = RocksDbLogStore::open({.dir = dir, .expected = {}});
  QUORATE_TRY(store.status());
  const auto options = on_loopback(self);
  QUORATE_TRY(options.status());
  auto transport = GrpcTransport::create(*options);
  QUORATE_TRY(transport.status());
  Nothing machine;
  const auto server = Server::start({.core = {.cluster = self.cluster, .self = self.replica()}},
                                    {.log_store = *std::move(store),
                                     .transport = *std::move(transport),
                                     .state_machine = &machine});
  QUORATE_TRY(server.status());
  for (;;) {
    std::promise<Status> end;
    QUORATE_TRY((*server)->propose(
        SharedBytes("x"), {}, [&](Proposed outcome) { end.set_value(outcome.status); }));
    const Status status = end.get_future().get();
    if (status.code() != Code::kNotLeader) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // until it has elected itself
  }
}

}  // namespace

int main() {
  const auto dir = std::filesystem::temp_directory_path() / ("consumer-" + to_string(draw_uuid()));
  const Status committed = commit_one(dir.string());
  std::filesystem::remove_all(dir);
  std::printf("commit: %s\n", to_string(committed).c_str());

  const Message message{
      {1, 2}, GroupId{1}, {NodeId{1}, {}}, {NodeId{2}, {}}, Term{3}, TimeoutNow{}};
  const auto decoded = decode_message(encode_message(message));
  const bool survives = decoded.is_ok() && *decoded == message;
  std::printf("codec: %s\n", survives ? "ok" : "differs");

  const auto verdict = testing::simulate(1);
  std::printf("simulator: %s\n",
              verdict.is_clean() ? "clean" : verdict.violation->evidence.c_str());
  return committed.is_ok() && survives && verdict.is_clean() ? 0 : 1;
}
