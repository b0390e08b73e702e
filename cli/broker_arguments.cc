#include "cli/broker_arguments.h"

#include "cli/cluster_commands.h"
#include "cli/dry_run.h"
#include "cli/failure.h"

namespace quorate::cli {
namespace {

using Command = std::function<int()>;

void add_id(CLI::App& command, BrokerArguments& arguments) {
  command.add_option("id", arguments.id, "Its id")->required()->check(CLI::Range(0, 2147483647));
}

void add_long_options(CLI::App& command, WishOptions& wish) {
  command.add_flag("--force",
                   wish.force,
                   "Also when partitions could not do without it, or too many are in maintenance");
  command.add_option("--wait", wish.wait_seconds, "Seconds to wait until nothing is left; 7 after")
      ->check(CLI::Range(0, 86'400));
}

void add_wishes(CLI::App& group,
                GlobalOptions& global,
                BrokerArguments& arguments,
                Command& command) {
  struct Wish {
    const char* name;
    const char* words;
    BrokerWish wish;
  };
  for (const Wish& one :
       {Wish{"cordon", "It gets no new replicas; those it has stay", BrokerWish::kCordon},
        Wish{"uncordon", "It gets new replicas again", BrokerWish::kUncordon},
        Wish{"drain", "Maintenance: others lead what it leads", BrokerWish::kDrain},
        Wish{"resume", "The end of maintenance: it may lead again", BrokerWish::kResume},
        Wish{"decommission", "All that it has moves to others", BrokerWish::kDecommission},
        Wish{"recommission", "It keeps what it still has", BrokerWish::kRecommission}}) {
    auto* sub = group.add_subcommand(one.name, one.words);
    sub->add_option("id", arguments.wish.id, "Its id")
        ->required()
        ->check(CLI::Range(0, 2147483647));
    add_dry_run(*sub, global);
    const bool takes_time = one.wish == BrokerWish::kDrain || one.wish == BrokerWish::kDecommission;
    if (takes_time) add_long_options(*sub, arguments.wish);
    sub->callback([&, wish = one.wish] {
      arguments.wish.wish = wish;
      command = [&] { return broker_alter(global, arguments.wish); };
    });
  }
}

void add_questions(CLI::App& group,
                   GlobalOptions& global,
                   BrokerArguments& arguments,
                   Command& command) {
  group.add_subcommand("list", "Every broker with its state")->callback([&] {
    command = [&global] { return finish(broker_list(global)); };
  });
  auto* describe = group.add_subcommand("describe", "One broker, and what is wanted of it");
  add_id(*describe, arguments);
  describe->callback([&] { command = [&] { return broker_describe(global, arguments.id); }; });
  auto* safe = group.add_subcommand(
      "safe-to-stop", "Who would lose a leader or acks=all if these brokers stopped; 5 if anybody");
  safe->add_option("ids", arguments.loss.brokers, "Brokers")->check(CLI::Range(0, 2147483647));
  safe->add_option("--rack", arguments.loss.racks, "And all brokers of a rack; may be repeated");
  safe->callback([&] {
    if (arguments.loss.brokers.empty() && arguments.loss.racks.empty()) {
      throw CLI::RequiredError("ids or --rack");
    }
    command = [&] { return broker_safe_to_stop(global, arguments.loss); };
  });
}

}  // namespace

void add_broker(CLI::App& app,
                GlobalOptions& global,
                BrokerArguments& arguments,
                Command& command) {
  auto* group = app.add_subcommand("broker", "Registered brokers");
  group->require_subcommand(1);
  add_questions(*group, global, arguments, command);
  add_wishes(*group, global, arguments, command);
  auto* unregister =
      group->add_subcommand("unregister", "Take a broker's registration away, whatever its state");
  add_id(*unregister, arguments);
  add_dry_run(*unregister, global);
  unregister->callback([&] { command = [&] { return broker_unregister(global, arguments.id); }; });
}

}  // namespace quorate::cli
