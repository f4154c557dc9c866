pyembed_install()
