# The target `docs`: the reference of the public headers by doxygen, in the build folder's docs/html.
find_program(KAHN_DOXYGEN doxygen)

# kahn_doxyfile(OUTPUT_FOLDER INPUT...): writes OUTPUT_FOLDER/Doxyfile, which documents the folders INPUT
function(kahn_doxyfile folder)
  set(DOCS_OUTPUT "${folder}")
  list(TRANSFORM ARGN REPLACE "(.+)" "\"\\1\"")
  list(JOIN ARGN " " DOCS_INPUT)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/Doxyfile.in" "${folder}/Doxyfile" @ONLY)
endfunction()

kahn_doxyfile("${PROJECT_BINARY_DIR}/docs" "${PROJECT_SOURCE_DIR}/include" "${PROJECT_BINARY_DIR}/include")
if(KAHN_DOXYGEN)
  add_custom_target(docs COMMAND "${KAHN_DOXYGEN}" "${PROJECT_BINARY_DIR}/docs/Doxyfile" VERBATIM
    COMMENT "Writing ${PROJECT_BINARY_DIR}/docs/html")
endif()
