# project_library(events SOURCES … DEPENDS … [SYSTEM …]): a folder's library. A folder is a
# library, a namespace and an include prefix; includes start at the repository root.
set(CHARTLOG_WARNINGS -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
    -Woverloaded-virtual -Wextra-semi -Wno-missing-field-initializers)

function(project_options target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_include_directories(${target} SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated)
  target_compile_options(${target} PRIVATE ${CHARTLOG_WARNINGS})
endfunction()

function(project_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  project_options(${name})
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
endfunction()

# project_test(events [PURE] SOURCES … DEPENDS … [LABELS …]): one test program a folder. ctest runs
# each test by its name; label `unit` unless others are given. PURE: what is tested starts no thread,
# so ThreadSanitizer has nothing to say of it and does not build it.
function(project_test name)
  cmake_parse_arguments(ARG "PURE" "" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(ARG_PURE AND CHARTLOG_SANITIZE STREQUAL "thread")
    return()
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${name}_tests ${ARG_SOURCES})
  project_options(${name}_tests)
  if(CHARTLOG_SANITIZE)
    target_compile_options(${name}_tests PRIVATE -O0)  # half the time; what is tested keeps its -O1
  endif()
  target_link_libraries(${name}_tests PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  if("unit" IN_LIST ARG_LABELS)
    add_dependencies(unit_tests ${name}_tests)
  endif()
  set(environment "")
  if(CHARTLOG_SANITIZE STREQUAL "thread")
    set(environment ENVIRONMENT "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.suppressions")
  endif()
  gtest_discover_tests(${name}_tests DISCOVERY_MODE PRE_TEST WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 120 ${environment})
endfunction()

# Generated code stays in the build tree: <build>/generated/<dir>/<name>_generated.h
function(project_flatbuffers target)
  foreach(schema ${ARGN})
    get_filename_component(dir ${schema} DIRECTORY)
    get_filename_component(name ${schema} NAME_WE)
    set(out ${CMAKE_BINARY_DIR}/generated/${dir})
    add_custom_command(OUTPUT ${out}/${name}_generated.h
      COMMAND ${FLATC} --cpp --scoped-enums --gen-object-api --cpp-std c++17 --filename-suffix _generated
              -I ${CMAKE_SOURCE_DIR} --keep-prefix -o ${out} ${CMAKE_SOURCE_DIR}/${schema}
      DEPENDS ${CMAKE_SOURCE_DIR}/${schema} ${CMAKE_SOURCE_DIR}/events/schema/clinical.fbs
      COMMENT "flatc ${schema}")
    list(APPEND headers ${out}/${name}_generated.h)
  endforeach()
  add_custom_target(${target} DEPENDS ${headers})
endfunction()
