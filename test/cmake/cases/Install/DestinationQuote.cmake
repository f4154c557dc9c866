pyembed_install(DESTINATION "a\"b")
