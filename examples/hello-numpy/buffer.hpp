// C++ memory that Python uses in place: nothing is copied, and the memory lives until both
// sides have let go of it.
#pragma once

#include <Python.h>

#include <memory>
#include <new>
#include <utility>
#include <vector>

using Samples = std::vector<double>;

namespace detail {

struct BufferObject {
  PyObject_HEAD
  std::shared_ptr<Samples> samples;
  Py_ssize_t shape;
  Py_ssize_t stride;
};

inline int get_buffer(PyObject* self, Py_buffer* view, int /*flags*/) {
  auto* buffer = reinterpret_cast<BufferObject*>(self);
  static char format[] = "d";
  buffer->shape = static_cast<Py_ssize_t>(buffer->samples->size());
  buffer->stride = sizeof(double);

  Py_INCREF(self);  // whoever holds the view keeps the samples
  view->obj = self;
  view->buf = buffer->samples->data();
  view->len = buffer->shape * buffer->stride;
  view->itemsize = buffer->stride;
  view->readonly = 0;
  view->format = format;
  view->ndim = 1;
  view->shape = &buffer->shape;
  view->strides = &buffer->stride;
  view->suboffsets = nullptr;
  view->internal = nullptr;
  return 0;
}

inline void deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  reinterpret_cast<BufferObject*>(self)->samples.~shared_ptr();
  reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free))(self);
  Py_DECREF(type);  // an object of a heap type owns its type
}

}  // namespace detail

// A new Python object with the buffer protocol over `samples`; null with a Python error set.
// The vector must not be resized while Python has it.
inline PyObject* make_buffer(std::shared_ptr<Samples> samples) {
  static PyType_Slot slots[] = {
      {Py_bf_getbuffer, reinterpret_cast<void*>(detail::get_buffer)},
      {Py_tp_dealloc, reinterpret_cast<void*>(detail::deallocate)},
      {0, nullptr},
  };
  static PyType_Spec spec = {"hello.Buffer", sizeof(detail::BufferObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};

  PyObject* type = PyType_FromSpec(&spec);
  if (!type) return nullptr;
  PyObject* self = PyType_GenericAlloc(reinterpret_cast<PyTypeObject*>(type), 0);
  Py_DECREF(type);
  if (self) new (&reinterpret_cast<detail::BufferObject*>(self)->samples) std::shared_ptr<Samples>(std::move(samples));
  return self;
}
