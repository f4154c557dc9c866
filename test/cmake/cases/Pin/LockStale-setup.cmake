file(APPEND "${WORK}/project/pyembed.lock" "\n")
