# The manual page and the shells' completions, printed by the program itself, and the documents for users.
set(STRATA_PRINTED ${CMAKE_BINARY_DIR}/documents)
file(MAKE_DIRECTORY ${STRATA_PRINTED})

# strata_prints(FILE ARGUMENT… DESTINATION folder): FILE is what `strata ARGUMENT…` prints.
function(strata_prints file)
  cmake_parse_arguments(arg "" DESTINATION "" ${ARGN})
  add_custom_command(OUTPUT ${STRATA_PRINTED}/${file}
    COMMAND strata ${arg_UNPARSED_ARGUMENTS} > ${STRATA_PRINTED}/${file}
    DEPENDS strata)
  target_sources(strata_documents PRIVATE ${STRATA_PRINTED}/${file})
  if(arg_DESTINATION)
    install(FILES ${STRATA_PRINTED}/${file} DESTINATION ${arg_DESTINATION})
  endif()
endfunction()

# strata_zips(SOURCE FILE DESTINATION [AS NAME] [COMPONENT component]): installs SOURCE as FILE, or by another name, gzipped
# as Debian does.
function(strata_zips source file destination)
  cmake_parse_arguments(arg "" "AS;COMPONENT" "" AS ${file} COMPONENT Unspecified ${ARGN})
  add_custom_command(OUTPUT ${STRATA_PRINTED}/${file}
    COMMAND gzip -9n < ${source} > ${STRATA_PRINTED}/${file}
    DEPENDS ${source})
  target_sources(strata_documents PRIVATE ${STRATA_PRINTED}/${file})
  install(FILES ${STRATA_PRINTED}/${file} DESTINATION ${destination} RENAME ${arg_AS} COMPONENT ${arg_COMPONENT})
endfunction()

set(always ALL)
if(STRATA_SANITIZE)  # such programs do not run everywhere
  unset(always)
endif()
add_custom_target(strata_documents ${always})
strata_prints(strata.1 help --man)
strata_zips(${STRATA_PRINTED}/strata.1 strata.1.gz ${CMAKE_INSTALL_MANDIR}/man1)
strata_prints(strata completion bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
strata_prints(_strata completion zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
strata_prints(strata.fish completion fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

strata_zips(${PROJECT_SOURCE_DIR}/packaging/changelog changelog.gz ${CMAKE_INSTALL_DOCDIR})
install(FILES packaging/copyright README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
