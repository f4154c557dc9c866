void *PyInit_module(void) { return 0; }
