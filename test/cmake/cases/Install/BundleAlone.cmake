pyembed_install(BUNDLE Case.app)
