%module nothing
