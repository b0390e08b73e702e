# What `cmake --install` puts where: the programs, and the Raft library as a CMake package and as
# pkg-config files. A component is what find_package(quorate COMPONENTS ...) names; each has a file
# of targets of its own, so that a project looks only for what its components need.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(QUORATE_BUILD_PROGRAMS)
  foreach(program quorate quorate-controller quorate-broker)
    if(TARGET ${program})
      install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
  endforeach()
endif()

set(QUORATE_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/quorate")
set(QUORATE_COMPONENTS "")

# quorate_component(NAME TARGETS t...) installs the targets, their headers and their CMake file.
function(quorate_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "TARGETS")
  list(TRANSFORM arg_TARGETS PREPEND quorate_)
  install(TARGETS ${arg_TARGETS} EXPORT quorate-${name}
    COMPONENT raft-library
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${QUORATE_INCLUDE_DIR})
  install(EXPORT quorate-${name} NAMESPACE quorate:: COMPONENT raft-library
    DESTINATION ${QUORATE_PACKAGE_DIR} FILE quorate-${name}.cmake)
  set(QUORATE_COMPONENTS ${QUORATE_COMPONENTS} ${name} PARENT_SCOPE)
  set_property(GLOBAL APPEND PROPERTY QUORATE_PACKAGED ${arg_TARGETS})
endfunction()

# quorate_pkg_config(NAME DESCRIPTION "..." REQUIRES "modules" LIBS "-la -lb") installs
# quorate-NAME.pc. The libraries are archives, so what they need is said without --static too.
file(RELATIVE_PATH QUORATE_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
function(quorate_pkg_config name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTION;REQUIRES;LIBS" "")
  set(PC_NAME "quorate-${name}")
  set(PC_DESCRIPTION "${arg_DESCRIPTION}")
  set(PC_REQUIRES "${arg_REQUIRES}")
  set(PC_LIBS "${arg_LIBS}")
  configure_file(${quorate_SOURCE_DIR}/cmake/quorate.pc.in
    ${quorate_BINARY_DIR}/package/${PC_NAME}.pc @ONLY)
  install(FILES ${quorate_BINARY_DIR}/package/${PC_NAME}.pc COMPONENT raft-library
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

quorate_component(raft_core TARGETS raft_base raft_core)
quorate_pkg_config(raft-core DESCRIPTION "Raft consensus as a pure state machine"
  LIBS "-lquorate_raft_core -lquorate_raft_base")

quorate_component(raft
  TARGETS raft_threads raft_storage raft_transport raft_memory raft_snapshots raft
    raft_client raft_host)
quorate_pkg_config(raft DESCRIPTION "Raft server: threads around the core; log store in memory"
  REQUIRES "quorate-raft-core"
  LIBS "-lquorate_raft_host -lquorate_raft -lquorate_raft_client -lquorate_raft_memory \
-lquorate_raft_snapshots -pthread")

quorate_component(raft_testing TARGETS raft_testing)
quorate_pkg_config(raft-testing DESCRIPTION "Deterministic simulator and checkers for Raft"
  REQUIRES "quorate-raft" LIBS "-lquorate_raft_testing")

if(QUORATE_BUILD_RAFT_ROCKSDB)
  quorate_component(raft_rocksdb TARGETS raft_rocksdb)
  quorate_pkg_config(raft-rocksdb DESCRIPTION "Raft log store on RocksDB"
    REQUIRES "quorate-raft rocksdb" LIBS "-lquorate_raft_rocksdb")
endif()
if(QUORATE_BUILD_RAFT_CODEC)
  quorate_component(raft_codec TARGETS raft_transport_proto raft_codec)
  quorate_pkg_config(raft-codec DESCRIPTION "Raft messages as bytes"
    REQUIRES "quorate-raft-core protobuf"
    LIBS "-lquorate_raft_codec -lquorate_raft_transport_proto")
endif()
if(QUORATE_BUILD_RAFT_GRPC)
  quorate_component(raft_grpc TARGETS raft_tls raft_dev_certificates raft_peer_proto raft_grpc)
  quorate_pkg_config(raft-grpc DESCRIPTION "Raft transport on gRPC with mutual TLS"
    REQUIRES "quorate-raft quorate-raft-codec grpc++ libcrypto"
    LIBS "-lquorate_raft_grpc -lquorate_raft_dev_certificates -lquorate_raft_tls \
-lquorate_raft_peer_proto")
endif()

configure_package_config_file(${quorate_SOURCE_DIR}/cmake/quorateConfig.cmake.in
  ${quorate_BINARY_DIR}/package/quorateConfig.cmake INSTALL_DESTINATION ${QUORATE_PACKAGE_DIR})
write_basic_package_version_file(${quorate_BINARY_DIR}/package/quorateConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${quorate_BINARY_DIR}/package/quorateConfig.cmake
              ${quorate_BINARY_DIR}/package/quorateConfigVersion.cmake
  COMPONENT raft-library DESTINATION ${QUORATE_PACKAGE_DIR})
