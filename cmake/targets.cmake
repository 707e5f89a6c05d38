# Flags shared by all of our targets.
add_library(strata_options INTERFACE)
target_compile_options(strata_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  -ffp-contract=off  # every fused multiply-add is written as one: docs/numerics.md
  $<$<BOOL:${STRATA_WERROR}>:-Werror>)
target_include_directories(strata_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
if(STRATA_SANITIZE)
  target_compile_options(strata_options INTERFACE -fsanitize=${STRATA_SANITIZE} -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer "$<$<CONFIG:Debug>:-O1;-g1>")
  target_link_options(strata_options INTERFACE -fsanitize=${STRATA_SANITIZE})
endif()

# strata_folder(NAME SOURCES a.cpp … USES libraries …): the target strata_NAME of one folder.
function(strata_folder name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES" ${ARGN})
  add_library(strata_${name} STATIC ${arg_SOURCES})
  target_link_libraries(strata_${name} PUBLIC strata_options ${arg_USES})
endfunction()
