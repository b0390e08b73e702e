// The algebra of image and records: writing and replaying are inverse, in one step or in many.
#include "controller/image/image_writer.h"

#include <set>

#include <catch2/catch.hpp>

#include "controller/image/delta.h"
#include "tests/controller/image/records.h"

namespace quorate::controller {
namespace {

using namespace testing;

TEST_CASE("an image written and read back is the same image at every step of a cluster's life",
          "[controller][image_writer][C2]") {
  MetadataImage image;
  CHECK(records_of(image).empty());
  for (const v1::RecordBatch& one : life_of_a_cluster()) {
    image = replayed(image, one);
    const MetadataImage read = from_snapshot(records_of(image), image.end_offset);
    CHECK(text_of(read) == text_of(image));
    CHECK(state_hash(read) == state_hash(image));
  }
}

TEST_CASE("replay goes on from a snapshot taken at any offset to the same end",
          "[controller][image_writer][C1][C2]") {
  const std::vector<v1::RecordBatch> batches = life_of_a_cluster();
  const MetadataImage end = image_after(batches);
  for (std::size_t cut = 0; cut <= batches.size(); ++cut) {
    const auto middle = batches.begin() + static_cast<std::ptrdiff_t>(cut);
    const MetadataImage early = image_after({batches.begin(), middle});
    MetadataImage image = from_snapshot(records_of(early), early.end_offset);
    for (auto next = middle; next != batches.end(); ++next)
      image = replayed(image, *next);
    CHECK(text_of(image) == text_of(end));
    CHECK(state_hash(image) == state_hash(end));
  }
}

TEST_CASE("images of the past stay as they were", "[controller][image_writer]") {
  std::vector<MetadataImage> images;
  std::vector<std::string> texts;
  MetadataImage image;
  for (const v1::RecordBatch& one : life_of_a_cluster()) {
    image = replayed(image, one);
    images.push_back(image);
    texts.push_back(text_of(image));
  }
  for (std::size_t i = 0; i < images.size(); ++i)
    CHECK(text_of(images[i]) == texts[i]);
}

TEST_CASE("the state hash differs between any two different states of a cluster's life",
          "[controller][image_writer]") {
  std::set<std::uint64_t> hashes;
  std::set<std::string> states;
  MetadataImage image;
  for (const v1::RecordBatch& one : life_of_a_cluster()) {
    image = replayed(image, one);
    hashes.insert(state_hash(image));
    std::string state;
    for (const v1::Record& record : records_of(image))
      state += record.ShortDebugString();
    states.insert(state);
  }
  CHECK(hashes.size() == states.size());
  CHECK(states.size() == life_of_a_cluster().size() - 1);  // NoOp alone changes no state
}

TEST_CASE("every kind of record is replayed in a cluster's life",
          "[controller][image_writer][C3]") {
  std::set<int> kinds;
  for (const v1::RecordBatch& one : life_of_a_cluster()) {
    for (const v1::Record& record : one.records())
      kinds.insert(record.kind_case());
  }
  CHECK(static_cast<int>(kinds.size()) == v1::Record::descriptor()->field_count());
}

// Names of the fields of `type` and of what is in it.
void add_fields(const google::protobuf::Descriptor& type, std::set<std::string>& names) {
  for (int at = 0; at < type.field_count(); ++at) {
    const google::protobuf::FieldDescriptor& field = *type.field(at);
    if (!names.insert(field.full_name()).second) continue;
    if (field.message_type() != nullptr) add_fields(*field.message_type(), names);
  }
}

// Takes out what `message` says.
void erase_fields(const google::protobuf::Message& message, std::set<std::string>& names) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    names.erase(field->full_name());
    if (field->message_type() == nullptr) continue;
    if (!field->is_repeated()) {
      erase_fields(reflection.GetMessage(message, field), names);
      continue;
    }
    for (int at = 0; at < reflection.FieldSize(message, field); ++at)
      erase_fields(reflection.GetRepeatedMessage(message, field, at), names);
  }
}

// So that no field can be forgotten in a snapshot: every step of that life is written and read.
TEST_CASE("every field of every record has a value in a cluster's life or its snapshots",
          "[controller][image_writer][C2][C3]") {
  std::set<std::string> missing;
  add_fields(*v1::Record::descriptor(), missing);
  MetadataImage image;
  for (const v1::RecordBatch& one : life_of_a_cluster()) {
    for (const v1::Record& record : one.records())
      erase_fields(record, missing);
    image = replayed(image, one);
    for (const v1::Record& record : records_of(image))
      erase_fields(record, missing);
  }
  CHECK(missing == std::set<std::string>{});
}

TEST_CASE("chunks keep their bounds and their order", "[controller][image_writer]") {
  const MetadataImage image = image_after(life_of_a_cluster());
  std::vector<v1::Record> joined;
  std::size_t chunks = 0;
  write_image(image, {.chunk_records_max = 3}, [&](std::vector<v1::Record>& chunk) {
    CHECK_FALSE(chunk.empty());
    CHECK(chunk.size() <= 3);
    ++chunks;
    joined.insert(joined.end(), chunk.begin(), chunk.end());
    return true;
  });
  CHECK(chunks > 3);
  CHECK(text_of(from_snapshot(joined, image.end_offset)) == text_of(image));

  std::size_t pieces = 0;
  write_image(image, {.chunk_bytes_max = 1}, [&](std::vector<v1::Record>& chunk) {
    CHECK(chunk.size() == 1);
    return ++pieces < 2;
  });
  CHECK(pieces == 2);
}

}  // namespace
}  // namespace quorate::controller
