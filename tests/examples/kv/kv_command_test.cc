#include "examples/kv/kv_command.h"

#include <catch2/catch.hpp>

#include "examples/kv/kv_limits.h"

namespace quorate::kv {
namespace {

struct Replica {
  KvStore store;
  raft::Sessions sessions{kSessionLimits};
  std::uint64_t index = 0;

  v1::CommandResult apply(const v1::Command& command) {
    return apply_command(command, {++index}, store, sessions);
  }
  std::string held(const std::string& key) const {
    return std::string(store.find(key).value_or("(none)"));
  }
};

v1::Command put(const std::string& key, const std::string& value) {
  v1::Command command;
  command.mutable_put()->set_key(key);
  command.mutable_put()->set_value(value);
  return command;
}

v1::Command cas(const std::string& key, std::optional<std::string> expected, std::string value) {
  v1::Command command;
  command.mutable_cas()->set_key(key);
  if (expected) command.mutable_cas()->set_expected(*expected);
  command.mutable_cas()->set_value(std::move(value));
  return command;
}

v1::Command stamped(v1::Command command, std::uint64_t session, std::uint64_t number) {
  command.mutable_stamp()->set_session(session);
  command.mutable_stamp()->set_number(number);
  command.mutable_stamp()->set_first_unanswered(1);
  return command;
}

std::uint64_t open_session(Replica& replica, std::uint64_t now_ms = 1) {
  v1::Command command;
  command.set_now_ms(now_ms);
  command.mutable_open_session();
  return replica.apply(command).open_session().session();
}

TEST_CASE("a put is seen and a delete says whether there was something", "[examples][kv]") {
  Replica replica;
  CHECK(replica.apply(put("a", "1")).has_put());
  CHECK(replica.held("a") == "1");
  v1::Command erase;
  erase.mutable_delete_key()->set_key("a");
  CHECK(replica.apply(erase).delete_key().found());
  CHECK_FALSE(replica.apply(erase).delete_key().found());
  CHECK(replica.held("a") == "(none)");
}

TEST_CASE("a compare and set writes only what it expected to find", "[examples][kv]") {
  Replica replica;
  CHECK(replica.apply(cas("a", std::nullopt, "1")).cas().swapped());
  const auto refused = replica.apply(cas("a", std::nullopt, "2"));
  CHECK_FALSE(refused.cas().swapped());
  CHECK(refused.cas().actual() == "1");
  CHECK(replica.apply(cas("a", "1", "3")).cas().swapped());
  CHECK_FALSE(replica.apply(cas("a", "1", "4")).cas().swapped());
  CHECK(replica.held("a") == "3");
}

TEST_CASE("a transaction writes everything or nothing", "[examples][kv]") {
  Replica replica;
  replica.apply(put("a", "1"));
  v1::Command command;
  v1::Txn& txn = *command.mutable_txn();
  v1::Compare& compare = *txn.add_compares();
  compare.set_key("a");
  compare.set_expected("1");
  txn.add_compares()->set_key("b");
  for (const char* key : {"a", "b"}) {
    v1::Write& write = *txn.add_writes();
    write.set_key(key);
    write.set_value("2");
  }
  txn.add_writes()->set_key("a");
  const auto first = replica.apply(command);
  CHECK(first.txn().succeeded());
  REQUIRE(first.txn().observed_size() == 2);
  CHECK(first.txn().observed(0).value() == "1");
  CHECK_FALSE(first.txn().observed(1).has_value());
  CHECK(replica.held("a") == "(none)");
  CHECK(replica.held("b") == "2");
  replica.apply(put("a", "1"));
  CHECK_FALSE(replica.apply(command).txn().succeeded());
  CHECK(replica.held("a") == "1");
}

TEST_CASE("a stamped command that is twice in the log takes effect once", "[examples][kv][R43]") {
  Replica replica;
  const std::uint64_t session = open_session(replica);
  const auto first = replica.apply(stamped(cas("a", std::nullopt, "1"), session, 1));
  CHECK(first.cas().swapped());
  replica.apply(put("a", "2"));
  const auto second = replica.apply(stamped(cas("a", std::nullopt, "1"), session, 1));
  CHECK(second.repeated());
  CHECK(second.cas().swapped());
  CHECK(second.index() == first.index());
  CHECK(replica.held("a") == "2");
}

TEST_CASE("a command of an expired session changes nothing", "[examples][kv][R43]") {
  Replica replica;
  const std::uint64_t session = open_session(replica, /*now_ms=*/1000);
  v1::Command late = stamped(put("a", "1"), session, 1);
  late.set_now_ms(1000 + kSessionLimits.expiry + 1);
  CHECK(replica.apply(late).error() == v1::UNKNOWN_SESSION);
  CHECK(replica.held("a") == "(none)");
}

TEST_CASE("an entry that is no command changes nothing", "[examples][kv]") {
  Replica replica;
  CHECK(replica.apply({}).error() == v1::INTERNAL);
  CHECK(replica.store.size() == 0);
}

TEST_CASE("operations beyond the bounds are refused before they are proposed", "[examples][kv]") {
  CHECK(validate(put("a", "1")).is_ok());
  CHECK(validate(put("", "1")).code() == Code::kInvalidArgument);
  CHECK_FALSE(validate(put(std::string(kKeyBytesMax + 1, 'k'), "1")).is_ok());
  CHECK_FALSE(validate(put("a", std::string(kValueBytesMax + 1, 'v'))).is_ok());
  CHECK_FALSE(validate({}).is_ok());
  v1::Command many;
  for (int i = 0; i <= kTxnItemsMax; ++i)
    many.mutable_txn()->add_writes()->set_key("a");
  CHECK_FALSE(validate(many).is_ok());
  v1::Command opened;
  opened.mutable_open_session();
  CHECK(validate(opened).is_ok());
  CHECK_FALSE(validate(stamped(opened, 1, 1)).is_ok());
}

}  // namespace
}  // namespace quorate::kv
