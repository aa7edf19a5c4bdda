# Run by cpack on what it is about to pack: manual pages and changelogs are compressed, as Debian has them, without names and times.
find_program(GZIP gzip REQUIRED)
file(GLOB_RECURSE texts "${CPACK_TEMPORARY_DIRECTORY}/kahn.1" "${CPACK_TEMPORARY_DIRECTORY}/changelog.Debian")
if(NOT texts)
  message(FATAL_ERROR "nothing to compress below ${CPACK_TEMPORARY_DIRECTORY}")
endif()
foreach(text IN LISTS texts)
  execute_process(COMMAND "${GZIP}" --best --no-name --force "${text}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
