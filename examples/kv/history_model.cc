#include "examples/kv/history_model.h"

#include <map>
#include <utility>

#include <nlohmann/json.hpp>

namespace quorate::kv {
namespace {

using Operation = v1::Request::OperationCase;
using raft::testing::OperationSpan;
using State = std::map<std::string, std::string, std::less<>>;

void append_text(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

std::string encode(const State& state) {
  std::string out;
  for (const auto& [key, value] : state) {
    append_text(out, key);
    append_text(out, value);
  }
  return out;
}

std::string take_text(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  const std::size_t size = std::stoul(std::string(rest.substr(0, colon)));
  std::string text(rest.substr(colon + 1, size));
  rest.remove_prefix(colon + 1 + size);
  return text;
}

State decode(std::string_view bytes) {
  State state;
  while (!bytes.empty()) {
    std::string key = take_text(bytes);
    state.emplace(std::move(key), take_text(bytes));
  }
  return state;
}

using Held = std::optional<std::string>;

Held held(const State& state, const std::string& key) {
  const auto found = state.find(key);
  return found == state.end() ? Held() : Held(found->second);
}

template <typename Item>
Held expected(const Item& item) {
  return item.has_expected() ? Held(item.expected()) : Held();
}

// One step: changes `state`, and whether the result is the one that the history has.
bool run_txn(const v1::Txn& txn, const v1::TxnResult& result, State& state) {
  bool holds = true;
  bool fits = result.observed_size() == txn.compares_size();
  for (int i = 0; i < txn.compares_size(); ++i) {
    const Held now = held(state, txn.compares(i).key());
    holds = holds && now == expected(txn.compares(i));
    if (i >= result.observed_size()) continue;
    const v1::Observed& seen = result.observed(i);
    fits = fits && (seen.has_value() ? Held(seen.value()) : Held()) == now;
  }
  for (const v1::Write& write : txn.writes()) {
    if (!holds) break;
    if (write.has_value()) {
      state[write.key()] = write.value();
    } else {
      state.erase(write.key());
    }
  }
  return fits && holds == result.succeeded();
}

bool run_step(const v1::Request& request, const v1::Response& response, State& state) {
  switch (request.operation_case()) {
    case Operation::kGet: {
      const v1::GetResult& result = response.get();
      return (result.has_value() ? Held(result.value()) : Held()) ==
             held(state, request.get().key());
    }
    case Operation::kPut: state[request.put().key()] = request.put().value(); return true;
    case Operation::kDeleteKey:
      return (state.erase(request.delete_key().key()) > 0) == response.delete_key().found();
    case Operation::kCas: {
      const v1::Cas& cas = request.cas();
      const v1::CasResult& result = response.cas();
      const Held now = held(state, cas.key());
      const bool swaps = now == expected(cas);
      if (swaps) state[cas.key()] = cas.value();
      return swaps == result.swapped() &&
             now == (result.has_actual() ? Held(result.actual()) : Held());
    }
    case Operation::kTxn: return run_txn(request.txn(), response.txn(), state);
    case Operation::kOpenSession:
    case Operation::kCloseSession:
    case Operation::OPERATION_NOT_SET: break;
  }
  return false;
}

}  // namespace

HistoryModel::HistoryModel(std::span<const HistoryOperation> history) {
  for (const HistoryOperation& operation : history) {
    const bool stale =
        operation.request.has_get() && operation.request.get().consistency() == v1::STALE;
    const bool open_read =
        operation.request.has_get() && operation.outcome != raft::Ending::kCommitted;
    if (stale || open_read || operation.outcome == raft::Ending::kRejected) continue;
    operations_.push_back(&operation);
  }
}

std::vector<OperationSpan> HistoryModel::spans() const {
  std::vector<OperationSpan> out;
  for (const HistoryOperation* operation : operations_) {
    const bool unknown = operation->outcome == raft::Ending::kUnknown;
    // A read comes behind the write of the same index.
    const std::uint64_t index = operation->response.index();
    const std::uint64_t behind = operation->request.has_get() ? 1 : 0;
    out.push_back(
        {.invoked = operation->invoke_ns,
         .returned = operation->return_ns,
         .outcome = unknown ? OperationSpan::Outcome::kUnknown : OperationSpan::Outcome::kCompleted,
         .order_hint = index == 0 ? 0 : 2 * index + behind});
  }
  return out;
}

std::optional<std::string> HistoryModel::apply(std::size_t operation,
                                               std::string_view state) const {
  const HistoryOperation& one = *operations_[operation];
  State after = decode(state);
  const bool fits = run_step(one.request, one.response, after);
  if (!fits && one.outcome != raft::Ending::kUnknown) return std::nullopt;
  return encode(after);
}

std::vector<std::string> HistoryModel::keys(std::size_t operation) const {
  const v1::Request& request = operations_[operation]->request;
  switch (request.operation_case()) {
    case Operation::kGet: return {request.get().key()};
    case Operation::kPut: return {request.put().key()};
    case Operation::kDeleteKey: return {request.delete_key().key()};
    case Operation::kCas: return {request.cas().key()};
    case Operation::kTxn: {
      std::vector<std::string> keys;
      for (const v1::Compare& compare : request.txn().compares())
        keys.push_back(compare.key());
      for (const v1::Write& write : request.txn().writes())
        keys.push_back(write.key());
      return keys;
    }
    case Operation::kOpenSession:
    case Operation::kCloseSession:
    case Operation::OPERATION_NOT_SET: break;
  }
  return {};
}

std::string describe_state(std::string_view state) {
  return nlohmann::json(decode(state)).dump();
}

}  // namespace quorate::kv
