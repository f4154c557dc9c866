file(REMOVE "${WORK}/project/pyembed.lock")
