// Core values as bytes, taken apart as a Fingerprint does (field_walk.h). Read and written by one
// build of this library: not a format for disks or wires.
//
// Payloads of commands and content of snapshots are not written, only their sizes: the core never
// looks into them. What is read back has zeros in their place, and a checksum that is right or
// wrong as it was.
//
// StateReader is total: bytes that no StateWriter made leave it failed().
// Thread: values. Source: docs/adr/0009-flight-recorder.md.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "raft/base/crc32c.h"
#include "raft/base/status.h"
#include "raft/core/entry.h"
#include "raft/core/field_walk.h"
#include "raft/core/members.h"
#include "raft/core/message.h"
#include "raft/core/options.h"

namespace quorate::raft {

// Whether checksums are compared while writing: what a peer sent may be damaged, and the core's
// answer depends on it; what the core holds was compared before.
enum class Payloads : std::uint8_t { kTrusted, kCompared };

class StateWriter : public FieldWalk<StateWriter> {
 public:
  // Appends to `out`, which must outlive the writer.
  StateWriter(std::string& out, Payloads payloads) : out_(out), payloads_(payloads) {}

 private:
  friend class FieldWalk<StateWriter>;
  using FieldWalk::add;

  // 7 bits a byte, lowest first.
  void word(std::uint64_t value) {
    while (value >= 0x80U) {
      out_.push_back(static_cast<char>(static_cast<unsigned char>(value | 0x80U)));
      value >>= 7U;
    }
    out_.push_back(static_cast<char>(static_cast<unsigned char>(value)));
  }
  void text(std::string_view bytes) {
    word(bytes.size());
    out_.append(bytes);
  }

  // Random bits: varints would be longer.
  void add(const Uuid& uuid) {
    for (const std::uint64_t half : {uuid.high, uuid.low}) {
      for (unsigned shift = 0; shift < 64; shift += 8)
        out_.push_back(static_cast<char>(static_cast<unsigned char>(half >> shift)));
    }
  }
  void add(const SharedBytes& bytes) { word(bytes.size()); }
  void add(const Status& status) { word(static_cast<std::uint64_t>(status.code())); }
  void add(const Entry& entry) { add_entries(&entry, &entry + 1); }
  void add(const std::vector<Entry>& entries) { add_entries(entries.begin(), entries.end()); }
  void add(const std::deque<Entry>& entries) { add_entries(entries.begin(), entries.end()); }
  void add(const InstallSnapshot& body) {
    const bool is_intact =
        payloads_ == Payloads::kTrusted || crc32c(body.chunk.view()) == body.chunk_checksum;
    (*this)(body.meta, body.transfer, body.offset, body.chunk, is_intact);
  }

  // What entries that follow each other have in common.
  struct Shape {
    Term term;
    EntryKind kind = EntryKind::kNormal;
    std::size_t size = 0;
    bool is_intact = true;
    bool operator==(const Shape&) const = default;
  };
  [[nodiscard]] Shape shape_of(const Entry& entry) const {
    const bool is_intact_here = payloads_ == Payloads::kTrusted || is_intact(entry);
    return {entry.id.term, entry.kind, entry.data.size(), is_intact_here};
  }
  // Runs of entries of one shape, each with its length in front; 0 ends the list. A membership is a
  // run of its own, with its bytes.
  template <typename At>
  void add_entries(At at, At end) {
    while (at != end) {
      const Shape shape = shape_of(*at);
      const Entry& front = *at;
      std::uint64_t length = 1;
      for (++at; at != end && shape.kind != EntryKind::kMembership; ++at, ++length) {
        const bool follows = at->id.index.value == front.id.index.value + length;
        if (!follows || !(shape_of(*at) == shape)) break;
      }
      word(length);
      (*this)(front.id.index, shape.term, shape.kind, shape.size, shape.is_intact);
      if (shape.kind == EntryKind::kMembership) out_.append(front.data.view());
    }
    word(0);
  }

  std::string& out_;
  Payloads payloads_;
};

// What a T is before its fields are read; specialised where limits are members (state_codec.cc).
template <typename T>
struct Blank {
  static T make(const Options& /*options*/) { return T{}; }
};

class StateReader {
 public:
  // `bytes` must outlive the reader. `options`: of the replica whose values they are.
  StateReader(std::string_view bytes, const Options& options) : rest_(bytes), options_(options) {}

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool finished() const { return !failed_ && rest_.empty(); }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }

  // 4 bytes, lowest first.
  std::uint32_t fixed32() {
    std::uint32_t value = 0;
    unsigned shift = 0;
    for (const char c : raw(4)) {
      value |= std::uint32_t{static_cast<unsigned char>(c)} << shift;
      shift += 8;
    }
    return value;
  }

  // The fields are members of an object that is not const: each_field() shows them as const.
  template <typename... Fields>
  void operator()(const Fields&... fields) {
    (add(const_cast<Fields&>(fields)), ...);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }

 private:
  static constexpr std::uint64_t kPayloadBytesMax = 1U << 30U;
  static constexpr std::uint64_t kRunMax = 1U << 28U;

  std::uint64_t word() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80U) return value;
    }
    return fail();
  }
  std::uint64_t fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }
  std::string_view raw(std::uint64_t count) {
    if (count > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  template <typename T>
  void add(T& field) {
    if constexpr (std::is_enum_v<T> || std::integral<T>) {
      field = static_cast<T>(word());
    } else if constexpr (requires { field.each_field(*this); }) {
      field.each_field(*this);
    } else {
      visit_members(field, [this](auto&... members) { (*this)(members...); });
    }
  }
  void add(std::string& text) { text = raw(word()); }
  void add(Uuid& uuid) {
    for (std::uint64_t* half : {&uuid.high, &uuid.low}) {
      *half = 0;
      unsigned shift = 0;
      for (const char c : raw(8)) {
        *half |= std::uint64_t{static_cast<unsigned char>(c)} << shift;
        shift += 8;
      }
    }
  }
  void add(SharedBytes& bytes) { bytes = zeros(word()); }
  void add(Entry& entry) {
    std::vector<Entry> one;
    add(one);
    if (one.size() != 1) fail();
    if (!failed_) entry = std::move(one.front());
  }
  void add(std::vector<Entry>& entries) { add_entries(entries); }
  void add(std::deque<Entry>& entries) { add_entries(entries); }
  void add(InstallSnapshot& body) {
    bool is_intact = true;
    (*this)(body.meta, body.transfer, body.offset, body.chunk, is_intact);
    body.chunk_checksum = crc32c(body.chunk.view()) + (is_intact ? 0U : 1U);
  }
  template <typename T>
  void add(std::optional<T>& field) {
    field.reset();
    if (word() == 0 || failed_) return;
    field.emplace(Blank<T>::make(options_));
    add(*field);
  }
  template <typename A, typename B>
  void add(std::pair<A, B>& field) {
    (*this)(field.first, field.second);
  }
  template <typename... Alternatives>
  void add(std::variant<Alternatives...>& field) {
    const std::uint64_t wanted = word();
    std::uint64_t index = 0;
    const auto read_if_wanted = [&]<typename T>(std::type_identity<T> /*type*/) {
      if (index++ != wanted || failed_) return;
      field.template emplace<T>(Blank<T>::make(options_));
      add(std::get<T>(field));
    };
    (read_if_wanted(std::type_identity<Alternatives>()), ...);
    if (wanted >= sizeof...(Alternatives)) fail();
  }
  template <typename T>
  void add(std::vector<T>& fields) {
    add_all(fields);
  }
  template <typename T>
  void add(std::deque<T>& fields) {
    add_all(fields);
  }
  template <typename Range>
  void add_all(Range& fields) {
    using T = typename Range::value_type;
    fields.clear();
    const std::uint64_t count = word();
    if (count > rest_.size()) fail();  // each has a byte at least
    for (std::uint64_t i = 0; i < count && !failed_; ++i) {
      fields.push_back(Blank<T>::make(options_));
      add(fields.back());
    }
  }

  template <typename Range>
  void add_entries(Range& entries) {
    entries.clear();
    for (std::uint64_t length = word(); length != 0 && !failed_; length = word()) {
      LogId id;
      EntryKind kind{};
      std::uint64_t size = 0;
      bool is_intact = true;
      (*this)(id.index, id.term, kind, size, is_intact);
      SharedBytes data =
          kind == EntryKind::kMembership ? SharedBytes(std::string(raw(size))) : zeros(size);
      if (length > kRunMax) fail();
      for (std::uint64_t i = 0; i < length && !failed_; ++i, id.index = id.index.next()) {
        entries.push_back(make_entry(id, kind, data));
        if (!is_intact) ++entries.back().checksum;
      }
    }
  }

  // All share one block of zeros.
  SharedBytes zeros(std::uint64_t size) {
    if (size > kPayloadBytesMax) {
      fail();
      return {};
    }
    if (!zeros_ || zeros_->size() < size) {
      zeros_ = std::make_shared<const std::string>(static_cast<std::size_t>(size), '\0');
    }
    return {zeros_, std::string_view(*zeros_).substr(0, static_cast<std::size_t>(size))};
  }

  std::string_view rest_;
  Options options_;
  bool failed_ = false;
  std::shared_ptr<const std::string> zeros_;
};

}  // namespace quorate::raft
