// What is asked about configuration, answered from an image and the table of keys.
//
// Thread: any.
#pragma once

#include <string>

#include "quorate/controller/v1/query.pb.h"

#include "controller/image/configs_image.h"
#include "controller/image/image.h"

namespace quorate::controller {

// `statics` is what the file of this controller says.
[[nodiscard]] v1::ConfigsDescription describe_configs(const MetadataImage& image,
                                                      const ConfigMap& statics,
                                                      const v1::DescribeConfigsResource& asked);

// All keys for no name; else those of that name, of topics and of brokers.
[[nodiscard]] v1::ListConfigKeysResponse list_config_keys(const std::string& name);

}  // namespace quorate::controller
