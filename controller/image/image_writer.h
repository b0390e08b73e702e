// An image as records: snapshot = records. Replaying them onto an empty image (Source::kSnapshot)
// gives an image of the same content and hash.
//
// Order: features, brokers, topics by id, each with its configs and partitions, other configs,
// producer ids, quotas, SCRAM credentials, access control entries, answered requests oldest first.
// The order and the cuts between chunks depend on the content alone: equal images give equal
// chunks, whatever their history.
//
// One chunk at a time: whoever sends or stores an image never holds more of it as records. The
// writer keeps the image (a few pointers), later images do not change what it gives.
//
// Owner: whoever writes the image away. Thread: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "controller/image/image.h"
#include "controller/image/types.h"

namespace quorate::controller {

struct ImageWriterOptions {
  std::size_t chunk_records_max = 1024;
  std::size_t chunk_bytes_max = 256U << 10U;  // a record larger than this is a chunk of its own
};

class ImageWriter {
 public:
  explicit ImageWriter(MetadataImage image, ImageWriterOptions options = {});
  ~ImageWriter();
  ImageWriter(const ImageWriter&) = delete;  // its positions reach into its own image
  ImageWriter& operator=(const ImageWriter&) = delete;

  [[nodiscard]] const MetadataImage& image() const { return image_; }
  // The next records; none once all were given.
  [[nodiscard]] std::vector<v1::Record> next();

 private:
  enum class Part : std::uint8_t {
    kFeatures,
    kBrokers,
    kTopics,
    kPartitions,  // of the topic at which `topic_` stands
    kConfigs,     // other than topics'
    kProducerIds,
    kQuotas,
    kScram,
    kAcls,
    kRequests,
    kEnd,
  };

  bool prepare();
  void step();
  v1::Record& add();
  void add_configs(const ConfigResource& resource, const ConfigMap& configs);
  void add_topic();
  void add_partition();
  void add_producer_ids();
  void add_quotas();
  void add_credential();
  void add_acl();
  void add_request();

  const MetadataImage image_;
  const ImageWriterOptions options_;
  Part part_ = Part::kFeatures;
  FeaturesImage::Levels::Iterator feature_;
  ClusterImage::Brokers::Iterator broker_;
  TopicsImage::ById::Iterator topic_;
  std::size_t partition_ = 0;
  ConfigsImage::Resources::Iterator config_;
  ClientQuotasImage::Entities::Iterator quota_;
  ScramImage::Credentials::Iterator credential_;
  AclsImage::Bindings::Iterator acl_;
  RequestsImage::InOrder::Iterator request_;
  std::vector<v1::Record> ready_;  // of the last step
  std::size_t given_ = 0;          // of these
};

// Calls `sink` with each chunk, in order; the records may be moved from. `sink` returns whether to
// go on.
void write_image(const MetadataImage& image,
                 const ImageWriterOptions& options,
                 const std::function<bool(std::vector<v1::Record>& chunk)>& sink);

}  // namespace quorate::controller
