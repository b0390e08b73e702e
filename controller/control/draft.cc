#include "controller/control/draft.h"

#include <utility>

namespace quorate::controller {

Draft::Draft(const MetadataImage& pending)
    : batch_(std::make_shared<v1::RecordBatch>()), replayer_(pending, Replayer::Source::kLog) {
  batch_->set_base_offset(pending.end_offset);
}

void Draft::append(v1::Record record) {
  if (!status_.is_ok()) return;
  status_ = replayer_.apply(record);
  if (status_.is_ok()) *batch_->add_records() = std::move(record);
}

void Draft::explain(std::string rule, std::string text) {
  if (batch_->cause().rule().empty()) batch_->mutable_cause()->set_rule(rule);
  trace_.add(std::move(rule), std::move(text));
}

}  // namespace quorate::controller
