# Looks for absolute paths of the machine that something was written or built on.
#   ROOT      the tree
#   MACHINE   folders of this machine, besides everybody's home
#   BAD       true to prove it on a tree whose bad lines are marked
cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/Lint.cmake")

set(patterns "/(home|root|Users)/[A-Za-z0-9_.-]+")
foreach(folder IN LISTS MACHINE)
  string(REGEX REPLACE "([][+.*()^$?|\\])" "\\\\\\1" folder "${folder}")
  string(APPEND patterns "|${folder}(/|[ \"':,)>]|$)")
endforeach()
set(patterns "(^|[ \t\"'=(<>:,@])(${patterns})")  # not the tail of a longer path

file(GLOB_RECURSE sources RELATIVE "${ROOT}" "${ROOT}/*")
if(NOT BAD)  # folders that git ignores, the bad files, and what git keeps for itself
  list(FILTER sources EXCLUDE REGEX "^(build[^/]*|\\.git|\\.kahn|\\.cache|test/lint/bad_paths)/")
endif()
foreach(source IN LISTS sources)
  set(file "${ROOT}/${source}")
  file(STRINGS "${file}" suspects REGEX "${patterns}" LIMIT_COUNT 1)
  if(NOT suspects)
    continue()
  endif()
  lint_read_lines("${file}" lines)
  set(number 0)
  foreach(line IN LISTS lines)
    math(EXPR number "${number} + 1")
    if(line MATCHES "${patterns}")
      lint_finding("${file}" ${number} "the path of a machine: ${CMAKE_MATCH_2}")
    endif()
  endforeach()
endforeach()

list(LENGTH sources source_count)
message(STATUS "${source_count} files read")
if(BAD)
  list(TRANSFORM sources PREPEND "${ROOT}/")
  lint_finish(PROVE ${sources})
else()
  lint_finish()
endif()
