#include "examples/kv/kv_requests.h"

#include <utility>

#include "quorate/kv/v1/command.pb.h"

#include "examples/kv/kv_command.h"
#include "examples/kv/kv_limits.h"

namespace quorate::kv {
namespace {

using Operation = v1::Request::OperationCase;
using Outcome = v1::CommandResult::ResultCase;

v1::Error error_of(Code code) {
  switch (code) {
    case Code::kOk: return v1::NONE;
    case Code::kInvalidArgument: return v1::INVALID_ARGUMENT;
    case Code::kNotLeader: return v1::NOT_LEADER;
    case Code::kBusy: return v1::BUSY;
    case Code::kUnavailable:
    case Code::kFailedPrecondition: return v1::UNAVAILABLE;
    case Code::kTimedOut: return v1::TIMED_OUT;
    case Code::kUnknownOutcome: return v1::UNKNOWN_OUTCOME;
    case Code::kShutdown: return v1::SHUTDOWN;
    case Code::kNotFound:
    case Code::kAlreadyExists:
    case Code::kPermissionDenied:
    case Code::kCorruption:
    case Code::kIoError:
    case Code::kUnsupported:
    case Code::kInternal: break;
  }
  return v1::INTERNAL;
}

// Of a read at least at a place. A read has no effect, so one that fails is rejected.
v1::Error error_of_read(Code code) {
  if (code == Code::kNotFound) return v1::REPLACED;
  if (code == Code::kUnknownOutcome) return v1::COMPACTED;
  return error_of(code);
}

v1::Command to_command(v1::Request& request, std::int64_t now_ms) {
  v1::Command command;
  command.set_now_ms(static_cast<std::uint64_t>(now_ms));
  if (request.has_stamp()) *command.mutable_stamp() = request.stamp();
  switch (request.operation_case()) {
    case Operation::kPut: command.mutable_put()->Swap(request.mutable_put()); break;
    case Operation::kDeleteKey:
      command.mutable_delete_key()->Swap(request.mutable_delete_key());
      break;
    case Operation::kCas: command.mutable_cas()->Swap(request.mutable_cas()); break;
    case Operation::kTxn: command.mutable_txn()->Swap(request.mutable_txn()); break;
    case Operation::kOpenSession: command.mutable_open_session(); break;
    case Operation::kCloseSession:
      *command.mutable_close_session() = request.close_session();
      break;
    case Operation::kGet:
    case Operation::OPERATION_NOT_SET: break;
  }
  return command;
}

v1::Outcome outcome_of(v1::Error error) {
  if (error == v1::NONE) return v1::COMMITTED;
  // An earlier entry of the same number may have had an effect; this one has none.
  return error == v1::INTERNAL ? v1::UNKNOWN : v1::REJECTED;
}

// What the state machine answered to a committed entry.
v1::Response to_response(std::uint64_t id, const raft::Proposed& proposed) {
  const std::string_view bytes = proposed.result.view();
  v1::Response response;
  response.set_id(id);
  v1::CommandResult result;
  if (!result.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    result.set_error(v1::INTERNAL);
  }
  response.set_outcome(outcome_of(result.error()));
  response.set_error(result.error());
  response.set_index(result.index());
  if (result.index() == proposed.id.index.value) response.set_term(proposed.id.term.value);
  response.set_repeated(result.repeated());
  switch (result.result_case()) {
    case Outcome::kPut: response.mutable_put(); break;
    case Outcome::kDeleteKey: *response.mutable_delete_key() = result.delete_key(); break;
    case Outcome::kCas: response.mutable_cas()->Swap(result.mutable_cas()); break;
    case Outcome::kTxn: response.mutable_txn()->Swap(result.mutable_txn()); break;
    case Outcome::kOpenSession: *response.mutable_open_session() = result.open_session(); break;
    case Outcome::kCloseSession: response.mutable_close_session(); break;
    case Outcome::RESULT_NOT_SET: response.set_message(v1::Error_Name(result.error())); break;
  }
  return response;
}

}  // namespace

void KvRequests::submit(v1::Request request, Answer answer) {
  if (request.has_get()) {
    read(request.id(), request.get(), std::move(answer));
  } else {
    write(request, std::move(answer));
  }
}

void KvRequests::read(std::uint64_t id, const v1::Get& get, Answer answer) {
  if (get.consistency() == v1::STALE) {
    answer(finish_read(id, get.key()));
    return;
  }
  if (get.consistency() == v1::AT_LEAST) return read_at_least(id, get, std::move(answer));
  const bool by_lease = get.consistency() == v1::LEASE;
  const Status queued =
      server_->read(by_lease ? raft::ReadMode::kLease : raft::ReadMode::kReadIndex,
                    [this, id, key = get.key(), answer](const Status& status) {
                      answer(status.is_ok() ? finish_read(id, key) : refuse(id, status));
                    });
  if (!queued.is_ok()) answer(refuse(id, queued));
}

void KvRequests::read_at_least(std::uint64_t id, const v1::Get& get, Answer answer) {
  const auto refuse_read = [this, id](const Status& status) {
    v1::Response response = refuse(id, status);
    response.set_outcome(v1::REJECTED);
    response.set_error(error_of_read(status.code()));
    return response;
  };
  if (!get.has_at_least() || get.wait_ms() > kReadWaitMsMax) {
    answer(refuse_read(
        {Code::kInvalidArgument,
         "AT_LEAST needs at_least, and at most " + std::to_string(kReadWaitMsMax) + " wait_ms"}));
    return;
  }
  raft::ReadPoint at{.index = raft::Index{get.at_least().index()}, .term = std::nullopt};
  if (get.at_least().term() != 0) at.term = raft::Term{get.at_least().term()};
  const Status queued =
      server_->read_at_least(at,
                             static_cast<std::int64_t>(get.wait_ms()) * 1'000'000,
                             [this, id, key = get.key(), refuse_read, answer](const Status& end) {
                               answer(end.is_ok() ? finish_read(id, key) : refuse_read(end));
                             });
  if (!queued.is_ok()) answer(refuse_read(queued));
}

void KvRequests::write(v1::Request& request, Answer answer) {
  const std::uint64_t id = request.id();
  const v1::Command command = to_command(request, system_clock().wall_ms());
  Status queued = validate(command);
  if (queued.is_ok()) {
    queued = server_->propose(
        raft::SharedBytes(command.SerializeAsString()),
        {},
        [this, id, answer](const raft::Proposed& proposed) {
          answer(proposed.status.is_ok() ? to_response(id, proposed) : refuse(id, proposed.status));
        });
  }
  if (!queued.is_ok()) answer(refuse(id, queued));
}

v1::Response KvRequests::finish_read(std::uint64_t id, const std::string& key) const {
  KvStateMachine::Read read = machine_.get(key);
  v1::Response response;
  response.set_id(id);
  response.set_outcome(v1::COMMITTED);
  response.set_index(read.applied.value);
  v1::GetResult& result = *response.mutable_get();
  if (read.value) result.set_value(*std::move(read.value));
  return response;
}

v1::Response KvRequests::refuse(std::uint64_t id, const Status& status) const {
  v1::Response response;
  response.set_id(id);
  response.set_outcome(status.is_rejected() ? v1::REJECTED : v1::UNKNOWN);
  response.set_error(error_of(status.code()));
  response.set_message(status.message());
  if (status.code() != Code::kNotLeader) return response;
  if (const auto leader = server_->status().core.leader) {
    response.mutable_leader()->set_node(leader->node.value);
    const auto address = addresses_.find(leader->node.value);
    if (address != addresses_.end()) response.mutable_leader()->set_address(address->second);
  }
  return response;
}

v1::StatusResponse KvRequests::status() const {
  const raft::ServerStatus status = server_->status();
  const KvStateMachine::Sizes sizes = machine_.sizes();
  v1::StatusResponse response;
  response.set_node(status.core.self.node.value);
  response.set_role(std::string(raft::to_string(status.core.role)));
  response.set_term(status.core.term.value);
  response.set_commit_index(status.core.commit.value);
  response.set_applied_index(sizes.applied.value);
  response.set_keys(sizes.keys);
  response.set_sessions(sizes.sessions);
  if (status.core.leader) {
    response.mutable_leader()->set_node(status.core.leader->node.value);
    const auto address = addresses_.find(status.core.leader->node.value);
    if (address != addresses_.end()) response.mutable_leader()->set_address(address->second);
  }
  return response;
}

}  // namespace quorate::kv
