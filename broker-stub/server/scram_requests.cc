#include "broker-stub/server/scram_requests.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "quorate/controller/v1/scram.pb.h"

#include "broker-stub/kafka/messages/alter_user_scram_credentials.h"
#include "broker-stub/server/forwarding.h"
#include "controller/client/scram_keys.h"

namespace quorate::broker {
namespace {

using controller::ControllerClient;
using kafka::ErrorCode;
namespace v1 = controller::v1;

// A salted password of another size than that of the mechanism gives no keys: the controller
// refuses what has none.
void derive_keys(std::string_view salted_password, v1::ScramUpsertion& to) {
  const bool is_small = to.mechanism() == v1::SCRAM_MECHANISM_SHA_256;
  if (salted_password.size() != (is_small ? 32U : 64U)) return;
  const auto hash = is_small ? controller::ScramHash::kSha256 : controller::ScramHash::kSha512;
  controller::ScramKeys keys = controller::scram_keys(hash, salted_password);
  to.set_stored_key(std::move(keys.stored_key));
  to.set_server_key(std::move(keys.server_key));
}

v1::AlterUserScramCredentialsRequest to_controller(
    const kafka::AlterUserScramCredentialsRequest& request) {
  v1::AlterUserScramCredentialsRequest out;
  out.mutable_meta()->set_timeout_ms(static_cast<std::uint32_t>(kForwardingTimeoutMs));
  for (const auto& deletion : request.deletions) {
    v1::ScramDeletion& to = *out.add_deletions();
    to.set_user(std::string(deletion.name));
    to.set_mechanism(static_cast<v1::ScramMechanism>(deletion.mechanism));
  }
  for (const auto& upsertion : request.upsertions) {
    v1::ScramUpsertion& to = *out.add_upsertions();
    to.set_user(std::string(upsertion.name));
    to.set_mechanism(static_cast<v1::ScramMechanism>(upsertion.mechanism));
    to.set_iterations(upsertion.iterations);
    to.set_salt(std::string(upsertion.salt.bytes));
    derive_keys(upsertion.salted_password.bytes, to);
  }
  return out;
}

// Every user that the request names, with one error.
kafka::AlterUserScramCredentialsResponse all_refused(
    const v1::AlterUserScramCredentialsRequest& asked,
    ErrorCode error,
    const std::string& message) {
  kafka::AlterUserScramCredentialsResponse response;
  std::set<std::string> users;
  const auto add = [&](const std::string& user) {
    if (users.insert(user).second)
      response.results.push_back({user, error, sentence(error, message)});
  };
  for (const auto& deletion : asked.deletions())
    add(deletion.user());
  for (const auto& upsertion : asked.upsertions())
    add(upsertion.user());
  return response;
}

kafka::AlterUserScramCredentialsResponse rows(const v1::AlterUserScramCredentialsResponse& answer) {
  kafka::AlterUserScramCredentialsResponse response;
  for (const auto& result : answer.results()) {
    const auto error = static_cast<ErrorCode>(result.error());
    response.results.push_back({result.user(), error, sentence(error, result.error_message())});
  }
  return response;
}

using ScramRow = kafka::DescribeUserScramCredentialsResponse::DescribeUserScramCredentialsResult;

// What `user` has.
ScramRow described(const controller::ScramImage& scram, std::string_view user) {
  ScramRow row;
  row.user = std::string(user);
  const auto& credentials = scram.credentials();
  for (auto at = credentials.lower_bound(controller::ScramKey{row.user, {}});
       at != credentials.end() && (*at).key.user == user;
       ++at) {
    row.credential_infos.push_back(
        {static_cast<std::int8_t>((*at).key.mechanism), (*at).value->iterations});
  }
  return row;
}

}  // namespace

kafka::DescribeUserScramCredentialsResponse answer_describe_scram(
    const controller::MetadataImage& image,
    const kafka::DescribeUserScramCredentialsRequest& request) {
  kafka::DescribeUserScramCredentialsResponse response;
  if (!request.users || request.users->empty()) {
    for (const auto& [key, credential] : image.scram.credentials()) {
      if (response.results.empty() || response.results.back().user != key.user) {
        response.results.push_back(described(image.scram, key.user));
      }
    }
    return response;
  }
  std::map<std::string_view, std::size_t> times_named;
  for (const auto& user : *request.users)
    ++times_named[user.name];
  for (const auto& user : *request.users) {
    const std::size_t times = std::exchange(times_named[user.name], 0);
    if (times == 0) continue;  // told already
    ScramRow& row = response.results.emplace_back(described(image.scram, user.name));
    if (times > 1) {
      row.error_code = ErrorCode::kDuplicateResource;
      row.credential_infos.clear();
    } else if (row.credential_infos.empty()) {
      row.error_code = ErrorCode::kResourceNotFound;
    }
    row.error_message = sentence(row.error_code, {});
  }
  return response;
}

asio::awaitable<Response> answer_alter_scram(Serving& serving, Request request) {
  const auto decoded = request.decode<kafka::AlterUserScramCredentialsRequest>();
  if (!decoded.is_ok()) co_return Response::close(decoded.status().message());
  const v1::AlterUserScramCredentialsRequest wanted = to_controller(*decoded);
  const auto answer = co_await forward(
      serving, &ControllerClient::alter_user_scram_credentials, wanted, kForwardingTimeoutMs);
  if (!answer.is_ok()) {
    co_return Response::reply(
        all_refused(wanted, error_of(answer.status()), answer.status().message()), request.version);
  }
  if (answer->error() != v1::NONE) {
    const auto error = static_cast<ErrorCode>(answer->error());
    co_return Response::reply(all_refused(wanted, error, answer->error_message()), request.version);
  }
  co_return Response::reply(rows(*answer), request.version);
}

}  // namespace quorate::broker
