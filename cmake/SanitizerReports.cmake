# cmake -DREPORTS=<folder> -DSTEP=clear|check -P SanitizerReports.cmake
# Sanitizers of every process that a test starts, also of those that it kills, write to REPORTS
# (CMakePresets.json: log_path). `clear` empties the folder, `check` shows what is in it and fails.
if(STEP STREQUAL "clear")
  file(REMOVE_RECURSE "${REPORTS}")
  file(MAKE_DIRECTORY "${REPORTS}")
  return()
endif()
file(GLOB reports "${REPORTS}/*")
foreach(report IN LISTS reports)
  file(READ "${report}" text)
  message("${report}:\n${text}")
endforeach()
list(LENGTH reports count)
if(NOT count EQUAL 0)
  message(FATAL_ERROR "sanitizers: ${count} processes were reported; see ${REPORTS}")
endif()
