pyembed_install(FRAMEWORKS)
