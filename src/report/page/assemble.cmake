# cmake -DOUTPUT=… -DPAGE=… -DVEGA=file;… -DSCRIPTS=file;… -P assemble.cmake: puts styles, chart library and scripts into
# page.html where it has @STYLES@, @LIBRARY@ and @SCRIPTS@.

# Appends the text of a file, without the reference to a source map that nobody will have, to the variable.
function(append variable file)
  file(READ ${file} text)
  string(REGEX REPLACE "//# sourceMappingURL=[^\n]*" "" text "${text}")
  if(text MATCHES "</[sS][cC][rR][iI][pP][tT]")
    message(FATAL_ERROR "${file} holds </script, which would end the element it is put into")
  endif()
  set(${variable} "${${variable}}${text}" PARENT_SCOPE)
endfunction()

append(library ${PAGE}/modules.js)
foreach(file IN LISTS VEGA)
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE "\\.min\\.js$" "" name ${name})
  string(REPLACE "vega-selection" "vega-selections" name ${name})  # as the others call it
  string(APPEND library "modules.add('${name}', function (module, exports, require) {\n")
  append(library ${file})
  string(APPEND library "\n});\n")
endforeach()
foreach(file IN LISTS SCRIPTS)
  append(scripts ${file})
endforeach()
set(styles "")
append(styles ${PAGE}/page.css)

file(READ ${PAGE}/page.html page)
foreach(part styles library scripts)
  string(TOUPPER ${part} place)
  string(REPLACE "@${place}@" "${${part}}" page "${page}")
endforeach()
file(WRITE ${OUTPUT} "${page}")
