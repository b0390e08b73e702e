// Plans and effects on the wire.
//
// Thread: any.
#pragma once

#include "quorate/controller/v1/common.pb.h"

#include "controller/control/decision.h"
#include "controller/control/effects.h"

namespace quorate::controller {

void write_effects(const Effects& effects, v1::Effects& wire);
void write_plan(const Plan& plan, v1::Plan& wire);

}  // namespace quorate::controller
