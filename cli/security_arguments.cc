#include "cli/security_arguments.h"

#include "cli/dry_run.h"

namespace quorate::cli {
namespace {

using Command = std::function<int()>;

constexpr const char* kQuotaExamples =
    "examples:\n"
    "  quorate quota alter --user alice producer_byte_rate=1048576 --delete consumer_byte_rate\n"
    "  quorate quota alter --user-default --client-id reports request_percentage=25 --dry-run\n"
    "  quorate quota describe --user alice\n"
    "Quotas are kept and told to Kafka's clients; brokers do not enforce them yet.";

constexpr const char* kUserExamples =
    "examples:\n"
    "  quorate user alter alice --mechanism SCRAM-SHA-256 --password-file alice.password\n"
    "  quorate user delete alice --mechanism SCRAM-SHA-256 --dry-run\n"
    "The controllers get keys that are derived from the password, never the password. Brokers do\n"
    "not authenticate clients yet.";

constexpr const char* kAclExamples =
    "examples:\n"
    "  quorate acl create --topic orders --principal User:alice --operation read\n"
    "  quorate acl create --topic pay --pattern prefixed --principal User:* --operation all \\\n"
    "      --permission deny --dry-run\n"
    "  quorate acl list --topic orders --pattern match       all that speak of the topic\n"
    "  quorate acl delete --principal User:alice\n"
    "Entries are kept and told to Kafka's clients; brokers do not enforce them yet.";

void add_quota_target(CLI::App& sub, QuotaTarget& target) {
  auto* user = sub.add_option("--user", target.user, "Of this user");
  auto* client_id = sub.add_option("--client-id", target.client_id, "Of this client id");
  auto* ip = sub.add_option("--ip", target.ip, "Of connections from this address");
  sub.add_flag("--user-default", target.user_default, "Of users without a quota of their own")
      ->excludes(user);
  sub.add_flag("--client-id-default",
               target.client_id_default,
               "Of client ids without a quota of their own")
      ->excludes(client_id);
  sub.add_flag("--ip-default", target.ip_default, "Of addresses without a quota of their own")
      ->excludes(ip);
}

void add_quota(CLI::App& app, GlobalOptions& global, QuotaOptions& quota, Command& command) {
  auto* group = app.add_subcommand("quota", "What clients may do per second");
  group->require_subcommand(1);
  group->footer(kQuotaExamples);
  auto* describe = group->add_subcommand("describe", "Quotas that were set; default: all");
  add_quota_target(*describe, quota.target);
  describe->add_flag("--strict", quota.strict, "Only what names nobody else beside");
  describe->callback([&] { command = [&] { return quota_describe(global, quota); }; });
  auto* alter = group->add_subcommand("alter", "Set and remove quotas");
  add_quota_target(*alter, quota.target);
  alter->add_option("values", quota.values, "key=number ...");
  alter->add_option("--delete", quota.removed, "Key to be removed; may be repeated")
      ->allow_extra_args(false);
  add_dry_run(*alter, global);
  alter->callback([&] {
    if (quota.values.empty() && quota.removed.empty()) {
      throw CLI::RequiredError("key=number or --delete");
    }
    command = [&] { return quota_alter(global, quota); };
  });
}

void add_user(CLI::App& app, GlobalOptions& global, UserOptions& user, Command& command) {
  auto* group = app.add_subcommand("user", "SCRAM credentials of users");
  group->require_subcommand(1);
  group->footer(kUserExamples);
  group->add_subcommand("list", "Every user who has one")->callback([&] {
    command = [&] { return user_list(global); };
  });
  auto* describe = group->add_subcommand("describe", "What users have");
  describe->add_option("names", user.names, "Users")->required();
  describe->callback([&] { command = [&] { return user_describe(global, user); }; });
  auto* alter = group->add_subcommand("alter", "Set a user's password");
  alter->add_option("--iterations", user.iterations, "Of the salted password; 4096 to 16384")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  alter->add_option("--password-file", user.password_file, "Its first line; -: standard input")
      ->required();
  alter->callback([&] { command = [&] { return user_alter(global, user); }; });
  auto* remove = group->add_subcommand("delete", "Delete a user's credential");
  remove->callback([&] { command = [&] { return user_delete(global, user); }; });
  for (auto* sub : {alter, remove}) {
    sub->add_option("name", user.names, "The user")->required()->expected(1);
    sub->add_option("--mechanism", user.mechanism, "SCRAM-SHA-256 or SCRAM-SHA-512")
        ->required()
        ->check(CLI::IsMember({"SCRAM-SHA-256", "SCRAM-SHA-512"}));
    add_dry_run(*sub, global);
  }
}

enum class Asks { kFilter, kEntry };

void add_acl_words(CLI::App& sub, AclOptions& acl, Asks asks) {
  const bool is_entry = asks == Asks::kEntry;
  sub.add_option("--topic", acl.topics, "Topic, or beginning of its name")->allow_extra_args(false);
  sub.add_option("--group", acl.groups, "Consumer group")->allow_extra_args(false);
  sub.add_option("--transactional-id", acl.transactional_ids, "Transactional id")
      ->allow_extra_args(false);
  sub.add_option("--delegation-token", acl.delegation_tokens, "Delegation token")
      ->allow_extra_args(false);
  sub.add_option("--user", acl.users, "User, as a resource")->allow_extra_args(false);
  sub.add_flag("--cluster", acl.cluster, "The cluster");
  sub.add_option("--principal", acl.principals, "Who: User:alice, or User:* for everybody")
      ->allow_extra_args(false);
  sub.add_option("--host", acl.hosts, is_entry ? "Address; default: * for every one" : "Address")
      ->allow_extra_args(false);
  sub.add_option("--operation", acl.operations, "all, read, write, create, ...")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(acl_operation_words()));
  std::vector<std::string> patterns{"literal", "prefixed"};
  std::vector<std::string> permissions{"allow", "deny"};
  if (!is_entry) {
    patterns.insert(patterns.end(), {"any", "match"});
    permissions.emplace_back("any");
  }
  sub.add_option("--pattern", acl.pattern, is_entry ? "Default: literal" : "Default: any")
      ->check(CLI::IsMember(patterns));
  sub.add_option("--permission", acl.permission, is_entry ? "Default: allow" : "Default: any")
      ->check(CLI::IsMember(permissions));
}

void add_acl(CLI::App& app, GlobalOptions& global, AclOptions& acl, Command& command) {
  auto* group = app.add_subcommand("acl", "Who may do what to which resource");
  group->require_subcommand(1);
  group->footer(kAclExamples);
  auto* list = group->add_subcommand("list", "Entries that match; default: all");
  add_acl_words(*list, acl, Asks::kFilter);
  list->callback([&] { command = [&] { return acl_list(global, acl); }; });
  auto* create = group->add_subcommand("create", "Create an entry for each combination");
  add_acl_words(*create, acl, Asks::kEntry);
  add_dry_run(*create, global);
  create->callback([&] { command = [&] { return acl_create(global, acl); }; });
  auto* remove = group->add_subcommand("delete", "Delete every entry that matches");
  add_acl_words(*remove, acl, Asks::kFilter);
  remove->add_flag("--all", acl.all, "Every entry, when nothing else is given");
  add_dry_run(*remove, global);
  remove->callback([&] {
    if (!acl.names_something() && !acl.all) throw CLI::RequiredError("what to delete, or --all");
    command = [&] { return acl_delete(global, acl); };
  });
}

}  // namespace

void add_security(CLI::App& app,
                  GlobalOptions& global,
                  SecurityArguments& arguments,
                  Command& command) {
  add_quota(app, global, arguments.quota, command);
  add_user(app, global, arguments.user, command);
  add_acl(app, global, arguments.acl, command);
}

}  // namespace quorate::cli
