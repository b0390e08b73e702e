// quorate-kv-cli: one operation on a quorate-kv cluster.
//
//   quorate-kv-cli --config client.conf put KEY VALUE
//
// Writes are sent under a session of their own, so that one which got no answer is resolved instead
// of reported unknown. Exit status: 0 committed, 1 rejected, 2 usage, 3 unknown outcome, 4
// committed but there was no such key or the comparison did not hold.
#include <cstdlib>
#include <future>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <grpcpp/grpcpp.h>
#include <nlohmann/json.hpp>
#include <signal.h>

#include "quorate/kv/v1/kv.grpc.pb.h"

#include "examples/kv/channel.h"
#include "examples/kv/client_options.h"
#include "examples/kv/kv_caller.h"
#include "examples/kv/unary_link.h"

namespace quorate::kv {
namespace {

using Json = nlohmann::ordered_json;

enum class Exit : int { kCommitted = 0, kRejected = 1, kUsage = 2, kUnknown = 3, kNot = 4 };
enum class Format : std::uint8_t { kText, kJson };

struct CliArguments {
  ClusterOptions cluster;
  Format format = Format::kText;
  std::int64_t patience_ms = 10'000;
  std::string key;
  std::string value;
  std::optional<std::string> expected;
  bool stale = false;
  bool lease = false;
  std::uint64_t at_least = 0;
  std::uint64_t of_term = 0;
  std::uint64_t wait_ms = 1000;
  std::vector<std::string> compares;  // "key=value", or "key" for one that must not be there
  std::vector<std::string> writes;    // "key=value", or "key" for one to be deleted
  std::uint64_t node = 0;
  std::string fail_points;
};

// What a committed operation came to.
struct Shown {
  Json result;
  std::string text;
  Exit exit = Exit::kCommitted;
};

Json value_or_null(const auto& item) {
  return item.has_value() ? Json(item.value()) : Json(nullptr);
}

Shown show(const v1::Response& response) {
  switch (response.result_case()) {
    case v1::Response::kGet: {
      const bool found = response.get().has_value();
      return {{{"value", value_or_null(response.get())}},
              found ? response.get().value() : "(no such key)",
              found ? Exit::kCommitted : Exit::kNot};
    }
    case v1::Response::kDeleteKey: {
      const bool found = response.delete_key().found();
      return {{{"found", found}},
              found ? "deleted" : "(no such key)",
              found ? Exit::kCommitted : Exit::kNot};
    }
    case v1::Response::kCas: {
      const v1::CasResult& cas = response.cas();
      const Json actual = cas.has_actual() ? Json(cas.actual()) : Json(nullptr);
      return {{{"swapped", cas.swapped()}, {"actual", actual}},
              cas.swapped() ? "swapped" : "not swapped: it holds " + actual.dump(),
              cas.swapped() ? Exit::kCommitted : Exit::kNot};
    }
    case v1::Response::kTxn: {
      Json observed = Json::object();
      for (const v1::Observed& one : response.txn().observed())
        observed[one.key()] = value_or_null(one);
      const bool succeeded = response.txn().succeeded();
      return {{{"succeeded", succeeded}, {"observed", observed}},
              (succeeded ? "succeeded; held before: " : "not succeeded; holds: ") + observed.dump(),
              succeeded ? Exit::kCommitted : Exit::kNot};
    }
    case v1::Response::kPut:
    case v1::Response::kOpenSession:
    case v1::Response::kCloseSession:
    case v1::Response::RESULT_NOT_SET: break;
  }
  return {Json::object(), "ok", Exit::kCommitted};
}

int report(const CliArguments& arguments, const Ended& ended) {
  const v1::Response& response = ended.response;
  const bool committed = ended.ending == raft::Ending::kCommitted;
  const char* outcome = committed                                 ? "committed"
                        : ended.ending == raft::Ending::kRejected ? "rejected"
                                                                  : "unknown";
  const Shown shown = committed ? show(response) : Shown{};
  if (arguments.format == Format::kJson) {
    Json out = {{"outcome", outcome}, {"attempts", ended.attempts}};
    if (committed) {
      out["index"] = response.index();
      if (response.term() != 0) out["term"] = response.term();
      out["result"] = shown.result;
    } else {
      out["error"] = v1::Error_Name(response.error());
      out["message"] = response.message();
    }
    std::cout << out.dump(2) << '\n';
  } else if (committed) {
    std::cout << shown.text << '\n';
  } else {
    std::cerr << "quorate-kv-cli: " << outcome << ": " << v1::Error_Name(response.error()) << ": "
              << response.message() << '\n';
  }
  if (committed) return static_cast<int>(shown.exit);
  return static_cast<int>(ended.ending == raft::Ending::kRejected ? Exit::kRejected
                                                                  : Exit::kUnknown);
}

int fail(const Status& status) {
  std::cerr << "quorate-kv-cli: " << status << '\n';
  const bool usage = status.code() == Code::kInvalidArgument;
  return static_cast<int>(usage ? Exit::kUsage : Exit::kRejected);
}

int execute(const CliArguments& arguments, const v1::Request& request) {
  auto options = to_link_options(arguments.cluster);
  if (!options.is_ok()) return fail(options.status());
  options->connections = 1;
  const auto link = make_unary_link(*options);
  Delays delays;
  KvCaller caller(
      {.servers = options->servers, .patience = std::chrono::milliseconds(arguments.patience_ms)},
      *link,
      delays);
  const auto call = [&caller](const v1::Request& wanted) {
    std::promise<Ended> promise;
    caller.call(wanted, [&promise](Ended ended) { promise.set_value(std::move(ended)); });
    return promise.get_future().get();
  };
  const Ended ended = call(request);
  if (ended.stamp) {  // nobody will use it again; if this fails, it expires
    v1::Request close;
    close.mutable_close_session()->set_session(ended.stamp->session.value);
    static_cast<void>(call(close));
  }
  return report(arguments, ended);
}

int status(const CliArguments& arguments) {
  const auto options = to_link_options(arguments.cluster);
  if (!options.is_ok()) return fail(options.status());
  Json servers = Json::array();
  bool all = true;
  for (const std::string& address : options->servers) {
    const auto stub = v1::Kv::NewStub(make_channel(address, options->tls));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(2));
    v1::StatusResponse answer;
    const grpc::Status called = stub->Status(&context, v1::StatusRequest(), &answer);
    all = all && called.ok();
    Json one = {{"address", address}, {"reachable", called.ok()}};
    if (called.ok()) {
      one.update({{"node", answer.node()},
                  {"role", answer.role()},
                  {"term", answer.term()},
                  {"leader", answer.has_leader() ? Json(answer.leader().node()) : Json(nullptr)},
                  {"commit_index", answer.commit_index()},
                  {"applied_index", answer.applied_index()},
                  {"keys", answer.keys()},
                  {"sessions", answer.sessions()}});
    }
    servers.push_back(one);
    if (arguments.format == Format::kText) std::cout << one.dump() << '\n';
  }
  if (arguments.format == Format::kJson) std::cout << Json{{"servers", servers}}.dump(2) << '\n';
  return static_cast<int>(all ? Exit::kCommitted : Exit::kRejected);
}

// For tests.
int arm_fail_points(const CliArguments& arguments) {
  const auto options = to_link_options(arguments.cluster);
  if (!options.is_ok()) return fail(options.status());
  for (const std::string& address : options->servers) {
    const auto stub = v1::Kv::NewStub(make_channel(address, options->tls));
    const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(2);
    grpc::ClientContext asking;
    asking.set_deadline(deadline);
    v1::StatusResponse answer;
    const bool is_it =
        stub->Status(&asking, v1::StatusRequest(), &answer).ok() && answer.node() == arguments.node;
    if (!is_it) continue;
    grpc::ClientContext arming;
    arming.set_deadline(deadline);
    v1::ArmFailPointsRequest request;
    request.set_spec(arguments.fail_points);
    v1::ArmFailPointsResponse armed;
    const grpc::Status called = stub->ArmFailPoints(&arming, request, &armed);
    if (called.ok()) return static_cast<int>(Exit::kCommitted);
    return fail({Code::kInvalidArgument, called.error_message()});
  }
  return fail({Code::kUnavailable, "node " + std::to_string(arguments.node) + " does not answer"});
}

// "key=value" or "key" alone.
void split(const std::string& item, std::string& key, std::optional<std::string>& value) {
  const std::size_t at = item.find('=');
  key = item.substr(0, at);
  if (at != std::string::npos) value = item.substr(at + 1);
}

v1::Request txn_of(const CliArguments& arguments) {
  v1::Request request;
  v1::Txn& txn = *request.mutable_txn();
  for (const std::string& item : arguments.compares) {
    std::optional<std::string> value;
    v1::Compare& compare = *txn.add_compares();
    split(item, *compare.mutable_key(), value);
    if (value) compare.set_expected(*value);
  }
  for (const std::string& item : arguments.writes) {
    std::optional<std::string> value;
    v1::Write& write = *txn.add_writes();
    split(item, *write.mutable_key(), value);
    if (value) write.set_value(*value);
  }
  return request;
}

v1::Request cas_of(const CliArguments& arguments) {
  v1::Request request;
  v1::Cas& cas = *request.mutable_cas();
  cas.set_key(arguments.key);
  cas.set_value(arguments.value);
  if (arguments.expected) cas.set_expected(*arguments.expected);
  return request;
}

v1::Request get_of(const CliArguments& arguments) {
  v1::Request request;
  v1::Get& get = *request.mutable_get();
  get.set_key(arguments.key);
  if (arguments.stale) get.set_consistency(v1::STALE);
  if (arguments.lease) get.set_consistency(v1::LEASE);
  if (arguments.at_least == 0) return request;
  get.set_consistency(v1::AT_LEAST);
  get.mutable_at_least()->set_index(arguments.at_least);
  get.mutable_at_least()->set_term(arguments.of_term);
  get.set_wait_ms(arguments.wait_ms);
  return request;
}

void add_read_options(CLI::App& get, CliArguments& arguments) {
  CLI::Option* stale =
      get.add_flag("--stale", arguments.stale, "What the asked server has applied");
  CLI::Option* lease = get.add_flag(
      "--lease", arguments.lease, "Linearizable by the leader's lease while it has one");
  lease->excludes(stale);
  CLI::Option* at_least = get.add_option("--at-least",
                                         arguments.at_least,
                                         "What the asked server has applied, at least this index: "
                                         "as the JSON of a write says it")
                              ->check(CLI::PositiveNumber);
  at_least->excludes(stale)->excludes(lease);
  get.add_option("--of-term", arguments.of_term, "And the entry there is of this term")
      ->needs(at_least);
  get.add_option("--wait-ms", arguments.wait_ms, "For --at-least; then another server is asked")
      ->needs(at_least);
}

void add_commands(CLI::App& app, CliArguments& arguments, std::function<int()>& chosen) {
  const auto command = [&](const char* name, const char* what, auto make) {
    CLI::App* added = app.add_subcommand(name, what);
    added->callback([&arguments, &chosen, make] {
      chosen = [&arguments, make] { return execute(arguments, make(arguments)); };
    });
    return added;
  };
  const auto with_key = [&arguments](CLI::App* added) {
    added->add_option("key", arguments.key)->required();
    return added;
  };
  add_read_options(*with_key(command("get", "Reads a key", get_of)), arguments);
  CLI::App* put = with_key(command("put", "Writes a key", [](const CliArguments& a) {
    v1::Request request;
    request.mutable_put()->set_key(a.key);
    request.mutable_put()->set_value(a.value);
    return request;
  }));
  put->add_option("value", arguments.value)->required();
  with_key(command("delete", "Removes a key", [](const CliArguments& a) {
    v1::Request request;
    request.mutable_delete_key()->set_key(a.key);
    return request;
  }));
  CLI::App* cas = with_key(command("cas", "Writes a key if it holds what is expected", cas_of));
  cas->add_option("value", arguments.value)->required();
  cas->add_option("--expected", arguments.expected, "Left out: the key must not be there");
  CLI::App* txn = command("txn", "All writes, if every comparison holds", txn_of);
  txn->add_option("--if", arguments.compares, "key=value; key alone: it must not be there");
  txn->add_option("--write", arguments.writes, "key=value; key alone: it is deleted")->required();
  app.add_subcommand("status", "What each server says of itself")->callback([&arguments, &chosen] {
    chosen = [&arguments] { return status(arguments); };
  });
  CLI::App* arm = app.add_subcommand("arm-fail-points", "For tests: where a server shall die");
  arm->add_option("node", arguments.node)->required();
  arm->add_option("spec", arguments.fail_points, "as QUORATE_FAIL_AT; empty: nowhere")->required();
  arm->callback(
      [&arguments, &chosen] { chosen = [&arguments] { return arm_fail_points(arguments); }; });
}

int run(int argc, char** argv) {
  ::setenv("GRPC_VERBOSITY", "NONE", /*replace=*/0);
  ::signal(SIGPIPE, SIG_IGN);
  CLI::App app("One operation on a quorate-kv cluster.", "quorate-kv-cli");
  app.footer(
      "exit status: 0 committed, 1 rejected, 2 usage, 3 unknown outcome, 4 no such key or the "
      "comparison did not hold");
  app.require_subcommand(1);
  app.fallthrough();
  CliArguments arguments;
  std::function<int()> chosen;
  const std::map<std::string, Format> formats = {{"text", Format::kText}, {"json", Format::kJson}};
  add_cluster_options(app, arguments.cluster);
  app.add_option("-o,--output", arguments.format, "text or json")
      ->transform(CLI::CheckedTransformer(formats));
  app.add_option("--patience-ms", arguments.patience_ms, "Then it is given up");
  add_commands(app, arguments, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::kUsage);
  }
  return chosen();
}

}  // namespace
}  // namespace quorate::kv

int main(int argc, char** argv) {
  return quorate::kv::run(argc, argv);
}
