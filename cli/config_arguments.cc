#include "cli/config_arguments.h"

#include "cli/dry_run.h"

namespace quorate::cli {
namespace {

constexpr const char* kConfigExamples =
    "examples:\n"
    "  quorate config set min.insync.replicas=2 retention.ms=-1 --topic orders\n"
    "  quorate config set cleanup.policy=compact --append --topic orders --dry-run\n"
    "  quorate config set unclean.leader.election.enable=false --cluster\n"
    "  quorate config describe --topic orders        what is set, and what would hold without it\n"
    "  quorate config explain segment.bytes";

// Of one thing; which one must be said where it is `needed`.
enum class Need { kOne, kNone };

void add_target(CLI::App& sub, ConfigTarget& target, Need need) {
  auto* one = sub.add_option_group("of", "");
  one->add_option("--topic", target.topic, "Of this topic");
  one->add_option("--broker", target.broker, "Of the broker with this id")
      ->check(CLI::Range(0, 2147483647));
  one->add_flag("--cluster", target.cluster, "The cluster's default, for all brokers and topics");
  if (need == Need::kOne) {
    one->require_option(1);
  } else {
    one->require_option(0, 1);
  }
}

}  // namespace

void add_config(CLI::App& app,
                GlobalOptions& global,
                ConfigOptions& config,
                std::function<int()>& command) {
  auto* group = app.add_subcommand("config", "What is configured for topics, brokers, the cluster");
  group->require_subcommand(1);
  group->footer(kConfigExamples);
  const auto add = [&](const char* name, const char* what, auto action, Need need) {
    CLI::App* sub = group->add_subcommand(name, what);
    add_target(*sub, config.target, need);
    sub->callback([&command, &config, &global, action] {
      command = [&config, &global, action] { return action(global, config); };
    });
    return sub;
  };
  CLI::App* set = add("set", "Set keys", config_set, Need::kOne);
  set->add_option("words", config.words, "key=value ...")->required();
  const auto change_list = [&config](ListChange change) {
    return [&config, change](std::int64_t) { config.list = change; };
  };
  auto* append = set->add_flag_function(
      "--append", change_list(ListChange::kAppend), "Add the values to lists");
  auto* subtract = set->add_flag_function(
      "--subtract", change_list(ListChange::kSubtract), "Take the values out of lists");
  auto* replace = set->add_flag("--replace", config.replace, "Delete every key that is not named");
  append->excludes(subtract)->excludes(replace);
  subtract->excludes(replace);
  CLI::App* remove = add("delete",
                         "Delete keys: what holds then is the next that has a value",
                         config_delete,
                         Need::kOne);
  remove->add_option("words", config.words, "Keys")->required();
  for (CLI::App* sub : {set, remove})
    add_dry_run(*sub, global);
  CLI::App* describe = add("describe",
                           "What holds, where it comes from, what else has a value",
                           config_describe,
                           Need::kOne);
  describe->add_option("words", config.words, "Keys; default: all that are set");
  describe->add_flag("--all", config.all, "Also what nobody has set");
  CLI::App* explain =
      add("explain",
          "What keys mean and may be; with --topic, --broker or --cluster, what holds",
          config_explain,
          Need::kNone);
  explain->add_option("words", config.words, "Key; default: all")->expected(0, 1);
}

void add_feature(CLI::App& app,
                 const GlobalOptions& global,
                 FeatureOptions& feature,
                 std::function<int()>& command) {
  auto* group = app.add_subcommand("feature", "Which level of each feature is in force");
  group->require_subcommand(1);
  group->footer(
      "examples:\n"
      "  quorate feature describe\n"
      "  quorate feature upgrade eligible.leader.replicas.version=1 --dry-run");
  group->add_subcommand("describe", "Levels in force, and who could work with which")
      ->callback([&command, &global] { command = [&global] { return feature_describe(global); }; });
  const auto add = [&](const char* name, const char* what, bool downgrade) {
    CLI::App* sub = group->add_subcommand(name, what);
    sub->add_option("levels", feature.levels, "name=level ...; all or none")->required();
    sub->add_flag("--dry-run", feature.dry_run, "Decide and answer, change nothing");
    sub->callback([&command, &feature, &global, downgrade] {
      feature.downgrade = downgrade;
      command = [&feature, &global] { return feature_update(global, feature); };
    });
  };
  add("upgrade", "Raise levels, when everybody can work with them", false);
  add("downgrade", "Lower levels, where nothing is lost by it", true);
}

}  // namespace quorate::cli
