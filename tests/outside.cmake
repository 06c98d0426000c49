# Rings that drive the program from outside. 77 is "skipped": no ../shared/data, no broker.
function(outside_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "COMMAND" ${ARGN})
  add_test(NAME ${name} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77
    ENVIRONMENT "CHARTLOG_BINARY=${CMAKE_BINARY_DIR}/chartlog")
endfunction()
if(NOT CHARTLOG_SANITIZE)
  outside_test(population_embedded LABEL scenario TIMEOUT 1800 COMMAND tests/synthea/population.py)
  outside_test(population_kafka LABEL scenario TIMEOUT 1800 COMMAND tests/synthea/population.py --kafka)
  outside_test(clients LABEL clients TIMEOUT 300 COMMAND tests/clients/run)
  outside_test(kill_embedded LABEL faults TIMEOUT 1800 COMMAND tests/faults/kill.py)
  outside_test(kill_kafka LABEL faults TIMEOUT 1800 COMMAND tests/faults/kill.py --kafka)
endif()
