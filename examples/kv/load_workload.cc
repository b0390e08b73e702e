#include "examples/kv/load_workload.h"

#include <algorithm>

namespace quorate::kv {

std::string Workload::new_value() {
  std::string value = "c" + std::to_string(client_) + "-" + std::to_string(++values_);
  if (value.size() < options_.value_bytes) value.resize(options_.value_bytes, '.');
  return value;
}

v1::Request Workload::next() {
  v1::Request request;
  const Mix& mix = options_.mix;
  const std::string wanted = key(draw_key());
  std::uint64_t draw =
      random_.below(mix.get + mix.put + mix.cas + mix.erase + mix.txn + mix.stale_get);
  const auto is = [&draw](std::uint32_t weight) {
    if (draw < weight) return true;
    draw -= weight;
    return false;
  };
  if (is(mix.get)) {
    request.mutable_get()->set_key(wanted);
  } else if (is(mix.put)) {
    request.mutable_put()->set_key(wanted);
    request.mutable_put()->set_value(new_value());
  } else if (is(mix.cas)) {
    v1::Cas& cas = *request.mutable_cas();
    cas.set_key(wanted);
    const auto seen = seen_.find(wanted);
    if (seen != seen_.end()) cas.set_expected(seen->second);
    cas.set_value(new_value());
  } else if (is(mix.erase)) {
    request.mutable_delete_key()->set_key(wanted);
  } else if (is(mix.txn)) {
    draw_txn(*request.mutable_txn());
  } else {
    request.mutable_get()->set_key(wanted);
    request.mutable_get()->set_consistency(v1::STALE);
  }
  return request;
}

// Compares one key of a group and writes all of them, now and then deleting one.
void Workload::draw_txn(v1::Txn& txn) {
  const std::size_t size = std::max<std::size_t>(1, options_.keys_per_group);
  const std::size_t first = draw_key() / size * size;
  const std::size_t end = std::min(first + size, options_.keys);
  const std::string compared = key(random_.between(first, end - 1));
  v1::Compare& compare = *txn.add_compares();
  compare.set_key(compared);
  const auto seen = seen_.find(compared);
  if (seen != seen_.end()) compare.set_expected(seen->second);
  for (std::size_t at = first; at < end; ++at) {
    v1::Write& write = *txn.add_writes();
    write.set_key(key(at));
    if (!random_.chance(1, 8)) write.set_value(new_value());
  }
}

void Workload::learn(const v1::Request& request, const v1::Response& response) {
  const auto note = [this](const std::string& key, const auto& held, const std::string& value) {
    if (held) {
      seen_[key] = value;
    } else {
      seen_.erase(key);
    }
  };
  if (request.has_get()) {
    note(request.get().key(), response.get().has_value(), response.get().value());
  } else if (request.has_put()) {
    note(request.put().key(), true, request.put().value());
  } else if (request.has_delete_key()) {
    note(request.delete_key().key(), false, {});
  } else if (request.has_cas()) {
    const v1::CasResult& result = response.cas();
    const bool swapped = result.swapped();
    note(request.cas().key(),
         swapped || result.has_actual(),
         swapped ? request.cas().value() : result.actual());
  } else if (response.txn().succeeded()) {
    for (const v1::Write& write : request.txn().writes())
      note(write.key(), write.has_value(), write.value());
  } else {
    for (const v1::Observed& one : response.txn().observed())
      note(one.key(), one.has_value(), one.value());
  }
}

}  // namespace quorate::kv
