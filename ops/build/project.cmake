# project_library(events SOURCES … DEPENDS … [SYSTEM …]): a folder's library. A folder is a
# library, a namespace and an include prefix; includes start at the repository root.
set(CHARTLOG_WARNINGS -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
    -Woverloaded-virtual -Wextra-semi -Wno-missing-field-initializers)

# Compiling a folder's files several at a time (CHARTLOG_UNITY) takes half the processor time of one
# by one: what they include is read once. It is for whole builds (CI, a first build); who changes a
# file compiles that file. So names in anonymous namespaces differ within a folder.
set(CHARTLOG_UNIT_FILES 12)
function(project_units target)
  if(NOT CHARTLOG_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    cmake_path(ABSOLUTE_PATH source NORMALIZE)
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${CMAKE_SOURCE_DIR})
    string(MAKE_C_IDENTIFIER "${folder}" group)
    math(EXPR unit "${files_${group}}+0")
    math(EXPR files_${group} "${unit}+1")
    math(EXPR unit "${unit}/${CHARTLOG_UNIT_FILES}")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group}_${unit})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  target_compile_options(${target} PRIVATE -Wno-shadow -Wno-unused-function -Wno-subobject-linkage)
  # What the optimiser of g++ 12 believes across files is wrong too often; file by file, and under the
  # sanitizers, warnings are errors.
  if(NOT CHARTLOG_SANITIZE)
    target_compile_options(${target} PRIVATE -Wno-error)
  endif()
endfunction()

function(project_options target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_include_directories(${target} SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated)
  target_compile_options(${target} PRIVATE ${CHARTLOG_WARNINGS})
  project_units(${target})
endfunction()

# Under a sanitizer optimising doubles the time of compiling: only what tests spend their time in.
set(CHARTLOG_HOT events projections ingest quality knowledge immunization trends)
function(project_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  project_options(${name})
  if(CHARTLOG_SANITIZE AND NOT name IN_LIST CHARTLOG_HOT)
    target_compile_options(${name} PRIVATE -O0)
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
endfunction()

# Under a sanitizer a process takes half a second to start: the program runs in four parts, not once a
# test. What failed is named in its output.
function(sanitized_test name labels)
  # Unwinding thirty frames at each allocation is a fifth of the time; ten tell who it was.
  set(environment "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.suppressions"
    ASAN_OPTIONS=malloc_context_size=10 GTEST_TOTAL_SHARDS=4)
  foreach(part 0 1 2 3)
    add_test(NAME ${name}_tests_${part} COMMAND ${name}_tests --gtest_brief=1 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name}_tests_${part} PROPERTIES LABELS "${labels}" TIMEOUT 1200
      ENVIRONMENT "${environment};GTEST_SHARD_INDEX=${part}")
  endforeach()
endfunction()

# project_test(events [PURE] SOURCES … DEPENDS … [LABELS …]): one test program a folder. ctest runs
# each test by its name; label `unit` unless others are given. PURE: what is tested starts no thread,
# so ThreadSanitizer has nothing to say of it and does not build it. IN_NODE: its threads are those of a
# node, which node_tests start under ThreadSanitizer; by itself only with CHARTLOG_TSAN_ALL (--long).
function(project_test name)
  cmake_parse_arguments(ARG "PURE;IN_NODE" "" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(CHARTLOG_SANITIZE STREQUAL "thread" AND (ARG_PURE OR (ARG_IN_NODE AND NOT CHARTLOG_TSAN_ALL)))
    return()
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${name}_tests ${ARG_SOURCES})
  project_options(${name}_tests)
  # What is tested is optimised; of compiling tests optimising was two fifths.
  target_compile_options(${name}_tests PRIVATE -O0)
  if(CHARTLOG_SANITIZE)
    # A third of the time for what tests do wrong themselves, which ends nowhere.
    target_compile_options(${name}_tests PRIVATE -fno-sanitize=undefined)
  endif()
  target_link_libraries(${name}_tests PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  if("unit" IN_LIST ARG_LABELS)
    add_dependencies(unit_tests ${name}_tests)
  else()
    add_dependencies(outside_tests ${name}_tests)
  endif()
  if(CHARTLOG_SANITIZE)
    sanitized_test(${name} "${ARG_LABELS}")
    return()
  endif()
  gtest_discover_tests(${name}_tests DISCOVERY_MODE PRE_TEST WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 120)
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
