# project_web_pages(out): installs query/web's packages (pinned, with a lock file) into the build
# tree, checks its types and bundles it there: <build>/web/out/{index.html,chartlog.js,…}. `out` is
# the list of files that the program embeds. NPM is found by definitions.cmake.
function(project_web_pages out_variable)
  set(from ${CMAKE_SOURCE_DIR}/query/web)
  set(work ${CMAKE_BINARY_DIR}/web)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${from}/*.ts ${from}/*.tsx ${from}/*.css
       ${CMAKE_SOURCE_DIR}/tests/web/unit/*.ts)
  set(manifest ${from}/package.json ${from}/package-lock.json ${from}/.npmrc)
  add_custom_command(OUTPUT ${work}/installed
    COMMAND ${CMAKE_COMMAND} -E make_directory ${work}
    COMMAND ${CMAKE_COMMAND} -E copy ${manifest} ${work}
    COMMAND ${NPM} ci --prefix ${work} --ignore-scripts --no-audit --no-fund --silent
    COMMAND ${CMAKE_COMMAND} -E touch ${work}/installed
    DEPENDS ${manifest}
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}
    COMMENT "npm ci: what the pages are built with" VERBATIM)
  foreach(name index.html chartlog.js chartlog.js.gz chartlog.css chartlog.css.gz report.css)
    list(APPEND files ${work}/out/${name})
  endforeach()
  add_custom_command(OUTPUT ${files}
    COMMAND ${CMAKE_COMMAND} -E chdir ${work} node ${from}/build.mjs
    DEPENDS ${work}/installed ${from}/build.mjs ${from}/index.html ${from}/tsconfig.json ${sources}
    COMMENT "pages: types checked, bundled" VERBATIM)
  add_custom_target(web_pages DEPENDS ${files})
  set(${out_variable} ${files} PARENT_SCOPE)
endfunction()
