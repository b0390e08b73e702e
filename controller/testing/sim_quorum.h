// The controllers of a simulated cluster as brokers and administrators reach them: one attempt of
// one request at one controller, over the wire there and back, with a patience.
//
// Owner: ClusterSimulation. Thread: one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/testing/sim_command.h"
#include "controller/testing/sim_controller.h"

namespace quorate::controller::testing {

class SimQuorum {
 public:
  explicit SimQuorum(ClusterWorld& world) : world_(world) {}

  void add(SimController& controller) { controllers_.push_back(&controller); }
  [[nodiscard]] std::size_t size() const { return controllers_.size(); }
  [[nodiscard]] SimController& at(std::size_t number) const { return *controllers_[number]; }
  // One that believes itself active; the one with the newest term of several. Null: none.
  [[nodiscard]] SimController* active() const {
    for (SimController* one : controllers_) {
      if (one->is_active()) return one;
    }
    return nullptr;
  }

  // `done` is called once: with the answer, a refusal, or kUnknownOutcome after the patience.
  template <typename Question, typename Done>
  void call(Place from, std::size_t to, Question question, Caller caller, Done done) {
    using Answer = AnswerTo<Question>;
    const auto open = std::make_shared<bool>(true);
    const auto end = [open, done = std::move(done)](const Reply<Answer>& reply) {
      if (std::exchange(*open, false)) done(reply);
    };
    world_.heap.after(kPatience, [end] {
      end({Status(Code::kUnknownOutcome, "no answer"), {}, std::nullopt, {}, {}});
    });
    SimController* controller = controllers_[to];
    const Place there = place_of(controller->node());
    const auto deadline_ns = static_cast<std::int64_t>((world_.heap.now() + kPatience) * 1000);
    world_.wire.send(
        from,
        there,
        [this,
         controller,
         from,
         there,
         end,
         deadline_ns,
         question = std::move(question),
         caller = std::move(caller)] {
          auto back = [this, from, there, end](const Reply<Answer>& reply) {
            world_.wire.send(there, from, [end, reply] { end(reply); });
          };
          controller->take(std::make_unique<SimCommand<Question>>(
              question, caller, deadline_ns, controller->node(), world_.checker, std::move(back)));
        });
  }

  static constexpr SimTime kPatience = 500 * kMillisecond;

 private:
  ClusterWorld& world_;
  std::vector<SimController*> controllers_;
};

}  // namespace quorate::controller::testing
