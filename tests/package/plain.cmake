# Builds two programs with a compiler command and what pkg-config says, and runs them:
# cmake -DSOURCES=... -DBINARY=... -DCXX=... -DFLAGS=... -DPC=<folder of the .pc files> -P
file(REMOVE_RECURSE "${BINARY}")
file(MAKE_DIRECTORY "${BINARY}")
separate_arguments(FLAGS UNIX_COMMAND "${FLAGS}")
set(ENV{PKG_CONFIG_PATH} "${PC}")

function(build_and_run name)
  execute_process(COMMAND pkg-config --cflags --libs ${ARGN}
    OUTPUT_VARIABLE said OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(said UNIX_COMMAND "${said}")
  execute_process(
    COMMAND ${CXX} ${FLAGS} "${SOURCES}/${name}/main.cc" ${said} -o "${BINARY}/${name}"
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${BINARY}/${name}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

build_and_run(core quorate-raft-core)
build_and_run(everything quorate-raft-grpc quorate-raft-rocksdb quorate-raft-testing)
