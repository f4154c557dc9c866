file(MAKE_DIRECTORY "${WORK}/build/python")
