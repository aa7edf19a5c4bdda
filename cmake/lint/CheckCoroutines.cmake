# Looks for the coroutine forms that g++ 12 miscompiles, by clang-query.
#   CLANG_QUERY  the program
#   ROOT, PART   the folders lib/PART, test/PART and apps/PART of this tree are read, or else PART itself; only sources
#                that have to do with coroutines
#   BUILD_DIR    where compile_commands.json is
# or, to prove that it finds them:
#   FILES        sources that stand in no build, each with a header beside it if it wants one
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/Lint.cmake")
set(query "${CMAKE_CURRENT_LIST_DIR}/gcc12_coroutines.query")

if(FILES)
  set(sources ${FILES})
  set(arguments -- -std=c++20)
else()
  set(sources "")
  file(GLOB_RECURSE in_part
    "${ROOT}/${PART}/*.cpp" "${ROOT}/lib/${PART}/*.cpp" "${ROOT}/test/${PART}/*.cpp" "${ROOT}/apps/${PART}/*.cpp")
  if(NOT in_part)
    message(FATAL_ERROR "${PART} has no source")
  endif()
  foreach(source IN LISTS in_part)
    file(STRINGS "${source}" lines REGEX "co_await|co_spawn|awaitable" LIMIT_COUNT 1)
    if(lines)
      list(APPEND sources "${source}")
    endif()
  endforeach()
  if(NOT sources)
    message(STATUS "no coroutines here")
    return()
  endif()
  # The database may be g++'s: clang reads it, but its opinion of the warning options does not matter here.
  set(arguments -p "${BUILD_DIR}" --extra-arg=-w)
endif()
execute_process(COMMAND "${CLANG_QUERY}" -f "${query}" ${sources} ${arguments}
  OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE result)

# A source that does not parse, or a query that was not read to its end, would look like a clean one.
file(STRINGS "${query}" queries REGEX "^match ")
list(LENGTH queries expected_answers)
string(REGEX MATCHALL "\n[0-9]+ match(es)?\\." answers "\n${output}")
list(LENGTH answers answer_count)
if(NOT result EQUAL 0 OR errors MATCHES "error:" OR output MATCHES "error:" OR NOT answer_count EQUAL expected_answers)
  message(NOTICE "${output}${errors}")
  message(FATAL_ERROR "clang-query answered ${answer_count} of ${expected_answers} queries (${result})")
endif()

string(REGEX MATCHALL "[^\n]+:[0-9]+:[0-9]+: note: \"root\" binds here" notes "${output}")
list(REMOVE_DUPLICATES notes)
foreach(note IN LISTS notes)
  string(REGEX MATCH "^(.+):([0-9]+):[0-9]+: note" matched "${note}")
  lint_finding("${CMAKE_MATCH_1}" "${CMAKE_MATCH_2}" "g++ 12 miscompiles this use of co_await (${query})")
endforeach()

list(LENGTH sources source_count)
message(STATUS "${source_count} sources read")
if(BAD)
  foreach(file IN LISTS FILES)
    string(REGEX REPLACE "\\.cpp$" ".hpp" header "${file}")
    if(EXISTS "${header}")
      list(APPEND FILES "${header}")
    endif()
  endforeach()
  lint_finish(PROVE ${FILES})
else()
  lint_finish()
endif()
