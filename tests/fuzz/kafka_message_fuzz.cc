// Any bytes are a request or response of the Kafka protocol, or are refused. The input begins like
// a request frame: API key, version, correlation id. As a request it is decoded as
// Connection::serve() does; where the correlation id is odd, what follows the first eight bytes is
// taken for the response to it, which the fetcher of a follower decodes.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "broker-stub/kafka/api.h"
#include "broker-stub/kafka/messages/headers.h"
#include "tests/broker-stub/kafka/message_cases.h"

namespace {

using namespace quorate::kafka;  // NOLINT(google-build-using-namespace)

const cases::MessageCase& case_named(const std::string& name) {
  static const auto by_name = [] {
    std::map<std::string, cases::MessageCase> made;
    for (cases::MessageCase& each : cases::all_cases())
      made.emplace(each.name, each);
    return made;
  }();
  return by_name.at(name);
}

// What decodes is encoded again, and that is a form that does not change any more.
void round_trip(const cases::MessageCase& message, std::string_view body, std::int16_t version) {
  if (version < message.version_min || version > message.version_max) return;
  const auto once = message.again(body, version);
  if (!once.is_ok()) return;
  const auto twice = message.again(*once, version);
  QUORATE_CHECK(twice.is_ok() && *twice == *once);
  QUORATE_CHECK(message.to_json(body, version).is_ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view frame(reinterpret_cast<const char*>(data), size);
  Reader start(frame);
  const std::int16_t key = start.int16();
  const std::int16_t version = start.int16();
  const std::int32_t correlation_id = start.int32();
  const Api* api = find_api(key);
  if (api == nullptr || !api->is_served(version)) return 0;
  if (correlation_id % 2 != 0) {
    round_trip(case_named(std::string(api->name) + "Response"), start.rest(), version);
    return 0;
  }
  Reader reader(frame);
  RequestHeader header;
  if (!header.decode(reader, api->request_header_version(version)).is_ok()) return 0;
  round_trip(case_named(std::string(api->name) + "Request"), reader.rest(), version);
  return 0;
}
