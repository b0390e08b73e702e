#include <catch2/catch.hpp>

#include "daemon/field.h"
#include "daemon/log.h"
#include "daemon/metrics.h"
#include "tests/daemon/free_path.h"

namespace quorate {
namespace {

TEST_CASE("bytes that are not text become text in JSON", "[daemon][field][X12]") {
  std::string out;
  append_json_string(out, "a\"b\\c\n\x01\xFF\xC3\xA9\xED\xA0\x80");
  CHECK(out == "\"a\\\"b\\\\c\\n\\u0001\xEF\xBF\xBD\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("values with spaces are quoted in logfmt and others are not", "[daemon][field]") {
  std::string out;
  append_logfmt_field(out, {"a", "plain"});
  append_logfmt_field(out, {"b", "two words"});
  append_logfmt_field(out, {"c", -3});
  append_logfmt_field(out, {"d", true});
  append_logfmt_field(out, {"e", ""});
  CHECK(out == " a=plain b=\"two words\" c=-3 d=true e=\"\"");
}

TEST_CASE("times are RFC 3339 with microseconds", "[daemon][field]") {
  CHECK(to_rfc3339(0) == "1970-01-01T00:00:00.000000Z");
  CHECK(to_rfc3339(1'700'000'000'000'042) == "2023-11-14T22:13:20.000042Z");
  CHECK(to_rfc3339(-1) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("a log line has its keys in order and levels below are left out", "[daemon][log]") {
  const FreePath path;
  {
    auto log = Log::open({.node = 3, .role = "controller", .path = path.text()});
    REQUIRE(log.is_ok());
    (*log)->debug("not written");
    (*log)->info("leader changed", {{"term", 4}});
    (*log)->set_level(LogLevel::kDebug);
    (*log)->debug("written");
  }
  const std::string text = path.contents();
  CHECK(text.find("not written") == std::string::npos);
  CHECK(text.find(" level=info node=3 role=controller msg=\"leader changed\" term=4\n") !=
        std::string::npos);
  CHECK(text.find("level=debug node=3 role=controller msg=written\n") != std::string::npos);
}

TEST_CASE("metrics come out in the text format of Prometheus", "[daemon][metrics]") {
  Metrics metrics;
  metrics.counter("requests_total", "Requests.", {{"kind", "a\"b"}}).add(2);
  metrics.counter("requests_total", "Requests.", {{"kind", "a\"b"}}).add(1);
  metrics.gauge("temperature", "Now.").set(1.5);
  metrics.histogram("wait_seconds", "Waits.").observe_ns(1'500'000);
  metrics.on_scrape([](MetricsText& text) {
    text.family("asked", MetricType::kGauge, "At the scrape.");
    text.sample(7);
  });
  const std::string text = metrics.render();
  CHECK(text.find("# TYPE requests_total counter\nrequests_total{kind=\"a\\\"b\"} 3\n") !=
        std::string::npos);
  CHECK(text.find("# TYPE temperature gauge\ntemperature 1.5\n") != std::string::npos);
  CHECK(text.find("wait_seconds_bucket{le=\"0.001\"} 0\n") != std::string::npos);
  CHECK(text.find("wait_seconds_bucket{le=\"0.002\"} 1\n") != std::string::npos);
  CHECK(text.find("wait_seconds_bucket{le=\"+Inf\"} 1\n") != std::string::npos);
  CHECK(text.find("wait_seconds_sum 0.0015\nwait_seconds_count 1\n") != std::string::npos);
  CHECK(text.find("asked 7\n") != std::string::npos);
}

}  // namespace
}  // namespace quorate
