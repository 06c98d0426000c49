# project_library(events SOURCES … DEPENDS … [SYSTEM …]): a folder's library. A folder is a
# library, a namespace and an include prefix; includes start at the repository root.
set(CHARTLOG_WARNINGS -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
    -Woverloaded-virtual -Wextra-semi -Wno-missing-field-initializers)

# Compiling a target's files several at a time (CHARTLOG_UNITY) takes half the processor time of one
# by one: what they include is read once. It is for whole builds (CI, a first build); who changes a
# file compiles that file. So names in anonymous namespaces differ within a library.
set(CHARTLOG_UNIT_FILES 28)
function(project_units target)
  if(NOT CHARTLOG_UNITY)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(LENGTH sources count)
  # As many units as are needed, of equal size: none is left with a file or two.
  math(EXPR units "(${count} + ${CHARTLOG_UNIT_FILES} - 1) / ${CHARTLOG_UNIT_FILES}")
  set(place 0)
  foreach(source ${sources})
    math(EXPR unit "${place} * ${units} / ${count}")
    math(EXPR place "${place} + 1")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${unit})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  target_compile_options(${target} PRIVATE -Wno-shadow -Wno-unused-function
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  # What the optimiser of g++ 12 believes across files is wrong too often; file by file, and under the
  # sanitizers, warnings are errors.
  if(NOT CHARTLOG_SANITIZE)
    target_compile_options(${target} PRIVATE -Wno-error)
  endif()
endfunction()

# project_optimisation(target kind): `hot` as the preset says, `cold` less under a sanitizer, `tests` never:
# what is tested is optimised, and of compiling tests optimising was two fifths.
function(project_optimisation target kind)
  if(kind STREQUAL "tests" OR (kind STREQUAL "cold" AND CHARTLOG_SANITIZE))
    target_compile_options(${target} PRIVATE -O0)
  endif()
  if(kind STREQUAL "tests" AND CHARTLOG_SANITIZE)
    # A third of the time for what tests do wrong themselves, which ends nowhere.
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
endfunction()

# project_options(target [kind]): hot unless said.
function(project_options target)
  set(kind ${ARGN})
  if(NOT kind)
    set(kind hot)
  endif()
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_include_directories(${target} SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated)
  target_compile_options(${target} PRIVATE ${CHARTLOG_WARNINGS})
  project_units(${target})
  project_optimisation(${target} ${kind})
  project_precompiled(${target} ${kind})
endfunction()

# Under a sanitizer optimising doubles the time of compiling: only what tests spend their time in.
set(CHARTLOG_HOT events projections ingest quality knowledge immunization trends)
function(project_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  if(name IN_LIST CHARTLOG_HOT)
    project_options(${name} hot)
  else()
    project_options(${name} cold)
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
endfunction()

# Under a sanitizer a process takes half a second to start: the program runs in four parts, not once a
# test. What failed is named in its output.
function(sanitized_test name labels)
  # Unwinding thirty frames at each allocation is a fifth of the time; ten tell who it was.
  # What a thread did long ago is suppressed by where it did it: a history long enough to say so.
  set(environment "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.suppressions:history_size=6"
    ASAN_OPTIONS=malloc_context_size=10 GTEST_TOTAL_SHARDS=4)
  foreach(part 0 1 2 3)
    add_test(NAME ${name}_tests_${part} COMMAND ${name}_tests --gtest_brief=1 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name}_tests_${part} PROPERTIES LABELS "${labels}" TIMEOUT 1200
      ENVIRONMENT "${environment};GTEST_SHARD_INDEX=${part}")
  endforeach()
endfunction()

# project_test_objects(file …): files that several test programs name are compiled for the first only.
function(project_test_objects)
  foreach(file ${ARGN})
    string(MAKE_C_IDENTIFIER "objects_${file}" objects)
    add_library(${objects} OBJECT EXCLUDE_FROM_ALL ${file})
    project_options(${objects} tests)
    add_dependencies(${objects} events)
    set_property(GLOBAL APPEND PROPERTY CHARTLOG_TEST_OBJECTS ${objects})
  endforeach()
endfunction()

# project_test(events [PURE] SOURCES … DEPENDS … [LABELS …]): one test program a folder. ctest runs
# each test by its name; label `unit` unless others are given. PURE: what is tested starts no thread,
# so ThreadSanitizer has nothing to say of it and does not build it. IN_NODE: its threads are those of a
# node, which node_tests start under ThreadSanitizer; by itself only with CHARTLOG_TSAN_ALL (--long).
# WHOLE: long loops that run to their end in the release build (label `quick`), in part under a sanitizer
# (CHARTLOG_SANITIZED).
function(project_test name)
  cmake_parse_arguments(ARG "PURE;IN_NODE;WHOLE" "" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(CHARTLOG_SANITIZE STREQUAL "thread" AND (ARG_PURE OR (ARG_IN_NODE AND NOT CHARTLOG_TSAN_ALL)))
    return()
  endif()
  if(ARG_WHOLE AND NOT CHARTLOG_SANITIZE)
    set(ARG_LABELS quick)
  elseif(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  get_property(compiled GLOBAL PROPERTY CHARTLOG_TEST_OBJECTS)
  foreach(file ${ARG_SOURCES})
    string(MAKE_C_IDENTIFIER "objects_${file}" objects)
    if(objects IN_LIST compiled)
      list(REMOVE_ITEM ARG_SOURCES ${file})
      list(APPEND ARG_OBJECTS $<TARGET_OBJECTS:${objects}>)
    endif()
  endforeach()
  add_executable(${name}_tests ${ARG_SOURCES})
  project_options(${name}_tests tests)
  target_sources(${name}_tests PRIVATE ${ARG_OBJECTS})
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
