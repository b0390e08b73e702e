// A group of one elects itself and commits a command: the core runs with nothing around it.
#include <cstdio>

#include "raft/core/consensus.h"

using namespace quorate;
using namespace quorate::raft;

int main() {
  Options options{.cluster = {1, 1}, .self = {NodeId{1}, {1, 1}}};
  Recovered empty;
  empty.snapshot.membership.voters = {options.self};
  const auto core = Consensus::create(options, empty, Random(1));
  if (!core.is_ok()) return 1;
  (*core)->campaign();
  (*core)->propose({.token = 1, .data = SharedBytes("too early")});
  for (int turn = 0; turn < 10; ++turn) {
    const Ready ready = (*core)->take_ready();
    if (ready.persist) (*core)->persisted(ready.persist->seq);
    if (!ready.apply.empty()) (*core)->applied(ready.apply.last);
  }
  std::printf("%s\n", (*core)->describe().c_str());
  return (*core)->role() == Role::kLeader && (*core)->commit_index() == Index{1} ? 0 : 1;
}
