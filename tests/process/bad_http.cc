#include "tests/process/bad_http.h"

#include <fstream>
#include <string>

#include "tests/process/hostile_bytes.h"

namespace quorate::testing {
namespace {

std::string first_line(const broker::RawClient& client) {
  const std::string all = client.receive_until_closed();
  return all.substr(0, all.find('\r'));
}

// The most memory that the process ever had resident, in bytes.
std::size_t peak_memory(const LiveProcess& process) {
  constexpr std::size_t kKiB = 1024;
  std::ifstream status("/proc/" + std::to_string(process.pid) + "/status");
  std::string word;
  while (status >> word && word != "VmHWM:") {
  }
  std::size_t kib = 0;
  REQUIRE(status >> kib);
  return kib * kKiB;
}

}  // namespace

void refuse_bad_http(Random& random, const LiveProcess& process) {
  const auto answer = [&](const std::string& bytes) {
    const broker::RawClient client(process.http_port);
    client.send(bytes);
    return first_line(client);
  };
  CHECK(answer("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n") ==
        "HTTP/1.1 414 URI Too Long");
  CHECK(answer("GET /livez HTTP/1.1\r\nX: " + std::string(9000, 'a') + "\r\n\r\n") ==
        "HTTP/1.1 400 Bad Request");
  CHECK(answer("GET /" + std::string(20'000, 'a')) ==
        "HTTP/1.1 431 Request Header Fields Too Large");
  CHECK(answer("POST /livez HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n") ==
        "HTTP/1.1 405 Method Not Allowed");
  CHECK(answer("nonsense\r\n\r\n") == "HTTP/1.1 400 Bad Request");
  CHECK(answer("GET /../../etc/passwd HTTP/1.1\r\n\r\n") == "HTTP/1.1 404 Not Found");
  answer(noise(random, 100'000));
  CHECK(answer("GET /livez HTTP/1.1\r\n\r\n") == "HTTP/1.1 200 OK");
}

void refuse_endless_http(const LiveProcess& process) {
  const std::size_t before = peak_memory(process);
  expect_closed(process.http_port, "GET /" + std::string(32 * kMiB, 'a'));
  std::string headers = "GET /livez HTTP/1.1\r\n";
  while (headers.size() < 4 * kMiB)
    headers += "a: b\r\n";
  expect_closed(process.http_port, headers);
  CHECK(peak_memory(process) - before < 8 * kMiB);
}

}  // namespace quorate::testing
