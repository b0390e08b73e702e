#include "cli/user.h"

#include <fstream>
#include <iostream>
#include <utility>

#include "quorate/controller/v1/scram.pb.h"

#include "cli/failure.h"
#include "cli/item_errors.h"
#include "cli/plan.h"
#include "controller/client/scram_keys.h"

namespace quorate::cli {
namespace {

namespace v1 = controller::v1;
using controller::ScramHash;

constexpr std::size_t kSaltBytes = 16;
constexpr const char* kExample =
    "quorate user alter alice --mechanism SCRAM-SHA-256 --password-file alice.password";

v1::ScramMechanism mechanism_of(const std::string& name) {
  return name == "SCRAM-SHA-512" ? v1::SCRAM_MECHANISM_SHA_512 : v1::SCRAM_MECHANISM_SHA_256;
}

std::string name_of(v1::ScramMechanism mechanism) {
  if (mechanism == v1::SCRAM_MECHANISM_SHA_256) return "SCRAM-SHA-256";
  return mechanism == v1::SCRAM_MECHANISM_SHA_512 ? "SCRAM-SHA-512" : "?";
}

Failure item_failure(const std::string& user, v1::ErrorCode error, const std::string& message) {
  Failure failure = failure_of(error, message, "user '" + user + "'");
  if (error == v1::RESOURCE_NOT_FOUND) failure.attempt = "quorate user list";
  if (error == v1::UNACCEPTABLE_CREDENTIAL) failure.attempt = kExample;
  return failure;
}

// The first line of the file.
Result<std::string> password_from(const std::string& file) {
  std::string line;
  if (file == "-") {
    std::getline(std::cin, line);
  } else {
    std::ifstream in(file);
    if (!in) return Status(Code::kNotFound, "the password file " + file + " cannot be read");
    std::getline(in, line);
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) return Status(Code::kInvalidArgument, "the password is empty");
  return line;
}

int print_users(const GlobalOptions& options,
                const v1::DescribeUserScramCredentialsResponse& response) {
  Listing listing("UserList", {"USER", "MECHANISM", "ITERATIONS"});
  for (const auto& user : response.users()) {
    if (user.error() != v1::NONE) {
      return report(item_failure(user.user(), user.error(), user.error_message()));
    }
    for (const auto& one : user.credentials()) {
      listing.add({user.user(), name_of(one.mechanism()), std::to_string(one.iterations())},
                  {{"user", user.user()},
                   {"mechanism", name_of(one.mechanism())},
                   {"iterations", one.iterations()}});
    }
  }
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

int describe(const GlobalOptions& options, const std::vector<std::string>& names) {
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  v1::DescribeUserScramCredentialsRequest request;
  for (const std::string& name : names)
    request.add_users(name);
  const auto response =
      (*client)->describe_user_scram_credentials(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  return print_users(options, *response);
}

int alter(const GlobalOptions& options,
          const UserOptions& user,
          v1::AlterUserScramCredentialsRequest request) {
  const std::string& name = user.names.front();
  const bool is_set = request.upsertions_size() > 0;
  set_meta(options, *request.mutable_meta());
  const auto client = connect(options);
  if (!client.is_ok()) return report(to_failure(client.status()));
  const auto response = (*client)->alter_user_scram_credentials(std::move(request), options.call());
  if (!response.is_ok()) return report(to_failure(response.status()));
  if (response->error() != v1::NONE) {
    return report(item_failure(name, response->error(), response->error_message()));
  }
  const auto& result = response->results(0);
  if (result.error() != v1::NONE) {
    return report(item_failure(name, result.error(), result.error_message()));
  }
  if (options.dry_run) return print_plan(response->meta(), options.format);
  Listing listing("UserAltered", {"USER", "MECHANISM", "CHANGE"});
  listing.set_title("brokers do not authenticate clients yet");
  listing.set_field("commitOffset", response->meta().commit_offset());
  const char* change = is_set ? "set" : "deleted";
  listing.add({name, user.mechanism, change},
              {{"user", name}, {"mechanism", user.mechanism}, {"change", change}});
  listing.print(options.format);
  return static_cast<int>(Exit::kOk);
}

}  // namespace

int user_list(const GlobalOptions& options) {
  return describe(options, {});
}

int user_describe(const GlobalOptions& options, const UserOptions& user) {
  return describe(options, user.names);
}

int user_alter(const GlobalOptions& options, const UserOptions& user) {
  Result<std::string> password = password_from(user.password_file);
  if (!password.is_ok()) return report(to_failure(password.status()));
  v1::AlterUserScramCredentialsRequest request;
  v1::ScramUpsertion& to = *request.add_upsertions();
  to.set_user(user.names.front());
  to.set_mechanism(mechanism_of(user.mechanism));
  to.set_iterations(user.iterations);
  to.set_salt(controller::random_salt(kSaltBytes));
  const auto hash =
      to.mechanism() == v1::SCRAM_MECHANISM_SHA_256 ? ScramHash::kSha256 : ScramHash::kSha512;
  std::string salted = controller::salted_password(hash, *password, to.salt(), user.iterations);
  controller::ScramKeys keys = controller::scram_keys(hash, salted);
  controller::wipe(salted);
  controller::wipe(*password);
  to.set_stored_key(std::move(keys.stored_key));
  to.set_server_key(std::move(keys.server_key));
  return alter(options, user, std::move(request));
}

int user_delete(const GlobalOptions& options, const UserOptions& user) {
  v1::AlterUserScramCredentialsRequest request;
  v1::ScramDeletion& to = *request.add_deletions();
  to.set_user(user.names.front());
  to.set_mechanism(mechanism_of(user.mechanism));
  return alter(options, user, std::move(request));
}

}  // namespace quorate::cli
