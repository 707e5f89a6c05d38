# Flags shared by all of our targets.
add_library(strata_options INTERFACE)
target_compile_options(strata_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  # clang finds that names of one file shadow those of another, where several are compiled together; lint reads each alone.
  $<$<AND:$<CXX_COMPILER_ID:Clang>,$<BOOL:${CMAKE_UNITY_BUILD}>>:-Wno-shadow>
  -ffp-contract=off  # every fused multiply-add is written as one: docs/numerics.md
  $<$<BOOL:${STRATA_WERROR}>:-Werror>)
target_include_directories(strata_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src)
# What computes little is compiled quickly rather than well, instrumented code (in Debug mode) more so.
set(STRATA_COMPUTES strata_core strata_kernels strata_kernels_onednn strata_data strata_data_tbb strata_model strata_optim
    strata_objective strata_dist strata_engine strata_engine_panels strata_engine_onednn strata_train)
set(computes_little "$<NOT:$<IN_LIST:$<TARGET_PROPERTY:NAME>,${STRATA_COMPUTES}>>")
target_compile_options(strata_options INTERFACE "$<$<AND:$<CONFIG:Release>,${computes_little}>:-O1>")
if(STRATA_SANITIZE)
  target_compile_options(strata_options INTERFACE -fsanitize=${STRATA_SANITIZE} -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer "$<$<AND:$<CONFIG:Debug>,${computes_little}>:-O0>"
    # Vectors' code takes twice as long to compile with these; what they would find, AddressSanitizer mostly does.
    $<$<STREQUAL:$<TARGET_PROPERTY:NAME>,strata_kernels>:-fno-sanitize=alignment,null,object-size,vptr,pointer-overflow>)
  target_link_options(strata_options INTERFACE -fsanitize=${STRATA_SANITIZE})
endif()

# strata_folder(NAME [IN FOLDER] [APART folder …] [EXCEPT a.cpp …] USES libraries …): the target strata_NAME of this
# folder, or of FOLDER in it, and those below it, but for those that are targets of their own.
function(strata_folder name)
  cmake_parse_arguments(arg "" "IN" "APART;EXCEPT;USES" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR})
  if(arg_IN)
    string(APPEND folder /${arg_IN})
  endif()
  file(GLOB_RECURSE sources RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS ${folder}/*.cpp)
  foreach(apart IN LISTS arg_APART)
    list(FILTER sources EXCLUDE REGEX "^${apart}/")
  endforeach()
  if(arg_EXCEPT)
    list(REMOVE_ITEM sources ${arg_EXCEPT})
  endif()
  add_library(strata_${name} STATIC ${sources})
  target_link_libraries(strata_${name} PUBLIC strata_options ${arg_USES})
endfunction()

# strata_module(NAME source.cpp OF target AS WHAT USES libraries …): the module NAME.so, which the program loads when it needs
# the libraries behind it. The target, whose sources load it, is told where it lies (STRATA_WHAT_MODULE beside the program, or
# STRATA_WHAT_MODULE_FROM_PROGRAM as installed) and what it is made with (STRATA_WHAT_LIBRARY, a variable of this name).
function(strata_module name source)
  cmake_parse_arguments(arg "" "OF;AS" "USES" ${ARGN})
  # Two folders down: CPack would have ldconfig called for a library in one below lib.
  set(module_folder ${CMAKE_INSTALL_LIBDIR}/strata/modules)
  file(RELATIVE_PATH from_program /${CMAKE_INSTALL_BINDIR} /${module_folder})
  target_compile_definitions(${arg_OF} PRIVATE
    STRATA_${arg_AS}_LIBRARY="${STRATA_${arg_AS}_LIBRARY}" STRATA_${arg_AS}_MODULE="${name}.so"
    STRATA_${arg_AS}_MODULE_FROM_PROGRAM="${from_program}/${name}.so")
  add_library(${name} MODULE ${source})
  target_link_libraries(${name} PRIVATE strata_options strata_core ${arg_USES})
  set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  install(TARGETS ${name} LIBRARY DESTINATION ${module_folder})
endfunction()
