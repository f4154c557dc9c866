include(CPack)
pyembed_install(FRAMEWORK BUNDLE Case.app)
