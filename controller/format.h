// quorate-controller format: makes the data directory, once per disk.
#pragma once

#include <string>
#include <vector>

#include "controller/service/controller_config.h"
#include "raft/base/status.h"

namespace quorate::controller {

struct FormatArguments {
  std::string cluster_id;
  // Those of a new cluster, on each of them. Nobody: the directory waits until the controllers of a
  // running cluster take it in, under an incarnation that is drawn here.
  std::vector<std::string> initial_controllers;
  // Of a quorum that was recovered (docs/recovery.md), whom no initial controllers are named.
  // Empty: none.
  std::string fence;
};

// kInvalidArgument: not a command that can be carried out; nothing was made.
Status format(const ControllerConfig& config, const FormatArguments& arguments);

}  // namespace quorate::controller
