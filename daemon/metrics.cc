#include "daemon/metrics.h"

#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <variant>

#include "raft/base/check.h"
#include "raft/base/mutex.h"

namespace quorate {
namespace {

constexpr std::array<std::int64_t, 16> kBucketNs = {100'000,
                                                    200'000,
                                                    500'000,
                                                    1'000'000,
                                                    2'000'000,
                                                    5'000'000,
                                                    10'000'000,
                                                    20'000'000,
                                                    50'000'000,
                                                    100'000'000,
                                                    200'000'000,
                                                    500'000'000,
                                                    1'000'000'000,
                                                    2'000'000'000,
                                                    5'000'000'000,
                                                    10'000'000'000};
constexpr double kNsPerSecond = 1e9;

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::kCounter: return "counter";
    case MetricType::kGauge: return "gauge";
    case MetricType::kHistogram: return "histogram";
  }
  QUORATE_CHECK(false);
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

void append_escaped(std::string& out, std::string_view text, std::string_view specials) {
  for (const char symbol : text) {
    if (symbol == '\n') {
      out += "\\n";
      continue;
    }
    if (specials.find(symbol) != std::string_view::npos) out += '\\';
    out += symbol;
  }
}

}  // namespace

Histogram::Histogram() : buckets_(kBucketNs.size() + 1) {}

void Histogram::observe_ns(std::int64_t duration_ns) {
  std::size_t at = 0;
  while (at < kBucketNs.size() && duration_ns > kBucketNs.at(at))
    ++at;
  buckets_[at].fetch_add(1, std::memory_order_relaxed);
  if (duration_ns > 0) {
    sum_ns_.fetch_add(static_cast<std::uint64_t>(duration_ns), std::memory_order_relaxed);
  }
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_)
    total += bucket.load(std::memory_order_relaxed);
  return total;
}

void MetricsText::family(std::string_view name, MetricType type, std::string_view doc) {
  family_ = name;
  text_ += "# HELP " + family_ + ' ';
  append_escaped(text_, doc, "\\");
  text_ += "\n# TYPE " + family_ + ' ';
  text_ += type_name(type);
  text_ += '\n';
}

void MetricsText::sample(double value, const Labels& labels) {
  line("", labels, value);
}

void MetricsText::histogram(const Histogram& histogram, const Labels& labels) {
  std::uint64_t below = 0;
  for (std::size_t at = 0; at < histogram.buckets_.size(); ++at) {
    below += histogram.buckets_[at].load(std::memory_order_relaxed);
    Labels bucket = labels;
    const bool last = at == kBucketNs.size();
    bucket.emplace_back(
        "le", last ? "+Inf" : number(static_cast<double>(kBucketNs.at(at)) / kNsPerSecond));
    line("_bucket", bucket, static_cast<double>(below));
  }
  const auto sum_ns = histogram.sum_ns_.load(std::memory_order_relaxed);
  line("_sum", labels, static_cast<double>(sum_ns) / kNsPerSecond);
  line("_count", labels, static_cast<double>(below));
}

void MetricsText::line(std::string_view suffix, const Labels& labels, double value) {
  text_ += family_;
  text_ += suffix;
  for (std::size_t at = 0; at < labels.size(); ++at) {
    text_ += at == 0 ? '{' : ',';
    text_ += labels[at].first + "=\"";
    append_escaped(text_, labels[at].second, "\\\"");
    text_ += '"';
  }
  if (!labels.empty()) text_ += '}';
  text_ += ' ' + number(value) + '\n';
}

class Metrics::Impl {
 public:
  using Series =
      std::variant<std::unique_ptr<Counter>, std::unique_ptr<Gauge>, std::unique_ptr<Histogram>>;
  struct Family {
    MetricType type = MetricType::kCounter;
    std::string doc;
    std::map<Labels, Series> series;
  };

  template <typename Kind>
  Kind& series(std::string_view name, MetricType type, std::string_view doc, Labels labels) {
    const MutexLock lock(mutex_);
    auto [family, made] = families_.try_emplace(std::string(name));
    if (made) {
      family->second.type = type;
      family->second.doc = doc;
    }
    QUORATE_CHECK(family->second.type == type);
    auto [entry, fresh] = family->second.series.try_emplace(std::move(labels));
    if (fresh) entry->second = std::make_unique<Kind>();
    return *std::get<std::unique_ptr<Kind>>(entry->second);
  }

  void on_scrape(std::function<void(MetricsText&)> write) {
    const MutexLock lock(mutex_);
    callbacks_.push_back(std::move(write));
  }

  std::string render() const {
    const MutexLock lock(mutex_);
    MetricsText text;
    for (const auto& [name, family] : families_) {
      text.family(name, family.type, family.doc);
      for (const auto& [labels, series] : family.series)
        write(text, labels, series);
    }
    for (const auto& callback : callbacks_)
      callback(text);
    return std::move(text).take();
  }

 private:
  static void write(MetricsText& text, const Labels& labels, const Series& series) {
    if (const auto* counter = std::get_if<std::unique_ptr<Counter>>(&series)) {
      text.sample(static_cast<double>((*counter)->value()), labels);
    } else if (const auto* gauge = std::get_if<std::unique_ptr<Gauge>>(&series)) {
      text.sample((*gauge)->value(), labels);
    } else {
      text.histogram(*std::get<std::unique_ptr<Histogram>>(series), labels);
    }
  }

  mutable Mutex mutex_;
  std::map<std::string, Family, std::less<>> families_ QUORATE_GUARDED_BY(mutex_);
  std::vector<std::function<void(MetricsText&)>> callbacks_ QUORATE_GUARDED_BY(mutex_);
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string_view name, std::string_view doc, Labels labels) {
  return impl_->series<Counter>(name, MetricType::kCounter, doc, std::move(labels));
}
Gauge& Metrics::gauge(std::string_view name, std::string_view doc, Labels labels) {
  return impl_->series<Gauge>(name, MetricType::kGauge, doc, std::move(labels));
}
Histogram& Metrics::histogram(std::string_view name, std::string_view doc, Labels labels) {
  return impl_->series<Histogram>(name, MetricType::kHistogram, doc, std::move(labels));
}
void Metrics::on_scrape(std::function<void(MetricsText&)> write) {
  impl_->on_scrape(std::move(write));
}
std::string Metrics::render() const {
  return impl_->render();
}

}  // namespace quorate
