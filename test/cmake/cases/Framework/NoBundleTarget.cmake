pyembed_install(FRAMEWORK BUNDLE tool)
add_custom_target(tool)
