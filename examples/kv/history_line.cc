#include "examples/kv/history_line.h"

#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

namespace quorate::kv {
namespace {

using Json = nlohmann::ordered_json;
using Operation = v1::Request::OperationCase;

// What is wrong with a line; caught in parse_line().
struct Malformed {
  std::string what;
};

// --- to JSON ---

template <typename Present>
Json text_or_null(Present present, const std::string& text) {
  return present ? Json(text) : Json(nullptr);
}

Json txn_arguments(const v1::Txn& txn) {
  Json compares = Json::array();
  for (const v1::Compare& one : txn.compares()) {
    compares.push_back(
        {{"key", one.key()}, {"expected", text_or_null(one.has_expected(), one.expected())}});
  }
  Json writes = Json::array();
  for (const v1::Write& one : txn.writes())
    writes.push_back({{"key", one.key()}, {"value", text_or_null(one.has_value(), one.value())}});
  return {{"compares", std::move(compares)}, {"writes", std::move(writes)}};
}

Json txn_result(const v1::TxnResult& result) {
  Json observed = Json::array();
  for (const v1::Observed& one : result.observed())
    observed.push_back({{"key", one.key()}, {"value", text_or_null(one.has_value(), one.value())}});
  return {{"succeeded", result.succeeded()}, {"observed", std::move(observed)}};
}

struct Words {
  const char* operation;
  Json arguments;
  Json result;
};

Words words_of(const v1::Request& request, const v1::Response& response) {
  switch (request.operation_case()) {
    case Operation::kGet: {
      const bool stale = request.get().consistency() == v1::STALE;
      return {"get",
              {{"key", request.get().key()}, {"consistency", stale ? "stale" : "linearizable"}},
              {{"value", text_or_null(response.get().has_value(), response.get().value())}}};
    }
    case Operation::kPut:
      return {
          "put", {{"key", request.put().key()}, {"value", request.put().value()}}, Json::object()};
    case Operation::kDeleteKey:
      return {"delete",
              {{"key", request.delete_key().key()}},
              {{"found", response.delete_key().found()}}};
    case Operation::kCas: {
      const v1::Cas& cas = request.cas();
      const v1::CasResult& result = response.cas();
      return {"cas",
              {{"key", cas.key()},
               {"expected", text_or_null(cas.has_expected(), cas.expected())},
               {"value", cas.value()}},
              {{"swapped", result.swapped()},
               {"actual", text_or_null(result.has_actual(), result.actual())}}};
    }
    case Operation::kTxn: return {"txn", txn_arguments(request.txn()), txn_result(response.txn())};
    case Operation::kOpenSession:
    case Operation::kCloseSession:
    case Operation::OPERATION_NOT_SET: break;
  }
  return {"none", Json::object(), Json::object()};
}

const char* word_of(raft::Ending outcome) {
  switch (outcome) {
    case raft::Ending::kCommitted: return "committed";
    case raft::Ending::kRejected: return "rejected";
    case raft::Ending::kUnknown: return "unknown";
  }
  return "invalid";
}

// --- from JSON ---

const Json& field(const Json& object, const char* name) {
  if (!object.is_object())
    throw Malformed{"an object was expected around '" + std::string(name) + "'"};
  const auto found = object.find(name);
  if (found == object.end()) throw Malformed{"field '" + std::string(name) + "' is missing"};
  return *found;
}

std::string text(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (!value.is_string()) throw Malformed{"field '" + std::string(name) + "' is not a string"};
  return value.get<std::string>();
}

std::optional<std::string> optional_text(const Json& object, const char* name) {
  if (field(object, name).is_null()) return std::nullopt;
  return text(object, name);
}

std::int64_t number(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (!value.is_number_integer() || value.get<std::int64_t>() < 0) {
    throw Malformed{"field '" + std::string(name) + "' is not a whole number from 0 on"};
  }
  return value.get<std::int64_t>();
}

bool truth(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (!value.is_boolean())
    throw Malformed{"field '" + std::string(name) + "' is not true or false"};
  return value.get<bool>();
}

const Json& list(const Json& object, const char* name) {
  const Json& value = field(object, name);
  if (!value.is_array()) throw Malformed{"field '" + std::string(name) + "' is not a list"};
  return value;
}

void read_get(const Json& arguments, HistoryOperation& out) {
  v1::Get& get = *out.request.mutable_get();
  get.set_key(text(arguments, "key"));
  const std::string consistency = text(arguments, "consistency");
  if (consistency == "stale") {
    get.set_consistency(v1::STALE);
  } else if (consistency != "linearizable") {
    throw Malformed{"field 'consistency' is '" + consistency + "', not linearizable or stale"};
  }
}

void read_cas(const Json& arguments, HistoryOperation& out) {
  v1::Cas& cas = *out.request.mutable_cas();
  cas.set_key(text(arguments, "key"));
  if (auto expected = optional_text(arguments, "expected")) cas.set_expected(*std::move(expected));
  cas.set_value(text(arguments, "value"));
}

void read_txn(const Json& arguments, HistoryOperation& out) {
  v1::Txn& txn = *out.request.mutable_txn();
  for (const Json& one : list(arguments, "compares")) {
    v1::Compare& compare = *txn.add_compares();
    compare.set_key(text(one, "key"));
    if (auto expected = optional_text(one, "expected")) compare.set_expected(*std::move(expected));
  }
  for (const Json& one : list(arguments, "writes")) {
    v1::Write& write = *txn.add_writes();
    write.set_key(text(one, "key"));
    if (auto value = optional_text(one, "value")) write.set_value(*std::move(value));
  }
}

void read_operation(const Json& line, HistoryOperation& out) {
  const std::string operation = text(line, "operation");
  const Json& arguments = field(line, "arguments");
  if (operation == "get") {
    read_get(arguments, out);
  } else if (operation == "put") {
    out.request.mutable_put()->set_key(text(arguments, "key"));
    out.request.mutable_put()->set_value(text(arguments, "value"));
  } else if (operation == "delete") {
    out.request.mutable_delete_key()->set_key(text(arguments, "key"));
  } else if (operation == "cas") {
    read_cas(arguments, out);
  } else if (operation == "txn") {
    read_txn(arguments, out);
  } else {
    throw Malformed{"field 'operation' is '" + operation + "', not get, put, delete, cas or txn"};
  }
}

void read_result(const Json& result, HistoryOperation& out) {
  v1::Response& response = out.response;
  switch (out.request.operation_case()) {
    case Operation::kGet:
      if (auto value = optional_text(result, "value")) {
        response.mutable_get()->set_value(*std::move(value));
      }
      break;
    case Operation::kDeleteKey:
      response.mutable_delete_key()->set_found(truth(result, "found"));
      break;
    case Operation::kCas:
      response.mutable_cas()->set_swapped(truth(result, "swapped"));
      if (auto actual = optional_text(result, "actual")) {
        response.mutable_cas()->set_actual(*std::move(actual));
      }
      break;
    case Operation::kTxn:
      response.mutable_txn()->set_succeeded(truth(result, "succeeded"));
      for (const Json& one : list(result, "observed")) {
        v1::Observed& observed = *response.mutable_txn()->add_observed();
        observed.set_key(text(one, "key"));
        if (auto value = optional_text(one, "value")) observed.set_value(*std::move(value));
      }
      break;
    case Operation::kPut:
    case Operation::kOpenSession:
    case Operation::kCloseSession:
    case Operation::OPERATION_NOT_SET: break;
  }
}

raft::Ending read_outcome(const Json& line) {
  const std::string outcome = text(line, "outcome");
  for (const auto ending :
       {raft::Ending::kCommitted, raft::Ending::kRejected, raft::Ending::kUnknown}) {
    if (outcome == word_of(ending)) return ending;
  }
  throw Malformed{"field 'outcome' is '" + outcome + "', not committed, rejected or unknown"};
}

HistoryOperation read_line(const Json& line) {
  HistoryOperation out;
  out.client = static_cast<std::uint64_t>(number(line, "client"));
  out.op = static_cast<std::uint64_t>(number(line, "op"));
  read_operation(line, out);
  out.outcome = read_outcome(line);
  out.invoke_ns = number(line, "invoke_ns");
  if (line.contains("server")) out.server = text(line, "server");
  if (line.contains("index")) {
    out.response.set_index(static_cast<std::uint64_t>(number(line, "index")));
  }
  if (out.outcome == raft::Ending::kUnknown) return out;
  out.return_ns = number(line, "return_ns");
  if (out.return_ns < out.invoke_ns) throw Malformed{"it returns before it is invoked"};
  if (out.outcome == raft::Ending::kCommitted) read_result(field(line, "result"), out);
  return out;
}

}  // namespace

std::string to_line(const HistoryOperation& operation) {
  Words words = words_of(operation.request, operation.response);
  const bool committed = operation.outcome == raft::Ending::kCommitted;
  Json line = {{"client", operation.client},
               {"op", operation.op},
               {"operation", words.operation},
               {"arguments", std::move(words.arguments)},
               {"result", committed ? std::move(words.result) : Json(nullptr)},
               {"outcome", word_of(operation.outcome)},
               {"invoke_ns", operation.invoke_ns},
               {"return_ns", operation.return_ns},
               {"server", operation.server},
               {"attempts", operation.attempts}};
  if (committed) line["index"] = operation.response.index();
  if (!committed) line["error"] = v1::Error_Name(operation.response.error());
  if (operation.request.has_stamp()) {
    line["session"] = operation.request.stamp().session();
    line["number"] = operation.request.stamp().number();
  }
  return line.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

Result<HistoryOperation> parse_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Status(Code::kInvalidArgument, "not JSON");
  try {
    return read_line(json);
  } catch (const Malformed& malformed) {
    return Status(Code::kInvalidArgument, malformed.what);
  }
}

Result<std::vector<HistoryOperation>> read_history(std::istream& input) {
  std::vector<HistoryOperation> history;
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  std::string line;
  for (std::size_t at = 1; std::getline(input, line); ++at) {
    if (line.empty()) continue;
    auto operation = parse_line(line);
    const std::string where = "line " + std::to_string(at);
    if (!operation.is_ok()) return operation.status().with_context(where);
    if (!seen.emplace(operation->client, operation->op).second) {
      return Status(Code::kInvalidArgument,
                    where + ": operation " + std::to_string(operation->op) + " of client " +
                        std::to_string(operation->client) + " is there twice");
    }
    history.push_back(std::move(operation).value());
  }
  if (input.bad()) return Status(Code::kIoError, "the history cannot be read");
  return history;
}

Result<std::unique_ptr<HistoryFile>> HistoryFile::create(const std::string& path) {
  std::ofstream file(path, std::ios::trunc);
  if (!file) return Status(Code::kIoError, "cannot write " + path);
  return std::unique_ptr<HistoryFile>(new HistoryFile(std::move(file)));
}

void HistoryFile::append(const HistoryOperation& operation) {
  const std::string line = to_line(operation);
  const MutexLock lock(mutex_);
  file_ << line << '\n';
}

Status HistoryFile::close() {
  const MutexLock lock(mutex_);
  file_.close();
  return file_ ? Status::ok() : Status(Code::kIoError, "the history could not be written");
}

}  // namespace quorate::kv
