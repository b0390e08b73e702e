#include "examples/kv/kv_command.h"

#include <algorithm>
#include <utility>

#include "examples/kv/kv_limits.h"

namespace quorate::kv {
namespace {

using Step = v1::Command::OperationCase;

Status check_key(const std::string& key) {
  if (!key.empty() && key.size() <= kKeyBytesMax) return Status::ok();
  return {Code::kInvalidArgument,
          "a key has 1 to " + std::to_string(kKeyBytesMax) + " bytes, not " +
              std::to_string(key.size())};
}

Status check_value(const std::string& value) {
  if (value.size() <= kValueBytesMax) return Status::ok();
  return {Code::kInvalidArgument,
          "a value has at most " + std::to_string(kValueBytesMax) + " bytes, not " +
              std::to_string(value.size())};
}

Status validate_txn(const v1::Txn& txn) {
  if (std::max(txn.compares_size(), txn.writes_size()) > kTxnItemsMax) {
    return {Code::kInvalidArgument,
            "a transaction has at most " + std::to_string(kTxnItemsMax) +
                " comparisons and as many writes"};
  }
  for (const v1::Compare& compare : txn.compares())
    QUORATE_TRY(check_key(compare.key()));
  for (const v1::Write& write : txn.writes()) {
    QUORATE_TRY(check_key(write.key()));
    QUORATE_TRY(check_value(write.value()));
  }
  return Status::ok();
}

// Whether `item` (a Cas or a Compare) expects what the store holds.
template <typename Item>
bool holds(const Item& item, std::optional<std::string_view> held) {
  return item.has_expected() ? held == std::string_view(item.expected()) : !held;
}

v1::CasResult apply_cas(const v1::Cas& cas, KvStore& store) {
  v1::CasResult result;
  const auto held = store.find(cas.key());
  if (held) result.set_actual(std::string(*held));
  result.set_swapped(holds(cas, held));
  if (result.swapped()) store.put(cas.key(), cas.value());
  return result;
}

v1::TxnResult apply_txn(const v1::Txn& txn, KvStore& store) {
  v1::TxnResult result;
  bool all = true;
  for (const v1::Compare& compare : txn.compares()) {
    const auto held = store.find(compare.key());
    all = all && holds(compare, held);
    v1::Observed& observed = *result.add_observed();
    observed.set_key(compare.key());
    if (held) observed.set_value(std::string(*held));
  }
  result.set_succeeded(all);
  if (!all) return result;
  for (const v1::Write& write : txn.writes()) {
    if (write.has_value()) {
      store.put(write.key(), write.value());
    } else {
      store.erase(write.key());
    }
  }
  return result;
}

v1::CommandResult refuse(v1::Error error) {
  v1::CommandResult result;
  result.set_error(error);
  return result;
}

// Changes keys; sessions were asked before.
v1::CommandResult execute(const v1::Command& command, raft::Index index, KvStore& store) {
  v1::CommandResult result;
  result.set_index(index.value);
  switch (command.operation_case()) {
    case Step::kPut:
      store.put(command.put().key(), command.put().value());
      result.mutable_put();
      break;
    case Step::kDeleteKey:
      result.mutable_delete_key()->set_found(store.erase(command.delete_key().key()));
      break;
    case Step::kCas: *result.mutable_cas() = apply_cas(command.cas(), store); break;
    case Step::kTxn: *result.mutable_txn() = apply_txn(command.txn(), store); break;
    case Step::kOpenSession:
    case Step::kCloseSession:
    case Step::OPERATION_NOT_SET: return refuse(v1::INTERNAL);
  }
  return result;
}

v1::CommandResult execute_stamped(const v1::Command& command,
                                  raft::Index index,
                                  KvStore& store,
                                  raft::Sessions& sessions) {
  const raft::RequestStamp stamp{.session = {command.stamp().session()},
                                 .number = command.stamp().number(),
                                 .first_unanswered = command.stamp().first_unanswered()};
  const auto answer = sessions.admit(stamp, {command.now_ms()});
  switch (answer.verdict) {
    case raft::SessionVerdict::kExecute: break;
    case raft::SessionVerdict::kStale: return refuse(v1::STALE_REQUEST);
    case raft::SessionVerdict::kUnknownSession: return refuse(v1::UNKNOWN_SESSION);
    case raft::SessionVerdict::kRefused: return refuse(v1::SESSION_REFUSED);
    case raft::SessionVerdict::kRepeat: {
      v1::CommandResult kept;
      const std::string_view bytes = answer.result.view();
      if (!kept.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return refuse(v1::INTERNAL);
      }
      kept.set_repeated(true);
      return kept;
    }
  }
  v1::CommandResult result = execute(command, index, store);
  sessions.keep(stamp, raft::SharedBytes(result.SerializeAsString()));
  return result;
}

v1::CommandResult open_session(const v1::Command& command,
                               raft::Index index,
                               raft::Sessions& sessions) {
  const auto opened = sessions.open({index.value}, {command.now_ms()});
  if (opened == raft::Sessions::Opened::kFull) return refuse(v1::SESSIONS_FULL);
  v1::CommandResult result;
  result.set_index(index.value);
  result.mutable_open_session()->set_session(index.value);
  return result;
}

}  // namespace

Status validate(const v1::Command& command) {
  const bool about_session = command.has_open_session() || command.has_close_session();
  if (command.has_stamp() && about_session) {
    return {Code::kInvalidArgument, "opening and closing a session take no stamp"};
  }
  switch (command.operation_case()) {
    case Step::kPut:
      QUORATE_TRY(check_key(command.put().key()));
      return check_value(command.put().value());
    case Step::kDeleteKey: return check_key(command.delete_key().key());
    case Step::kCas:
      QUORATE_TRY(check_key(command.cas().key()));
      return check_value(command.cas().value());
    case Step::kTxn: return validate_txn(command.txn());
    case Step::kOpenSession:
    case Step::kCloseSession: return Status::ok();
    case Step::OPERATION_NOT_SET: break;
  }
  return {Code::kInvalidArgument, "the request names no operation"};
}

v1::CommandResult apply_command(const v1::Command& command,
                                raft::Index index,
                                KvStore& store,
                                raft::Sessions& sessions) {
  sessions.advance({command.now_ms()});
  if (command.has_open_session()) return open_session(command, index, sessions);
  if (command.has_close_session()) {
    sessions.close({command.close_session().session()}, {command.now_ms()});
    v1::CommandResult result;
    result.set_index(index.value);
    result.mutable_close_session();
    return result;
  }
  if (command.has_stamp()) return execute_stamped(command, index, store, sessions);
  return execute(command, index, store);
}

}  // namespace quorate::kv
