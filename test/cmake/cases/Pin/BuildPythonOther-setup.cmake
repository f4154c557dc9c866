foreach(path IN ITEMS bin/python3.14 lib/libpython3.14.so.1.0 include/python3.14/Python.h lib/python3.14/os.py
    lib/python3.14/site-packages/README.txt)
  file(WRITE "${WORK}/outer/python/${path}" "")
endforeach()
file(WRITE "${WORK}/outer/python.pyembed/inventory.json" "{}")
