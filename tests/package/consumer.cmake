# Configures, builds and runs one consumer: cmake -DSOURCE=... -DBINARY=... -DOPTIONS=... -P
# OPTIONS are separated by '|'. It starts from an empty build tree, so that nothing is remembered.
file(REMOVE_RECURSE "${BINARY}")
string(REPLACE "|" ";" OPTIONS "${OPTIONS}")
execute_process(COMMAND ${CMAKE_COMMAND} -S "${SOURCE}" -B "${BINARY}" -G Ninja ${OPTIONS}
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build "${BINARY}" --parallel 2
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${BINARY}/consumer" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --install "${BINARY}" --prefix "${BINARY}/installed"
  COMMAND_ERROR_IS_FATAL ANY)
file(GLOB_RECURSE installed "${BINARY}/installed/*")
if(installed)
  message(FATAL_ERROR "the consumer installs what is not its own: ${installed}")
endif()
