# Compiles and links by what pkg-config says, with libkahn.so (if SHARED) and with libkahn.a, and runs both.
cmake_minimum_required(VERSION 3.25)
find_program(PKG_CONFIG NAMES pkg-config pkgconf REQUIRED)
set(ENV{PKG_CONFIG_PATH} "${PACKAGES}")
file(MAKE_DIRECTORY "${OUTPUT}")

# ask(OUT ARGUMENTS...)
function(ask out)
  execute_process(COMMAND "${PKG_CONFIG}" ${ARGN} kahn OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(answer UNIX_COMMAND "${answer}")
  set(${out} "${answer}" PARENT_SCOPE)
endfunction()

ask(compile --cflags)
ask(guard --variable=guard)
ask(libdir --variable=libdir)
execute_process(COMMAND "${COMPILER}" -std=c++20 ${FLAGS} ${compile} "-DGUARD=\"${guard}\"" -c "${SOURCE}" -o "${OUTPUT}/main.o"
  COMMAND_ERROR_IS_FATAL ANY)
ask(shared --libs)
ask(static --libs --static)
list(TRANSFORM static REPLACE "^-lkahn$" "-l:libkahn.a")
if(NOT SHARED)
  set(shared ${static})
endif()
foreach(kind IN ITEMS shared static)
  execute_process(COMMAND "${COMPILER}" ${FLAGS} "${OUTPUT}/main.o" ${${kind}} "-Wl,-rpath,${libdir}" -o "${OUTPUT}/${kind}"
    COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND "${OUTPUT}/${kind}" "${OUTPUT}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
