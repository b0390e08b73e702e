// Metrics: counters, gauges and histograms of one process, shown in Prometheus' text format.
//
// A series is made once and then only touched by atomics. What is cheaper to ask than to keep
// (positions, roles, image counts) is written by an on_scrape callback.
//
// Owner: main; must outlive every series user. Thread: any (locks inside; series are atomic).
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quorate {

enum class MetricType : std::uint8_t { kCounter, kGauge, kHistogram };

using Labels = std::vector<std::pair<std::string, std::string>>;

class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Seconds, in buckets from 100 us to 10 s, each about twice the one before.
class Histogram {
 public:
  Histogram();
  void observe_ns(std::int64_t duration_ns);
  [[nodiscard]] std::uint64_t count() const;

 private:
  friend class MetricsText;
  std::vector<std::atomic<std::uint64_t>> buckets_;  // the last one is +Inf
  std::atomic<std::uint64_t> sum_ns_{0};
};

// One answer to a scrape while it is written. Samples of one family must follow its family() call.
class MetricsText {
 public:
  void family(std::string_view name, MetricType type, std::string_view doc);
  void sample(double value, const Labels& labels = {});
  void histogram(const Histogram& histogram, const Labels& labels = {});
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void line(std::string_view suffix, const Labels& labels, double value);

  std::string text_;
  std::string family_;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The series of that name and labels, made at the first call. Names of one family must keep one
  // type. The reference stays valid.
  Counter& counter(std::string_view name, std::string_view doc, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view doc, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view doc, Labels labels = {});

  // `write` is called at every scrape, on the scraping thread; it must not block.
  void on_scrape(std::function<void(MetricsText&)> write);

  [[nodiscard]] std::string render() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate
